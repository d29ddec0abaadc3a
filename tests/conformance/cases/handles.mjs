import { equal, rejects } from "../support/assert.mjs";
import { collectionOf, letters } from "../support/records.mjs";

export const cases = {
  async "a handle does what needs neither a name nor an embedding function"({ client }) {
    const collection = await collectionOf(client);
    const handle = client.collection(collection.id);
    equal(
      [handle.id, handle.name, handle.metadata, handle.configuration],
      [collection.id, "", undefined, {}],
    );
    equal([handle.tenant, handle.database], ["default_tenant", "default_database"]);
    await handle.add({ ids: ["e"], embeddings: [[5, 5]], documents: ["a kite"] });
    await handle.update({ ids: ["e"], metadatas: [{ seen: true }] });
    await handle.upsert({ ids: ["f"], embeddings: [[6, 6]] });
    equal((await handle.query({ queryEmbeddings: [[5, 5]], nResults: 1 })).ids, [["e"]]);
    equal((await handle.get({ ids: ["e"] })).metadatas, [{ seen: true }]);
    equal(await handle.delete({ ids: ["a"] }), { deleted: 1 });
    equal([await handle.count(), await collection.count()], [5, 5]);
    equal((await handle.peek({ limit: 1 })).ids, ["b"]);
    equal((await handle.getIndexingStatus()).total_ops, 5);
  },

  async "what needs them says where to get the collection"({ client, chromadb }) {
    const embeddingFunction = letters();
    const made = await client.createCollection({ name: "notes", embeddingFunction });
    const handle = client.collection(made.id);
    equal(handle instanceof chromadb.CollectionHandle, true);
    const expected = {
      code: "invalid_argument",
      name: "ChromaValueError",
      says: ["client.collection(id)", "getCollection"],
    };
    for (const call of [
      () => handle.add({ ids: ["a"], documents: ["x"] }),
      () => handle.upsert({ ids: ["a"], documents: ["x"] }),
      () => handle.update({ ids: ["a"], documents: ["x"] }),
      () => handle.query({ queryTexts: ["x"] }),
      () => handle.search({ rank: { $knn: { query: "x" } } }),
      () => handle.modify({ name: "other" }),
      () => handle.fork({ name: "other" }),
    ]) {
      await rejects(call(), expected);
    }
    equal([await made.count(), embeddingFunction.calls], [0, []]);
    equal(await client.countCollections(), 1);
  },

  async "a handle on nothing is found out by the first call"({ client }) {
    const handle = client.collection("00000000-0000-4000-8000-000000000000");
    await rejects(handle.count(), { code: "not_found", name: "ChromaNotFoundError" });
  },
};
