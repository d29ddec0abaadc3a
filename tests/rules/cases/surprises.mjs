// Section 1: what is not as one would think, beside what the other sections say.
import { equal, ok } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { Lengths, matching, refused, withMetadata } from "../support.mjs";

export const rules = {
  async "1.1 null in the metadata of an update removes the key (chromadb drops the null)"(world) {
    const things = await world.things(withMetadata({ x: 1, y: 2 }));
    await things.update({ ids: ["a"], metadatas: [{ x: null }] });
    equal((await (await world.again()).get()).metadatas, [{ y: 2 }]);
  },
  async "1.2 update and upsert merge metadata; modify replaces a collection's"(world) {
    const things = await world.things(withMetadata({ x: 1, y: 2 }), { metadata: { p: 1, q: 2 } });
    await things.update({ ids: ["a"], metadatas: [{ y: 3 }] });
    await things.upsert({ ids: ["a"], embeddings: [[1, 1]], metadatas: [{ z: 4 }] });
    await things.modify({ metadata: { r: 3 } });
    const again = await world.again();
    equal([(await again.get()).metadatas[0], again.metadata], [{ x: 1, y: 3, z: 4 }, { r: 3 }]);
  },
  async "1.3 add of an id that exists leaves out that record and adds the others"(world) {
    const things = await world.things(four);
    await things.add({
      ids: ["a", "e"],
      embeddings: [
        [9, 9],
        [8, 8],
      ],
      documents: ["no", "yes"],
    });
    const { ids, documents } = await (await world.again()).get();
    equal([ids.join(""), documents[0], documents[4]], ["abcde", "red apple", "yes"]);
  },
  async "1.4 update of a missing id does nothing; delete counts what was there (chromadb: what was asked)"(
    world,
  ) {
    const things = await world.things(four);
    await things.update({ ids: ["zz"], documents: ["x"], embeddings: [[1, 1]] });
    equal(await things.count(), 4);
    equal(await things.delete({ ids: ["a", "zz"] }), { deleted: 1 });
  },
  async "1.5 delete without a selection deletes nothing"(world) {
    const things = await world.things(four);
    equal(await things.delete({}), { deleted: 0 });
    equal(await (await world.again()).count(), 4);
  },
  async "1.6 get is in order of insertion; a changed record stays, one added again comes last"(
    world,
  ) {
    const things = await world.things(four);
    equal((await things.get({ ids: ["d", "b"] })).ids, ["b", "d"]);
    await things.update({ ids: ["a"], documents: ["changed"], embeddings: [[5, 5]] });
    await things.delete({ ids: ["b"] });
    await things.add({ ids: ["b"], embeddings: [[3, 3]] });
    equal((await (await world.again()).get()).ids.join(""), "acdb");
  },
  async "1.7 negative operators match records without the key"(world) {
    const things = await world.things(withMetadata({ x: 1 }, { y: 1 }, { x: [1] }));
    for (const filter of [{ x: { $ne: 1 } }, { x: { $nin: [1] } }])
      equal(await matching(things, filter), "bc");
    equal(await matching(things, { x: { $not_contains: 1 } }), "ab");
  },
  async "1.8 a fraction is compared with whole numbers by value (the server truncates it)"(world) {
    const things = await world.things(withMetadata({ v: 1 }, { v: 2 }, { v: -1 }));
    equal(await matching(things, { v: 1.5 }), "");
    equal(await matching(things, { v: { $lt: 1.5 } }), "ac");
    equal(await matching(things, { v: { $gte: 2.2 } }), "");
    equal(await matching(things, { v: { $lte: -1.2 } }), "");
  },
  async "1.9 $in takes fractions and whole numbers in any order (the server looks at the first)"(
    world,
  ) {
    const things = await world.things(withMetadata({ v: 1.5 }, { v: 2 }, { v: 3 }));
    equal(await matching(things, { v: { $in: [1.5, 2] } }), "ab");
    equal(await matching(things, { v: { $in: [2, 1.5] } }), "ab");
  },
  async "1.10 $contains finds a whole number among fractions (the server does not)"(world) {
    const things = await world.things(withMetadata({ v: [1.5, 2] }, { v: [2, 3] }, { v: 2 }));
    equal(await matching(things, { v: { $contains: 2 } }), "ab");
    equal(await matching(things, { v: { $contains: 1.5 } }), "a");
  },
  async "1.11 the first write fixes the dimension, also for the emptied collection"(world) {
    const things = await world.things(four);
    await things.delete({ ids: four.ids });
    const again = await world.again();
    await refused("ChromaClientError", () => again.add({ ids: ["x"], embeddings: [[1, 2, 3]] }));
    equal(await again.count(), 0);
  },
  async "1.12 collections are listed in order of creation (the server: by UUID), 100 by default; databases by name"(
    world,
  ) {
    for (let i = 0; i < 101; i++) {
      await world.client.createCollection({ name: `c${100 - i}x`, embeddingFunction: null });
    }
    await world.admin().createDatabase({ name: "aaa", tenant: "default_tenant" });
    const client = await world.midway();
    const names = (await client.listCollections()).map(({ name }) => name);
    equal([names.length, names[0], names[99]], [100, "c100x", "c1x"]);
    equal((await client.listCollections({ limit: 5, offset: 100 })).length, 1);
    const databases = await world.admin().listDatabases({ tenant: "default_tenant" });
    equal(
      databases.map(({ name }) => name),
      ["aaa", "default_database"],
    );
  },
  async "1.13 the space is l2 unless an embedding function that is passed names another"(world) {
    const plain = await world.client.createCollection({ name: "plain" });
    class Cosine extends Lengths {
      defaultSpace = () => "cosine";
      supportedSpaces = () => ["cosine", "l2"];
    }
    const made = await world.things(undefined, { embeddingFunction: new Cosine() });
    equal([plain.configuration.hnsw.space, made.configuration.hnsw.space], ["l2", "cosine"]);
  },
  async "1.14 getOrCreate ignores its arguments where the collection exists, but uses the function locally"(
    world,
  ) {
    await world.things(four, { metadata: { kept: 1 } });
    const embeddingFunction = new Lengths();
    const same = await world.client.getOrCreateCollection({
      name: "things",
      metadata: { ignored: 1 },
      configuration: { hnsw: { space: "ip" } },
      embeddingFunction,
    });
    equal([same.metadata, same.configuration.hnsw.space], [{ kept: 1 }, "l2"]);
    equal(same.embeddingFunction, embeddingFunction);
    equal((await world.again()).configuration.embedding_function, null);
  },
  async "1.15 with configuration.hnsw, the hnsw keys of the metadata mean nothing"(world) {
    const metadata = { "hnsw:space": "cosine" };
    const things = await world.things(undefined, {
      metadata,
      configuration: { hnsw: { ef_search: 7 } },
    });
    const { space, ef_search } = things.configuration.hnsw;
    equal([space, ef_search, things.metadata], ["l2", 7, metadata]);
  },
  async "1.16 search, fork and getIndexingStatus work here; forkCount is refused"(world) {
    const things = await world.things(four);
    equal((await things.search({ limit: 1 })).ids, [["a"]]);
    equal(await (await things.fork({ name: "copy" })).count(), 4);
    equal((await things.getIndexingStatus()).total_ops, 4);
    await refused("ChromaClientError", () => things.forkCount());
  },
  async "1.17 unknown ids match nothing in a query (the server fails)"(world) {
    const things = await world.things(four);
    const hits = await things.query({ queryEmbeddings: [[1, 0]], ids: ["a", "zz"] });
    equal(hits.ids, [["a"]]);
    equal((await things.query({ queryEmbeddings: [[1, 0]], ids: ["zz"] })).ids, [[]]);
  },
  async "1.18 a query is exact and complete for a small collection"(world) {
    const records = withMetadata(...Array.from({ length: 60 }, (_, n) => ({ n })));
    records.ids = records.ids.map((_, i) => `r${i}`);
    const things = await world.things(records);
    for (let i = 0; i < 40; i += 2) await things.delete({ ids: [`r${i}`] });
    const hits = await (await world.again()).query({ queryEmbeddings: [[0, 1]], nResults: 300 });
    equal(
      hits.ids[0],
      records.ids.filter((_, i) => i >= 40 || i % 2 === 1),
    );
  },
  async "1.19 lists of a deleted collection never come back (the server leaks them)"(world) {
    await world.things(withMetadata({ tags: ["old"] }));
    await world.client.deleteCollection({ name: "things" });
    const things = await world.things(withMetadata({ n: 1 }));
    equal(
      [(await things.get()).metadatas, await matching(things, { tags: { $contains: "old" } })],
      [[{ n: 1 }], ""],
    );
  },
  async "1.20 a dimension or a name that is refused is a ChromaClientError, an argument's shape a ChromaValueError"(
    world,
  ) {
    const things = await world.things(four);
    await refused(
      "ChromaClientError",
      () => things.query({ queryEmbeddings: [[1]] }),
      () => world.client.createCollection({ name: "x" }),
    );
    await refused("ChromaValueError", () => things.get({ ids: [] }));
    ok(world.chromadb.InvalidArgumentError && world.chromadb.InvalidCollectionError);
  },
  async "1.21 an object keeps its name when a rename is refused (chromadb's takes the new one)"(
    world,
  ) {
    const things = await world.things(four);
    await world.client.createCollection({ name: "taken", embeddingFunction: null });
    await refused("ChromaUniqueError", () => things.modify({ name: "taken" }));
    equal([things.name, (await world.again()).name], ["things", "things"]);
  },
  async "1.22 the configuration tells its embedding function under both names"(world) {
    const things = await world.things(undefined, { embeddingFunction: new Lengths() });
    const stored = { type: "known", name: "lengths", config: { scale: 1 } };
    equal(
      [things.configuration.embedding_function, things.configuration.embeddingFunction],
      [stored, stored],
    );
  },
  async "1.23 peek shows ten records, without an argument too"(world) {
    const records = withMetadata(...Array.from({ length: 12 }, (_, n) => ({ n })));
    const things = await world.things(records);
    equal(
      [(await things.peek()).ids.length, (await things.peek({ limit: 3 })).ids],
      [10, ["a", "b", "c"]],
    );
  },
  async "1.24 embeddings come back as the 32-bit floats that were given, under cosine too"(world) {
    const configuration = { hnsw: { space: "cosine" } };
    const embeddings = [
      [1, 1, 1],
      [0.1, 0.2, 0.3],
    ];
    const things = await world.things({ ids: ["a", "b"], embeddings }, { configuration });
    const got = await things.get({ include: ["embeddings"] });
    equal(
      got.embeddings,
      embeddings.map((row) => row.map(Math.fround)),
    );
  },
};
