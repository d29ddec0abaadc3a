import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

export const cases = {
  async "a created collection has an id, its name, no metadata and every default"({ client }) {
    const made = await client.createCollection({ name: "notes" });
    ok(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(made.id), made.id);
    equal(made.name, "notes");
    equal(made.metadata, undefined);
    equal([made.tenant, made.database], ["default_tenant", "default_database"]);
    equal([made.schema, made.embeddingFunction], [undefined, undefined]);
    equal(await made.count(), 0);
  },

  async "metadata and configuration are kept as given"({ client }) {
    const metadata = { topic: "birds", year: 2020, open: true, ratio: 0.5 };
    const hnsw = { space: "ip", ef_construction: 50, ef_search: 60, max_neighbors: 8 };
    await client.createCollection({ name: "birds", metadata, configuration: { hnsw } });
    const got = await client.getCollection({ name: "birds" });
    equal(got.metadata, metadata);
    equal(got.configuration.hnsw, { ...hnsw, resize_factor: 1.2, sync_threshold: 1000 });
  },

  async "creating a name twice is refused; getOrCreate returns what exists, unchanged"({ client }) {
    const first = await client.createCollection({ name: "notes", metadata: { version: 1 } });
    await rejects(client.createCollection({ name: "notes" }), {
      code: "already_exists",
      name: "ChromaUniqueError",
      says: "notes",
    });
    const again = await client.getOrCreateCollection({
      name: "notes",
      metadata: { version: 2 },
      configuration: { hnsw: { space: "cosine" } },
    });
    equal(again.id, first.id);
    equal(again.metadata, { version: 1 });
    equal(again.configuration.hnsw.space, "l2");
    equal(await client.countCollections(), 1);
  },

  async "ten getOrCreate calls at once make one collection"({ client }) {
    const calls = Array.from({ length: 10 }, () => client.getOrCreateCollection({ name: "one" }));
    equal(new Set((await Promise.all(calls)).map(({ id }) => id)).size, 1);
    equal(await client.countCollections(), 1);
  },

  async "a missing collection is named"({ client }) {
    const expected = { code: "not_found", name: "ChromaNotFoundError", says: "nowhere" };
    await rejects(client.getCollection({ name: "nowhere" }), expected);
    await rejects(client.deleteCollection({ name: "nowhere" }), expected);
  },

  async "collections are listed in order of creation, by limit and offset"({ client }) {
    for (const name of ["ccc", "aaa", "bbb"]) await client.createCollection({ name });
    const names = async (options) =>
      (await client.listCollections(options)).map((collection) => collection.name);
    equal(await names(), ["ccc", "aaa", "bbb"]);
    equal(await names({ limit: 2 }), ["ccc", "aaa"]);
    equal(await names({ offset: 1, limit: 1 }), ["aaa"]);
    equal(await names({ limit: 0 }), []);
    equal(await names({ offset: 5 }), []);
  },

  async "a deleted collection is gone, for its handle too, and its name is free"({ client }) {
    const old = await collectionOf(client);
    equal(await client.deleteCollection({ name: "things" }), undefined);
    equal(await client.countCollections(), 0);
    for (const call of [() => old.count(), () => old.get(), () => old.add(four)]) {
      await rejects(call(), { code: "not_found", name: "ChromaNotFoundError" });
    }
    const fresh = await client.createCollection({ name: "things" });
    equal(await fresh.count(), 0);
    ok(fresh.id !== old.id, "a new collection has a new id");
  },

  async "modify renames, replaces metadata and changes ef_search; the rest stays"({ client }) {
    const collection = await collectionOf(client, four, { metadata: { a: 1, b: 2 } });
    equal(await collection.modify({ name: "renamed" }), undefined);
    equal([collection.name, collection.metadata], ["renamed", { a: 1, b: 2 }]);
    await collection.modify({ metadata: { c: 3 } });
    equal([collection.name, collection.metadata], ["renamed", { c: 3 }]);
    await collection.modify({ configuration: { hnsw: { ef_search: 200 } } });
    equal(collection.configuration.hnsw.ef_search, 200);
    const again = await client.getCollection({ name: "renamed" });
    equal(again.metadata, { c: 3 });
    equal(again.configuration, collection.configuration);
    equal(await again.count(), 4);
    await rejects(client.getCollection({ name: "things" }), { code: "not_found" });
    await collection.modify({});
    equal(collection.name, "renamed");
  },

  async "a rename to a taken name is refused and the object keeps its name"({ client }) {
    await client.createCollection({ name: "taken" });
    const collection = await client.createCollection({ name: "mine" });
    await rejects(collection.modify({ name: "taken" }), {
      code: "already_exists",
      name: "ChromaUniqueError",
      says: "taken",
    });
    equal(collection.name, "mine");
  },

  async "modify takes an embedding function for the object"({ client }) {
    const collection = await client.createCollection({ name: "notes" });
    const embeddingFunction = letters();
    await collection.modify({ configuration: { embeddingFunction } });
    await collection.add({ ids: ["a"], documents: ["hello"] });
    equal(embeddingFunction.calls.length, 1);
  },

  async "stats count records and collections"({ client, persistent }) {
    await collectionOf(client);
    await client.createCollection({ name: "empty" });
    const stats = await client.stats();
    equal([stats.records, stats.collections, stats.persistent], [4, 2, persistent]);
    ok(stats.wasmBytes > 0, `wasmBytes is ${stats.wasmBytes}`);
  },

  async "several collections at once, in the order asked for"({ client }) {
    for (const name of ["aaa", "bbb", "ccc"]) await client.createCollection({ name });
    const names = async (items) => (await client.getCollections(items)).map(({ name }) => name);
    equal(await names(["ccc", "aaa"]), ["ccc", "aaa"]);
    equal(await names([]), []);
    const embeddingFunction = letters();
    const [first, second] = await client.getCollections([
      { name: "bbb", embeddingFunction },
      { name: "aaa" },
    ]);
    equal([first.name, first.embeddingFunction === embeddingFunction], ["bbb", true]);
    equal([second.name, second.embeddingFunction], ["aaa", undefined]);
    await rejects(client.getCollections(["aaa", "nowhere"]), {
      code: "not_found",
      says: "nowhere",
    });
  },

  async "a collection is found by its id and by its resource name"({ client }) {
    const made = await collectionOf(client, four, { metadata: { a: 1 } });
    const byId = await client.getCollectionById(made.id);
    equal([byId.name, byId.metadata, await byId.count()], ["things", { a: 1 }, 4]);
    const crn = "default_tenant:default_database:things";
    equal((await client.getCollectionByCrn(crn)).id, made.id);
    await rejects(client.getCollectionById("00000000-0000-4000-8000-000000000000"), {
      code: "not_found",
      name: "ChromaNotFoundError",
    });
    await rejects(client.getCollectionByCrn("default_tenant:default_database:none"), {
      code: "not_found",
    });
  },

  async "properties can be assigned to; what is stored stays"({ client }) {
    const made = await collectionOf(client, four, { metadata: { a: 1 } });
    made.metadata = { b: 2 };
    made.name = "mine";
    equal([made.metadata, made.name, await made.count()], [{ b: 2 }, "mine", 4]);
    equal((await client.getCollectionById(made.id)).metadata, { a: 1 });
  },

  async "a fork is a copy that goes its own way"({ client }) {
    const embeddingFunction = letters();
    const original = await client.createCollection({
      name: "original",
      embeddingFunction,
      metadata: { a: 1 },
      configuration: { hnsw: { space: "cosine", ef_search: 33 } },
    });
    await original.add({
      ids: ["a", "b"],
      documents: ["one", "three"],
      metadatas: [{ n: 1 }, null],
    });
    const fork = await original.fork({ name: "copied" });
    ok(fork.id !== original.id, "a fork has an id of its own");
    equal(
      [fork.name, fork.metadata, fork.configuration.hnsw.space],
      ["copied", { a: 1 }, "cosine"],
    );
    equal(fork.embeddingFunction === embeddingFunction, true);
    const include = ["documents", "embeddings", "metadatas", "uris"];
    equal(await fork.get({ include }), await original.get({ include }));
    await fork.add({ ids: ["c"], documents: ["five"] });
    await original.delete({ ids: ["a"] });
    equal([await fork.count(), await original.count()], [3, 1]);
    equal((await fork.query({ queryTexts: ["one"], nResults: 1 })).ids, [["a"]]);
    await rejects(original.fork({ name: "copied" }), { code: "already_exists", says: "copied" });
  },

  async "it says how much of a collection is indexed"({ client }) {
    const collection = await client.createCollection({ name: "things" });
    equal(await collection.getIndexingStatus(), {
      num_indexed_ops: 0,
      num_unindexed_ops: 0,
      op_indexing_progress: 1,
      total_ops: 0,
    });
    await collection.add(four);
    const status = await collection.getIndexingStatus();
    equal(status.total_ops, 4);
    equal(status.num_indexed_ops + status.num_unindexed_ops, 4);
    equal(status.op_indexing_progress, status.num_indexed_ops / 4);
    equal(await collection.count({ readLevel: "index_only" }), 4);
  },

  async "a heartbeat, a version, a batch size and an identity"({ client }) {
    const beat = await client.heartbeat();
    ok(Math.abs(beat / 1e6 - Date.now()) < 10_000, `heartbeat ${beat}`);
    ok(/^\d+\.\d+\.\d+/.test(await client.version()), await client.version());
    const checks = { max_batch_size: 10_000, supports_base64_encoding: false };
    equal(await client.getPreflightChecks(), checks);
    equal([await client.getMaxBatchSize(), await client.supportsBase64Encoding()], [10_000, false]);
    const identity = { user_id: "", tenant: "default_tenant", databases: ["default_database"] };
    equal(await client.getUserIdentity(), identity);
  },

  async "reset deletes everything, and only where it is allowed"({ client, fresh }) {
    await collectionOf(client);
    await rejects(client.reset(), {
      code: "forbidden",
      name: "ChromaForbiddenError",
      says: "allowReset: true",
    });
    equal(await client.countCollections(), 1);
    await client.close();
    const allowed = fresh({ allowReset: true });
    await allowed.getOrCreateCollection({ name: "things" });
    equal(await allowed.reset(), undefined);
    equal(await allowed.countCollections(), 0);
    await allowed.createCollection({ name: "things" });
    equal(await allowed.countCollections(), 1);
  },
};
