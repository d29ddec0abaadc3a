// Records and a collection that change: update, upsert, delete, modify.
import { ChromaClient } from "chromadb";

export async function main(print, { address }) {
  const client = new ChromaClient(address);
  const collection = await client.createCollection({
    name: "notes",
    embeddingFunction: null,
    metadata: { owner: "ana" },
    configuration: { hnsw: { space: "ip", ef_search: 64 } },
  });
  const show = async (label, ids) => {
    const { documents, metadatas, embeddings, uris } = await collection.get({
      ids,
      include: ["documents", "metadatas", "embeddings", "uris"],
    });
    for (const i of documents.keys()) {
      const sorted =
        metadatas[i] && Object.entries(metadatas[i]).sort(([a], [b]) => (a < b ? -1 : 1));
      print(label, documents[i], sorted, embeddings[i], uris[i]);
    }
  };
  await collection.add({
    ids: ["a", "b", "c"],
    embeddings: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    documents: ["first", "second", "third"],
    metadatas: [{ n: 1, tags: ["x", "y"] }, { n: 2 }, { n: 3 }],
    uris: ["note://a", "note://b", "note://c"],
  });
  await collection.add({
    ids: ["a", "d"],
    embeddings: [
      [9, 9],
      [2, 2],
    ],
    documents: ["ignored", "fourth"],
  });
  await show("added twice", ["a", "d"]);
  await collection.update({ ids: ["a", "nobody"], metadatas: [{ n: 10, done: true }, { n: 0 }] });
  await collection.update({ ids: ["b"], embeddings: [[0, 3]], documents: ["second, again"] });
  await show("updated", ["a", "b"]);
  await collection.upsert({
    ids: ["c", "e"],
    embeddings: [
      [5, 5],
      [6, 6],
    ],
    metadatas: [{ tags: [1, 2] }, { n: 5 }],
  });
  await show("upserted", ["c", "e"]);
  print("count", await collection.count());
  print("by filter", await collection.delete({ where: { n: { $gte: 3 } }, limit: 1 }));
  print("by id", await collection.delete({ ids: ["b"] }));
  print("nothing", await collection.delete({}));
  print("left", (await collection.get({ include: [] })).ids);
  const error = await collection
    .add({ ids: ["f"], embeddings: [[1, 2, 3]] })
    .catch((thrown) => thrown);
  print("dimension", error.name, await collection.count());

  await collection.modify({ name: "renamed", metadata: { owner: "ben" } });
  await collection.modify({ configuration: { hnsw: { ef_search: 200 } } });
  const again = await client.getCollection({ name: "renamed" });
  print("renamed", again.id === collection.id, again.metadata, await again.count());
  const { space, ef_search, ef_construction, max_neighbors } = again.configuration.hnsw;
  print("configuration", space, ef_search, ef_construction, max_neighbors);
  const old = await client.getCollection({ name: "notes" }).catch((thrown) => thrown);
  print("old name", old.name);
  const nearest = await again.query({ queryEmbeddings: [[1, 2]], include: ["distances"] });
  print("nearest", nearest.ids, nearest.distances);
  await client.deleteCollection({ name: "renamed" });
  const stale = await collection.count().catch((thrown) => thrown);
  print("stale", stale.name);
}
