// Section 6: names, ids and values.
import { equal } from "../../conformance/support/assert.mjs";
import { clientError, matching, refused, valueError, withMetadata } from "../support.mjs";

export const rules = {
  async "6.1 a collection's name has 3 to 512 letters, digits, dots, dashes and underscores, and is no address"(
    world,
  ) {
    const good = ["abc", "a.b-c_d", "A1x", "1.2.3", "192.168.0.256", "x".repeat(512)];
    for (const name of good) await world.client.createCollection({ name, embeddingFunction: null });
    const bad = ["ab", "a..b", "-abc", "abc-", "a b", "192.168.0.1", "ünder", "x".repeat(513)];
    await refused(clientError, ...bad.map((name) => () => world.client.createCollection({ name })));
    const listed = (await (await world.midway()).listCollections()).map(({ name }) => name);
    equal(listed, good);
  },
  async "6.2 names are told apart by case; databases follow the same rule"(world) {
    await world.client.createCollection({ name: "abc", embeddingFunction: null });
    await world.client.createCollection({ name: "ABC", embeddingFunction: null });
    equal(await (await world.midway()).countCollections(), 2);
    await refused(clientError, () =>
      world.admin().createDatabase({ name: "a b", tenant: "default_tenant" }),
    );
  },
  async "6.3 an id is any string but the empty one"(world) {
    const ids = [" ", "é 😀", 'a "b"', "x".repeat(300), "\n"];
    const things = await world.things({ ids, embeddings: ids.map((_, i) => [i, 1]) });
    equal((await things.get()).ids, ids);
    await refused(valueError, () => things.add({ ids: [""], embeddings: [[1, 1]] }));
    equal((await things.get({ ids: ["", " "] })).ids, [" "]);
    equal(await things.delete({ ids: [""] }), { deleted: 0 });
  },
  async "6.4 a metadata key is not empty and starts with neither # nor $"(world) {
    const metadata = { "a.b": 1, "with space": 2, ключ: 3, a$: 4 };
    const things = await world.things(withMetadata(metadata));
    equal((await things.get()).metadatas, [metadata]);
    const bad = ["", "#x", "$x"].map((key) => ({
      ids: ["x"],
      embeddings: [[1, 1]],
      metadatas: [{ [key]: 1 }],
    }));
    await refused(valueError, ...bad.map((records) => () => things.add(records)));
  },
  async "6.5 metadata keeps strings, booleans, whole numbers and fractions as they are"(world) {
    const metadata = {
      s: "",
      b: false,
      i: -7,
      big: Number.MAX_SAFE_INTEGER,
      f: 0.1,
      tiny: 5e-324,
      wide: 1e300,
    };
    const things = await world.things(withMetadata(metadata));
    equal((await things.get()).metadatas, [metadata]);
    equal(await matching(things, { big: Number.MAX_SAFE_INTEGER }), "a");
  },
  async "6.6 lists keep their order and what stands in them twice"(world) {
    const metadata = { s: ["b", "a", "b"], i: [3, 1, 3], f: [1, 2.5], b: [true, false, true] };
    const things = await world.things(withMetadata(metadata));
    equal((await things.get()).metadatas, [metadata]);
  },
  async "6.7 a number that is not finite is refused in metadata and in embeddings"(world) {
    const things = await world.things(withMetadata({ n: 1 }));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await refused(clientError, () =>
        things.add({ ids: ["x"], embeddings: [[1, 1]], metadatas: [{ bad }] }),
      );
      await refused(clientError, () => things.add({ ids: ["x"], embeddings: [[1, bad]] }));
    }
    await refused(clientError, () => things.add({ ids: ["x"], embeddings: [[1, 1e39]] }));
    equal(await (await world.again()).count(), 1);
  },
  async "6.8 a collection's metadata is not empty; nulls in it are dropped"(world) {
    const things = await world.things(undefined, {
      metadata: { s: "x", n: 1, b: true, gone: null },
    });
    equal(things.metadata, { s: "x", n: 1, b: true });
    await refused(
      valueError,
      () => world.client.createCollection({ name: "none", metadata: {} }),
      () => world.client.createCollection({ name: "none", metadata: { gone: null } }),
    );
  },
  async "6.9 an empty document is a document; uris are strings or null"(world) {
    const things = await world.things({
      ids: ["a", "b"],
      embeddings: [[1], [2]],
      documents: ["", null],
      uris: [null, "x://b"],
    });
    const { documents, uris } = await things.get({ include: ["documents", "uris"] });
    equal(
      [documents, uris],
      [
        ["", null],
        [null, "x://b"],
      ],
    );
  },
  async "6.10 embeddings are 32-bit floats, given as rows of numbers or as Float32Arrays"(world) {
    const embeddings = [[0.1, 2], Float32Array.of(3, 0.4)];
    const things = await world.things({ ids: ["a", "b"], embeddings });
    const got = await things.get({ include: ["embeddings"] });
    equal(got.embeddings, [
      [Math.fround(0.1), 2],
      [3, Math.fround(0.4)],
    ]);
  },
};
