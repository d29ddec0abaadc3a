// Section 11: queries.
import { equal, near } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { Lengths, refused } from "../support.mjs";

const distances = {
  l2: [0, 2, 5, 4.25],
  cosine: [0, 1, 1 - Math.SQRT1_2, 1 + 1 / Math.hypot(1, 0.5)],
  ip: [0, 1, -1, 2],
};

export const rules = {
  async "11.1 l2 is the sum of squares, cosine and ip are 1 minus their product"(world) {
    for (const [space, expected] of Object.entries(distances)) {
      const things = await world.things(four, { configuration: { hnsw: { space } } });
      const hits = await things.query({ queryEmbeddings: [[1, 0]] });
      near(
        four.ids.map((id) => hits.distances[0][hits.ids[0].indexOf(id)]),
        expected,
        2e-7,
      );
      await world.client.deleteCollection({ name: "things" });
    }
  },
  async "11.2 a zero vector is refused under cosine (the server keeps it at distance 1)"(world) {
    const things = await world.things(four, { configuration: { hnsw: { space: "cosine" } } });
    await refused(
      "ChromaClientError",
      () => things.add({ ids: ["z"], embeddings: [[0, 0]] }),
      () => things.query({ queryEmbeddings: [[0, 0]] }),
    );
  },
  async "11.3 the nearest comes first; equally near ones in order of insertion"(world) {
    const embeddings = [
      [2, 0],
      [1, 0],
      [-1, 0],
      [0, 1],
    ];
    const things = await world.things({ ids: ["a", "b", "c", "d"], embeddings });
    equal((await things.query({ queryEmbeddings: [[0, 0]] })).ids, [["b", "c", "d", "a"]]);
  },
  async "11.4 more results than records are all of them"(world) {
    const things = await world.things(four);
    equal((await things.query({ queryEmbeddings: [[1, 0]], nResults: 1000 })).ids[0].length, 4);
  },
  async "11.5 before the first write any dimension is answered with nothing"(world) {
    const things = await world.things();
    equal(
      (
        await things.query({
          queryEmbeddings: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        })
      ).ids,
      [[], []],
    );
    await refused("ChromaClientError", () => things.query({ queryEmbeddings: [[1], [1, 2]] }));
  },
  async "11.6 another dimension is refused, by an emptied collection too"(world) {
    const things = await world.things(four);
    await refused("ChromaClientError", () => things.query({ queryEmbeddings: [[1, 2, 3]] }));
    await things.delete({ ids: four.ids });
    const again = await world.again();
    await refused("ChromaClientError", () => again.query({ queryEmbeddings: [[1, 2, 3]] }));
    equal((await again.query({ queryEmbeddings: [[1, 2]] })).ids, [[]]);
  },
  async "11.7 ids and filters choose first; the nearest are taken among those"(world) {
    const things = await world.things(four);
    const query = (options) => things.query({ queryEmbeddings: [[1, 0]], nResults: 2, ...options });
    equal((await query({ ids: ["c", "d"] })).ids, [["d", "c"]]);
    equal((await query({ where: { year: { $gt: 2000 } } })).ids, [["b", "c"]]);
    equal((await query({ whereDocument: { $contains: "plum" } })).ids, [["c"]]);
  },
  async "11.8 texts go through generateForQueries, else generate; embeddings win over them"(world) {
    class Asking extends Lengths {
      generateForQueries = async (texts) => texts.map(() => [1, 1]);
    }
    const things = await world.things(
      { ids: ["a", "b"], documents: ["x", "longer"] },
      { embeddingFunction: new Asking() },
    );
    equal((await things.query({ queryTexts: ["longer"], nResults: 1 })).ids, [["a"]]);
    const both = await things.query({ queryTexts: ["x"], queryEmbeddings: [[6, 1]], nResults: 1 });
    equal(both.ids, [["b"]]);
    const plain = await world.again(new Lengths());
    equal((await plain.query({ queryTexts: ["longer"], nResults: 1 })).ids, [["b"]]);
  },
  async "11.9 a query of nothing, or of uris alone, is refused"(world) {
    const things = await world.things(four);
    await refused(
      "ChromaValueError",
      () => things.query({}),
      () => things.query({ queryURIs: ["x://a"] }),
    );
  },
};
