import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

export const cases = {
  async "a created collection has an id, its name, no metadata and every default"({ client }) {
    const made = await client.createCollection({ name: "notes" });
    ok(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(made.id), made.id);
    equal(made.name, "notes");
    equal(made.metadata, undefined);
    equal(made.embeddingFunction, undefined);
    equal([made.tenant, made.database], ["default_tenant", "default_database"]);
    const hnsw = { space: "l2", ef_construction: 100, ef_search: 100, max_neighbors: 16 };
    equal(made.configuration, { hnsw });
    equal(await made.count(), 0);
  },

  async "metadata and configuration are kept as given"({ client }) {
    const metadata = { topic: "birds", year: 2020, open: true, ratio: 0.5 };
    const hnsw = { space: "ip", ef_construction: 50, ef_search: 60, max_neighbors: 8 };
    await client.createCollection({ name: "birds", metadata, configuration: { hnsw } });
    const got = await client.getCollection({ name: "birds" });
    equal(got.metadata, metadata);
    equal(got.configuration, { hnsw });
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

  async "an embedding function with a default space chooses it where nothing else does"({
    client,
  }) {
    const embeddingFunction = {
      ...letters(),
      defaultSpace: () => "cosine",
      supportedSpaces: () => ["cosine", "l2"],
    };
    const spaceOf = async (name, options) =>
      (await client.createCollection({ name, embeddingFunction, ...options })).configuration.hnsw
        .space;
    equal(await spaceOf("default"), "cosine");
    equal(await spaceOf("partial", { configuration: { hnsw: { ef_search: 7 } } }), "cosine");
    equal(await spaceOf("chosen", { configuration: { hnsw: { space: "ip" } } }), "ip");
    const supportedSpaces = undefined;
    equal(
      await spaceOf("unsupported", {
        embeddingFunction: { ...embeddingFunction, supportedSpaces },
      }),
      "l2",
    );
  },

  async "stats count records and collections"({ client, persistent }) {
    await collectionOf(client);
    await client.createCollection({ name: "empty" });
    const stats = await client.stats();
    equal([stats.records, stats.collections, stats.persistent], [4, 2, persistent]);
    ok(stats.wasmBytes > 0, `wasmBytes is ${stats.wasmBytes}`);
  },
};
