import { equal, near, ok } from "../support/assert.mjs";
import { collectionOf, four, linked, many } from "../support/records.mjs";

export const cases = {
  async "distances: squared l2, 1 - cosine, 1 - dot product; nearest first"({ client }) {
    const query = [1, 0.5];
    const measure = {
      l2: (x) => (x[0] - query[0]) ** 2 + (x[1] - query[1]) ** 2,
      cosine: (x) => 1 - dot(x, query) / Math.sqrt(dot(x, x) * dot(query, query)),
      ip: (x) => 1 - dot(x, query),
    };
    for (const space of Object.keys(measure)) {
      const collection = await collectionOf(client, four, {
        name: `in-${space}`,
        configuration: { hnsw: { space } },
      });
      const hits = await collection.query({ queryEmbeddings: [query] });
      const order = four.ids
        .map((id, i) => ({ id, distance: measure[space](four.embeddings[i]) }))
        .toSorted((x, y) => x.distance - y.distance);
      equal(hits.ids, [order.map(({ id }) => id)], space);
      near(hits.distances, [order.map(({ distance }) => distance)]);
    }
  },

  async "a query includes metadatas, documents and distances by default"({ client }) {
    const collection = await collectionOf(client);
    const hits = await collection.query({ queryEmbeddings: [[0.9, 0]], nResults: 1 });
    equal(hits.include, ["metadatas", "documents", "distances"]);
    equal([hits.ids, hits.documents], [[["a"]], [["red apple"]]]);
    equal(hits.metadatas, [[four.metadatas[0]]]);
    equal([hits.embeddings, hits.uris], [[], []]);
    const [row] = hits.rows()[0];
    equal(Object.keys(row).sort(), ["distance", "document", "id", "metadata"]);
    equal([row.id, row.document, row.metadata], ["a", "red apple", four.metadatas[0]]);
    near(row.distance, 0.01);
  },

  async "every column can be asked for"({ client }) {
    const collection = await collectionOf(client);
    const include = ["embeddings", "uris", "distances", "documents", "metadatas"];
    const hits = await collection.query({ queryEmbeddings: [[2, 2]], nResults: 1, include });
    equal(hits.embeddings, [[[2, 2]]]);
    equal(hits.uris, [["x://c"]]);
    equal(hits.rows(), [
      [
        {
          id: "c",
          distance: 0,
          document: "red plum",
          embedding: [2, 2],
          metadata: four.metadatas[2],
          uri: "x://c",
        },
      ],
    ]);
  },

  async "several queries are answered in one call, each with its own list"({ client }) {
    const collection = await collectionOf(client);
    const queryEmbeddings = [
      [1, 0],
      [0, 1],
      [2, 2],
    ];
    const include = ["documents", "embeddings", "distances"];
    const hits = await collection.query({ queryEmbeddings, nResults: 2, include });
    equal(hits.ids, [
      ["a", "b"],
      ["b", "d"],
      ["c", "a"],
    ]);
    equal(hits.distances, [
      [0, 2],
      [0, 1.25],
      [0, 5],
    ]);
    equal(hits.documents[1], ["green pear", "blue sky"]);
    equal(hits.embeddings[2], [
      [2, 2],
      [1, 0],
    ]);
    equal(
      hits.rows().map((rows) => rows.length),
      [2, 2, 2],
    );
  },

  async "query embeddings come as rows, as Float32Arrays, or as one for one query"({ client }) {
    const collection = await collectionOf(client);
    const one = Float32Array.of(0, 1);
    for (const queryEmbeddings of [[[0, 1]], [one], one]) {
      const hits = await collection.query({ queryEmbeddings, nResults: 1 });
      equal(hits.ids, [["b"]]);
    }
    equal(one.length, 2, "the caller's memory stays the caller's");
  },

  async "nResults: ten by default, all when there are fewer, none for 0"({ client }) {
    const ids = Array.from({ length: 15 }, (_, i) => `r${i}`);
    const collection = await collectionOf(client, { ids, embeddings: ids.map((_, i) => [i]) });
    const count = async (nResults) =>
      (await collection.query({ queryEmbeddings: [[0]], nResults })).ids[0].length;
    equal([await count(), await count(3), await count(99), await count(0)], [10, 3, 15, 0]);
  },

  async "a filtered query has min(nResults, matches) rows, the nearest of them"({ client }) {
    const n = 2000;
    const ids = Array.from({ length: n }, (_, i) => `r${i}`);
    const embeddings = ids.map((_, i) => [i, 1]);
    const metadatas = ids.map((_, i) => ({ part: i % 500, i }));
    const collection = await collectionOf(client, { ids, embeddings, metadatas });
    const hits = await collection.query({ queryEmbeddings: [[0, 1]], where: { part: 499 } });
    equal(hits.ids, [["r499", "r999", "r1499", "r1999"]]);
    const some = await collection.query({
      queryEmbeddings: [[1000, 1]],
      where: { i: { $gte: 1200 } },
      nResults: 3,
    });
    equal(some.ids, [["r1200", "r1201", "r1202"]]);
  },

  async "an empty collection answers every query with an empty list"({ client }) {
    const collection = await client.createCollection({ name: "empty" });
    const hits = await collection.query({
      queryEmbeddings: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
    equal(hits.ids, [[], []]);
    equal([hits.documents, hits.distances, hits.embeddings], [[[], []], [[], []], []]);
    equal(hits.rows(), [[], []]);
    const none = await (await collectionOf(client)).query({
      queryEmbeddings: [[1, 2]],
      where: { kind: "nothing" },
    });
    equal([none.ids, none.rows()], [[[]], [[]]]);
  },

  async "a record is found as soon as its add resolves, and not after its delete"({ client }) {
    const collection = await client.createCollection({ name: "live" });
    for (let i = 0; i < 30; i++) {
      await collection.add({ ids: [`r${i}`], embeddings: [[i, i]] });
      const hits = await collection.query({ queryEmbeddings: [[i, i]], nResults: 1 });
      equal(hits.ids, [[`r${i}`]]);
    }
    await collection.update({ ids: ["r3"], embeddings: [[100, 100]] });
    const moved = await collection.query({ queryEmbeddings: [[100, 100]], nResults: 1 });
    equal([moved.ids, moved.distances], [[["r3"]], [[0]]]);
    await collection.delete({ ids: ["r3"] });
    const after = await collection.query({ queryEmbeddings: [[100, 100]], nResults: 30 });
    ok(!after.ids[0].includes("r3"), "r3 was deleted");
    equal(after.ids[0].length, 29);
  },

  async "queries are answered while a large write is linked in the background, and after"({
    client,
  }) {
    const { n, ids, embeddings, row } = many();
    const collection = await collectionOf(client, { ids, embeddings });
    const found = async (i) =>
      (await collection.query({ queryEmbeddings: row(i), nResults: 1 })).ids[0][0] === `r${i}`;
    for (let i = 0; i < n; i += 300) ok(await found(i), `r${i} while linking`);
    await linked(client);
    for (let i = 150; i < n; i += 300) ok(await found(i), `r${i} once linked`);
    await collection.delete({ ids: ["r150"] });
    ok(!(await found(150)), "r150 was deleted");
  },
};

function dot(x, y) {
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
}
