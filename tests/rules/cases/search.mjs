// Section 14: schemas and searches.
import { equal, near } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { refused } from "../support.mjs";

const knn = (more) => ({ $knn: { query: [1, 0], key: "#embedding", limit: 128, ...more } });

export const rules = {
  async "14.1 a schema is kept with the collection and says what is not indexed"(world) {
    const { Schema, StringInvertedIndexConfig } = world.chromadb;
    const schema = new Schema().deleteIndex(new StringInvertedIndexConfig(), "kind");
    const things = await world.things(four, { schema });
    equal(things.schema.serializeToJSON(), schema.serializeToJSON());
    await refused("ChromaValueError", () => things.get({ where: { kind: "fruit" } }));
    equal((await things.get({ where: { year: 1999 } })).ids, ["a"]);
  },
  async "14.2 an index is set in the schema or in the configuration, not in both"(world) {
    const schema = new world.chromadb.Schema();
    await refused("ChromaClientError", () =>
      world.client.createCollection({
        name: "both",
        schema,
        configuration: { hnsw: { ef_search: 9 } },
      }),
    );
  },
  async "14.3 without a rank: order of insertion and no scores; nothing selected: ids"(world) {
    const result = await (await world.things(four)).search({});
    equal(result.ids, [four.ids]);
    equal(result.rows(), [four.ids.map((id) => ({ id }))]);
  },
  async "14.4 a Knn ranks what the filter leaves, smallest distance first"(world) {
    const things = await world.things(four);
    const { ids, scores } = await things.search({
      where: { kind: "fruit" },
      rank: knn(),
      select: ["#score"],
    });
    equal(ids, [["a", "b", "c"]]);
    near(scores, [[0, 2, 5]]);
  },
  async "14.5 a record outside a Knn's list gets its default, if another list has it, or drops out"(
    world,
  ) {
    const things = await world.things(four);
    const ranked = (first) =>
      things.search({ rank: { $sum: [knn(first), knn()] }, select: ["#score"] });
    const { ids, scores } = await ranked({ limit: 2, default: 9 });
    equal([ids, scores], [[["a", "b", "d", "c"]], [[0, 4, 13.25, 14]]]);
    equal((await ranked({ limit: 2 })).ids, [["a", "b"]]);
    equal((await things.search({ rank: knn({ limit: 2, default: 9 }) })).ids, [["a", "b"]]);
  },
  async "14.6 return_rank gives positions from 0"(world) {
    const result = await (await world.things(four)).search({
      rank: knn({ return_rank: true }),
      select: ["#score"],
    });
    equal([result.ids, result.scores], [[["a", "b", "d", "c"]], [[0, 1, 2, 3]]]);
  },
  async "14.7 ranks are sums, products, differences, quotients, minima and maxima of ranks and values"(
    world,
  ) {
    const things = await world.things(four);
    const rank = {
      $sub: {
        left: { $mul: [{ $sum: [knn(), { $val: 1 }] }, { $val: 2 }] },
        right: { $div: { left: { $max: [knn(), { $val: 3 }] }, right: { $abs: { $val: -1 } } } },
      },
    };
    const { scores } = await things.search({ rank, where: { kind: "fruit" }, select: ["#score"] });
    near(scores, [[-1, 3, 7]]);
  },
  async "14.8 Rrf orders by the weighted sum of reciprocal positions"(world) {
    const { Knn, Rrf, Search, K } = world.chromadb;
    const ranks = [
      Knn({ query: [1, 0], returnRank: true }),
      Knn({ query: [0, 1], returnRank: true }),
    ];
    const search = new Search().rank(Rrf({ ranks, k: 1, weights: [3, 1] })).select(K.SCORE);
    const { ids, scores } = await (await world.things(four)).search(search);
    equal(ids[0][0], "a");
    near(scores[0][0], -(3 / 1 + 1 / 3), 1e-5);
  },
  async "14.9 the limit and its offset cut after ranking"(world) {
    const things = await world.things(four);
    equal((await things.search({ rank: knn(), limit: { offset: 1, limit: 2 } })).ids, [["b", "d"]]);
  },
  async "14.10 group_by keeps the best of each group and needs a rank"(world) {
    const { GroupBy, K, Knn, MinK, Search } = world.chromadb;
    const groups = new GroupBy([K("kind")], new MinK([K.SCORE], 1));
    const search = new Search().rank(Knn({ query: [1, 0] })).groupBy(groups);
    const things = await world.things(four);
    equal((await things.search(search)).ids, [["a", "d"]]);
    const unranked = await things.search(new Search().groupBy(groups)).catch((error) => error);
    equal(unranked instanceof Error, true);
  },
  async "14.11 select takes columns and keys of the metadata"(world) {
    const things = await world.things(four);
    const { rows } = await things
      .search({ limit: 1, select: ["#document", "#embedding", "year"] })
      .then((result) => ({ rows: result.rows()[0] }));
    equal(rows, [{ id: "a", document: "red apple", embedding: [1, 0], metadata: { year: 1999 } }]);
  },
  async "14.12 a where may ask for #id"(world) {
    const { K, Search } = world.chromadb;
    const things = await world.things(four);
    equal((await things.search(new Search().where(K.ID.isIn(["b", "d"])))).ids, [["b", "d"]]);
  },
};
