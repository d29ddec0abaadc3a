// Section 7: writes.
import { equal } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { Lengths, refused, withMetadata } from "../support.mjs";

export const rules = {
  async "7.1 add appends in the order of its list"(world) {
    const things = await world.things({ ids: ["z", "a"], embeddings: [[1], [2]] });
    await things.add({ ids: ["m", "b"], embeddings: [[3], [4]] });
    equal((await (await world.again()).get()).ids, ["z", "a", "m", "b"]);
  },
  async "7.2 a write that is refused writes nothing and fixes no dimension"(world) {
    const things = await world.things();
    await refused("ChromaValueError", () =>
      things.add({
        ids: ["a", "b"],
        embeddings: [
          [1, 2, 3],
          [1, 2, 3],
        ],
        metadatas: [{ n: 1 }, {}],
      }),
    );
    const again = await world.again();
    await again.add({ ids: ["a"], embeddings: [[1]] });
    equal(await again.count(), 1);
  },
  async "7.3 update changes what is given: metadata key by key, a list as a whole, also to another type"(
    world,
  ) {
    const things = await world.things(withMetadata({ tags: [1, 2], n: 1, s: "x" }));
    await things.update({ ids: ["a"], metadatas: [{ tags: [3], n: [1], s: 5 }] });
    const got = await (await world.again()).get({ include: ["metadatas", "embeddings"] });
    equal([got.metadatas, got.embeddings], [[{ tags: [3], n: [1], s: 5 }], [[1, 1]]]);
  },
  async "7.4 an update of documents alone embeds them anew, or is refused without a function"(
    world,
  ) {
    const embeddingFunction = new Lengths();
    const things = await world.things({ ids: ["a"], documents: ["one"] }, { embeddingFunction });
    await things.update({ ids: ["a"], documents: ["three"] });
    const again = await world.again(embeddingFunction);
    equal((await again.get({ include: ["embeddings"] })).embeddings, [[5, 1]]);
    const plain = await world.client.createCollection({ name: "plain", embeddingFunction: null });
    await plain.add({ ids: ["a"], embeddings: [[1]], documents: ["old"] });
    await refused("ChromaValueError", () => plain.update({ ids: ["a"], documents: ["new"] }));
    equal((await plain.get()).documents, ["old"]);
  },
  async "7.5 an update of ids alone does nothing"(world) {
    const things = await world.things(four);
    await things.update({ ids: ["a", "zz"] });
    equal((await (await world.again()).get()).documents, four.documents);
  },
  async "7.6 upsert inserts or updates, and keeps the document it is not given"(world) {
    const things = await world.things(four);
    await things.upsert({
      ids: ["e", "a"],
      embeddings: [
        [5, 5],
        [6, 6],
      ],
      metadatas: [{ n: 1 }, { n: 2 }],
    });
    const { ids, documents, metadatas } = await (await world.again()).get();
    equal([ids.join(""), documents[0], documents[4]], ["abcde", "red apple", null]);
    equal([metadatas[0], metadatas[4]], [{ ...four.metadatas[0], n: 2 }, { n: 1 }]);
  },
  async "7.7 delete deletes what matches ids and filters, the first ones up to the limit"(world) {
    const things = await world.things(four);
    const where = { kind: "fruit" };
    equal(await things.delete({ ids: ["a", "d"], where }), { deleted: 1 });
    equal(await things.delete({ where, limit: 0 }), { deleted: 0 });
    equal(await things.delete({ where, limit: 1 }), { deleted: 1 });
    equal((await (await world.again()).get()).ids.join(""), "cd");
  },
  async "7.8 writes at once all arrive, and an id once"(world) {
    const things = await world.things();
    const calls = Array.from({ length: 60 }, (_, i) =>
      things.add({ ids: [`r${i % 54}`], embeddings: [[i, 1]] }),
    );
    await Promise.all(calls);
    equal(await (await world.again()).count(), 54);
  },
  async "7.9 of two first writes of different dimensions one is refused"(world) {
    const things = await world.things();
    const outcomes = await Promise.allSettled([
      things.add({ ids: ["a"], embeddings: [[1]] }),
      things.add({ ids: ["b"], embeddings: [[1, 2]] }),
    ]);
    equal(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    equal(await (await world.again()).count(), 1);
  },
};
