import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four, linked, many } from "../support/records.mjs";

export const cases = {
  async "a closed client refuses every call and says so"({ client }) {
    const collection = await collectionOf(client);
    equal(await client.close(), undefined);
    const closed = { code: "closed", name: "ChromaClientError", says: ["closed", "new client"] };
    for (const call of [
      () => client.createCollection({ name: "late" }),
      () => client.getCollection({ name: "things" }),
      () => client.listCollections(),
      () => client.countCollections(),
      () => client.deleteCollection({ name: "things" }),
      () => client.stats(),
      () => collection.add({ ids: ["x"], embeddings: [[1, 2]] }),
      () => collection.get(),
      () => collection.query({ queryEmbeddings: [[1, 2]] }),
      () => collection.delete({ ids: ["a"] }),
      () => collection.modify({ name: "other" }),
      () => collection.count(),
    ]) {
      await rejects(call(), closed);
    }
  },

  async "closing twice, or before the first call, is fine"({ client, fresh }) {
    await client.countCollections();
    const closing = [client.close(), client.close()];
    equal(await Promise.all(closing), [undefined, undefined]);
    await client.close();
    const unused = fresh();
    await unused.close();
    await rejects(unused.countCollections(), { code: "closed" });
  },

  async "closing waits for what is under way"({ client }) {
    const collection = await client.createCollection({ name: "busy" });
    const writes = Array.from({ length: 10 }, (_, i) =>
      collection.add({ ids: [`r${i}`], embeddings: [[i, 1]] }),
    );
    const reads = [collection.count(), collection.get()];
    await client.close();
    const settled = await Promise.allSettled([...writes, ...reads]);
    equal(
      settled.map(({ status }) => status),
      Array(12).fill("fulfilled"),
    );
  },

  async "the client can be disposed of"({ client }) {
    await client.countCollections();
    if (!Symbol.asyncDispose) return;
    await client[Symbol.asyncDispose]();
    await rejects(client.countCollections(), { code: "closed" });
  },
};

/** Only for clients that keep their data. */
export const persistentCases = {
  async "everything is there after reopening"({ client, reopen }) {
    const hnsw = { space: "cosine", ef_construction: 40, ef_search: 50, max_neighbors: 12 };
    const collection = await collectionOf(client, four, {
      metadata: { topic: "fruit" },
      configuration: { hnsw },
    });
    await collection.update({ ids: ["a"], documents: ["ripe apple"], embeddings: [[1, 0.1]] });
    await collection.delete({ ids: ["b"] });
    const query = { queryEmbeddings: [[1, 1]] };
    const include = ["documents", "metadatas", "embeddings", "uris"];
    const before = [await collection.get({ include }), await collection.query(query)];
    const again = await (await reopen()).getCollection({ name: "things" });
    equal(
      [again.id, again.metadata, again.configuration],
      [collection.id, { topic: "fruit" }, collection.configuration],
    );
    equal(again.configuration.hnsw, { ...hnsw, resize_factor: 1.2, sync_threshold: 1000 });
    equal([await again.get({ include }), await again.query(query)], before);
    equal(before[0].ids, ["a", "c", "d"]);
  },

  async "renames, deletions of collections and empty collections survive as well"({
    client,
    reopen,
  }) {
    await (await collectionOf(client)).modify({ name: "renamed", metadata: { v: 2 } });
    await client.createCollection({ name: "empty" });
    await collectionOf(client, four, { name: "gone" });
    await client.deleteCollection({ name: "gone" });
    const again = await reopen();
    equal(
      (await again.listCollections()).map(({ name }) => name),
      ["renamed", "empty"],
    );
    equal(await (await again.getCollection({ name: "renamed" })).count(), 4);
    equal(await (await again.getCollection({ name: "empty" })).count(), 0);
  },

  async "a quantization is kept, as created and as modified"({ client, reopen }) {
    const options = { configuration: { quantization: "binary" } };
    let collection = await collectionOf(client, four, options);
    for (const next of ["none", "binary", "int8"]) {
      const { quantization } = collection.configuration;
      collection = await (await reopen()).getCollection({ name: "things" });
      equal(collection.configuration.quantization, quantization);
      const { ids } = await collection.query({ queryEmbeddings: [[0, 1]], nResults: 1 });
      equal(ids, [["b"]]);
      await collection.modify({ configuration: { quantization: next } });
    }
  },

  async "reopening again and again, with a write each time"({ client, reopen }) {
    let current = client;
    for (let i = 0; i < 5; i++) {
      const collection = await current.getOrCreateCollection({ name: "diary" });
      await collection.add({ ids: [`day ${i}`], embeddings: [[i, i]], documents: [`entry ${i}`] });
      current = await reopen();
    }
    const diary = await current.getCollection({ name: "diary" });
    equal(
      (await diary.get()).documents,
      [0, 1, 2, 3, 4].map((i) => `entry ${i}`),
    );
  },

  async "a large collection is found after reopening, linked or in the middle of it"({
    client,
    reopen,
  }) {
    const { n, ids, embeddings, row } = many();
    await collectionOf(client, { ids, embeddings });
    for (const moment of ["in the middle", "linked"]) {
      const current = await reopen();
      const collection = await current.getCollection({ name: "things" });
      equal(await collection.count(), n, moment);
      for (const i of [0, 1234, n - 1]) {
        const hits = await collection.query({ queryEmbeddings: row(i), nResults: 1 });
        equal(hits.ids, [[`r${i}`]], moment);
      }
      await linked(current);
    }
  },

  async "destroy removes the database"({ client, vecino, path, worker, fresh }) {
    await collectionOf(client);
    await client.close();
    await vecino.PersistentClient.destroy({ path, worker });
    const names = (await indexedDB.databases()).map(({ name }) => name);
    ok(!names.some((name) => name.includes(path)), `still there: ${names}`);
    equal(await fresh().countCollections(), 0);
  },

  async "the browser tells of its storage"({ client }) {
    const { persisted, usage, quota } = await client.storage();
    equal([typeof persisted, typeof usage, typeof quota], ["boolean", "number", "number"]);
    equal(typeof (await client.persist()), "boolean");
  },
};
