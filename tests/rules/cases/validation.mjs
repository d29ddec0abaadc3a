// Section 4: what is refused before anything happens.
import { equal } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { refused, valueError } from "../support.mjs";

export const rules = {
  async "4.1 lists of unequal length, or empty, are refused"(world) {
    const things = await world.things(four);
    await refused(
      valueError,
      () => things.add({ ids: ["x", "y"], embeddings: [[1, 2]] }),
      () => things.add({ ids: ["x"], embeddings: [[1, 2]], documents: ["a", "b"] }),
      () => things.add({ ids: ["x"], embeddings: [[1, 2]], metadatas: [] }),
      () => things.add({ ids: [], embeddings: [] }),
    );
    equal(await (await world.again()).count(), 4);
  },
  async "4.2 ids are strings, each once"(world) {
    const things = await world.things(four);
    await refused(
      valueError,
      () =>
        things.add({
          ids: ["x", "x"],
          embeddings: [
            [1, 2],
            [3, 4],
          ],
        }),
      () => things.add({ ids: [5], embeddings: [[1, 2]] }),
      () => things.get({ ids: ["a", "a"] }),
      () => things.delete({ ids: ["a", "a"] }),
    );
  },
  async "4.3 add and upsert need embeddings or documents, update neither"(world) {
    const things = await world.things(four);
    await refused(
      valueError,
      () => things.add({ ids: ["x"], metadatas: [{ n: 1 }] }),
      () => things.upsert({ ids: ["a"], metadatas: [{ n: 1 }] }),
    );
    await things.update({ ids: ["a"], metadatas: [{ n: 1 }] });
    await things.update({ ids: ["a"] });
    equal((await (await world.again()).get({ where: { n: 1 } })).ids, ["a"]);
  },
  async "4.4 a metadata value is a string, a number, a boolean or a list of one of them"(world) {
    const things = await world.things(four);
    const bad = [
      {},
      { d: new Date(0) },
      { o: { a: 1 } },
      { b: 1n },
      { l: [] },
      { l: [1, "a"] },
      { l: [null] },
    ];
    await refused(
      valueError,
      ...bad.map(
        (metadata) => () => things.add({ ids: ["x"], embeddings: [[1, 2]], metadatas: [metadata] }),
      ),
    );
  },
  async "4.5 a where has one key, two clauses or more in $and and $or, one operator a field"(
    world,
  ) {
    const things = await world.things(four);
    const bad = [
      {},
      { a: 1, b: 2 },
      { $and: [{ a: 1 }] },
      { $or: { a: 1 } },
      { a: { $gt: 1, $lt: 2 } },
      { a: { $gt: "1" } },
      { a: { $in: [] } },
      { a: { $in: [1, "x"] } },
      { a: { $near: 1 } },
    ];
    for (const where of bad) {
      await refused(
        valueError,
        () => things.get({ where }),
        () => things.query({ queryEmbeddings: [[1, 2]], where }),
        () => things.delete({ where }),
      );
    }
    equal(await (await world.again()).count(), 4);
  },
  async "4.6 a whereDocument has one operator, with a string or two clauses and more"(world) {
    const things = await world.things(four);
    const bad = [
      {},
      { $contains: "a", $regex: "b" },
      { $and: [{ $contains: "a" }] },
      { $like: "a" },
      "a",
    ];
    await refused(valueError, ...bad.map((whereDocument) => () => things.get({ whereDocument })));
  },
  async "4.7 delete takes a limit only with a filter, and a whole one"(world) {
    const things = await world.things(four);
    await refused(
      valueError,
      () => things.delete({ limit: 1 }),
      () => things.delete({ ids: ["a"], limit: 1 }),
      () => things.delete({ where: { kind: "fruit" }, limit: -1 }),
    );
    equal(await (await world.again()).count(), 4);
  },
  async "4.8 nResults is not negative; 0 gives empty lists; nothing means ten"(world) {
    const records = { ids: Array.from({ length: 12 }, (_, i) => `${i}`), embeddings: [] };
    records.embeddings = records.ids.map((_, i) => [i, 1]);
    const things = await world.things(records);
    const query = (nResults) => things.query({ queryEmbeddings: [[0, 1]], nResults });
    await refused(valueError, () => query(-1));
    equal((await query(0)).ids, [[]]);
    equal((await query(undefined)).ids[0].length, 10);
  },
  async "4.9 unknown option names are refused, with the nearest (chromadb ignores them)"(world) {
    const things = await world.things(four);
    const error = await things
      .query({ queryEmbeddings: [[1, 0]], nResult: 1 })
      .catch((caught) => caught);
    equal([error.name, error.message.includes('"nResults"')], [valueError, true]);
  },
};
