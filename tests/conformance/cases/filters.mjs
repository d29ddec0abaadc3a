import { equal } from "../support/assert.mjs";
import { collectionOf } from "../support/records.mjs";

/** [name, where, whereDocument, ids that match]. Records: a, b, c fruit of 1999, 2005, 2010.5; d a place. */
const filters = [
  ["equality", { kind: "fruit" }, undefined, "abc"],
  ["$eq", { year: { $eq: 1999 } }, undefined, "a"],
  ["$eq of a boolean", { ripe: { $eq: true } }, undefined, "b"],
  ["$eq does not coerce", { year: "1999" }, undefined, ""],
  ["$ne also matches records without the key", { year: { $ne: 1999 } }, undefined, "bcd"],
  ["$gt", { year: { $gt: 1999 } }, undefined, "bc"],
  ["$gte", { year: { $gte: 2005 } }, undefined, "bc"],
  ["$lt", { year: { $lt: 2010.5 } }, undefined, "ab"],
  ["$lte", { year: { $lte: 2010.5 } }, undefined, "abc"],
  ["a fraction against whole numbers", { year: { $gt: 2004.5 } }, undefined, "bc"],
  ["$in", { year: { $in: [1999, 2010.5] } }, undefined, "ac"],
  ["$nin also matches records without the key", { year: { $nin: [1999] } }, undefined, "bcd"],
  ["$and", { $and: [{ kind: "fruit" }, { year: { $lt: 2010 } }] }, undefined, "ab"],
  ["$or", { $or: [{ kind: "place" }, { year: 2005 }] }, undefined, "bd"],
  [
    "nested",
    { $or: [{ $and: [{ kind: "fruit" }, { year: 1999 }] }, { kind: "place" }] },
    undefined,
    "ad",
  ],
  ["a key that nothing has", { nothing: 1 }, undefined, ""],
  ["$contains", undefined, { $contains: "red" }, "ac"],
  ["$contains is case-sensitive", undefined, { $contains: "Red" }, ""],
  ["$contains of nothing", undefined, { $contains: "" }, "abcd"],
  ["$not_contains", undefined, { $not_contains: "red" }, "bd"],
  ["documents $and", undefined, { $and: [{ $contains: "red" }, { $contains: "plum" }] }, "c"],
  ["documents $or", undefined, { $or: [{ $contains: "sky" }, { $contains: "pear" }] }, "bd"],
  ["both", { year: { $gt: 2000 } }, { $contains: "red" }, "c"],
];

export const cases = {
  async "filters select the same records for get, query and delete"({ client }) {
    const collection = await collectionOf(client);
    for (const [name, where, whereDocument, expected] of filters) {
      const ids = [...expected];
      equal((await collection.get({ where, whereDocument })).ids, ids, `get, ${name}`);
      const hits = await collection.query({ queryEmbeddings: [[0, 0]], where, whereDocument });
      equal(hits.ids[0].toSorted(), ids, `query, ${name}`);
    }
    for (const [name, where, whereDocument, expected] of filters) {
      const copy = await client.createCollection({ name: "copy" });
      await copy.add(await allOf(collection));
      const { deleted } = await copy.delete({ where, whereDocument });
      equal(deleted, expected.length, `delete, ${name}`);
      await client.deleteCollection({ name: "copy" });
    }
  },

  async "ids and filters intersect"({ client }) {
    const collection = await collectionOf(client);
    const options = { ids: ["a", "b", "d"], where: { kind: "fruit" } };
    equal((await collection.get(options)).ids, ["a", "b"]);
    const hits = await collection.query({ queryEmbeddings: [[0, 1]], ...options });
    equal(hits.ids, [["b", "a"]]);
  },

  async "records without a document match negative filters only"({ client }) {
    const embeddings = [[1], [2]];
    const collection = await collectionOf(client, {
      ids: ["a", "b"],
      embeddings,
      documents: ["x", null],
    });
    equal((await collection.get({ whereDocument: { $contains: "" } })).ids, ["a"]);
    equal((await collection.get({ whereDocument: { $not_contains: "x" } })).ids, ["b"]);
  },

  async "a filter sees an update at once"({ client }) {
    const collection = await collectionOf(client);
    await collection.update({
      ids: ["d"],
      metadatas: [{ kind: "fruit" }],
      documents: ["red sky"],
      embeddings: [[0, 0]],
    });
    equal((await collection.get({ where: { kind: "fruit" } })).ids, ["a", "b", "c", "d"]);
    equal((await collection.get({ whereDocument: { $contains: "red" } })).ids, ["a", "c", "d"]);
  },
};

async function allOf(collection) {
  const include = ["documents", "embeddings", "metadatas"];
  const { ids, documents, embeddings, metadatas } = await collection.get({ include });
  return { ids, documents, embeddings, metadatas };
}
