import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

const refused = (...says) => ({ code: "invalid_filter", name: "ChromaValueError", says });

export const cases = {
  async "a schema is kept, and sets the index of the embeddings"({ client, chromadb }) {
    const { Schema, VectorIndexConfig, StringInvertedIndexConfig } = chromadb;
    const hnsw = { ef_construction: 50, ef_search: 60, max_neighbors: 8 };
    const schema = new Schema()
      .createIndex(new VectorIndexConfig({ space: "cosine", hnsw }))
      .deleteIndex(new StringInvertedIndexConfig(), "kind");
    const made = await client.createCollection({ name: "things", schema });
    const { space, ef_construction, ef_search, max_neighbors } = made.configuration.hnsw;
    equal({ space, ef_construction, ef_search, max_neighbors }, { space: "cosine", ...hnsw });
    equal(made.configuration.embedding_function, { type: "legacy" });
    for (const found of [made, await client.getCollection({ name: "things" })]) {
      ok(found.schema instanceof Schema, "the schema is a Schema");
      equal(found.schema.serializeToJSON(), schema.serializeToJSON());
    }
  },

  async "a filter on what the schema does not index is refused by every call"({
    client,
    chromadb,
  }) {
    const { Schema, StringInvertedIndexConfig, IntInvertedIndexConfig, FtsIndexConfig } = chromadb;
    const schema = new Schema()
      .deleteIndex(new StringInvertedIndexConfig(), "kind")
      .deleteIndex(new IntInvertedIndexConfig())
      .deleteIndex(new FtsIndexConfig(), "#document");
    const things = await collectionOf(client, four, { schema });
    const where = { kind: "fruit" };
    const queryEmbeddings = [[1, 0]];
    const expected = refused("string_inverted_index", '"kind"');
    for (const call of [
      () => things.get({ where }),
      () => things.query({ queryEmbeddings, where }),
      () => things.delete({ where }),
      () => things.search({ where, select: [] }),
      () => things.get({ where: { $or: [{ ripe: true }, { kind: { $ne: "fruit" } }] } }),
      () => things.get({ where: { kind: { $in: ["a", "b"] } } }),
    ]) {
      await rejects(call(), expected);
    }
    await rejects(
      things.get({ where: { year: { $gt: 3 } } }),
      refused("int_inverted_index", '"year"'),
    );
    const text = refused("fts_index", "#document");
    await rejects(things.get({ whereDocument: { $contains: "apple" } }), text);
    await rejects(things.get({ where: { "#document": { $contains: "apple" } } }), text);
    equal((await things.get({ where: { year: { $gt: 2010.1 } } })).ids, ["c"]);
    equal((await things.get({ where: { ripe: true } })).ids, ["b"]);
    equal((await things.query({ queryEmbeddings, nResults: 1 })).ids, [["a"]]);
    equal(await things.count(), 4);
  },

  async "the schema's embedding function embeds, and chooses the space"({ client, chromadb }) {
    const { Schema, VectorIndexConfig } = chromadb;
    const embeddingFunction = {
      ...letters(),
      defaultSpace: () => "cosine",
      supportedSpaces: () => ["cosine"],
    };
    const schema = new Schema().createIndex(new VectorIndexConfig({ embeddingFunction }));
    const notes = await client.createCollection({ name: "notes", schema });
    equal(notes.configuration.hnsw.space, "cosine");
    await notes.add({ ids: ["a", "b"], documents: ["an apple", "sky"] });
    equal((await notes.query({ queryTexts: ["fly"], nResults: 1 })).ids, [["b"]]);
    equal(embeddingFunction.calls.length, 2);
  },

  async "an index set twice, and one of sparse vectors, make no collection"({ client, chromadb }) {
    const { Schema, SparseVectorIndexConfig } = chromadb;
    const schema = new Schema();
    const twice = { code: "invalid_configuration", name: "ChromaClientError" };
    const name = "things";
    const configuration = { hnsw: { ef_search: 5 } };
    await rejects(client.createCollection({ name, schema, configuration }), {
      ...twice,
      says: ["schema", "configuration"],
    });
    const metadata = { "hnsw:space": "ip" };
    await rejects(client.createCollection({ name, schema, metadata }), {
      ...twice,
      says: ["schema", "metadata"],
    });
    const sparse = new Schema().createIndex(new SparseVectorIndexConfig(), "words");
    await rejects(client.createCollection({ name, schema: sparse }), {
      code: "unsupported",
      name: "ChromaClientError",
      says: ["sparse", "words"],
    });
    equal(await client.countCollections(), 0);
  },
};

/** Only for clients that keep their data. */
export const persistentCases = {
  async "a schema survives, with what it forbids"({ client, chromadb, reopen }) {
    const { Schema, StringInvertedIndexConfig } = chromadb;
    const schema = new Schema().deleteIndex(new StringInvertedIndexConfig(), "kind");
    await collectionOf(client, four, { schema });
    const things = await (await reopen()).getCollection({ name: "things" });
    equal(things.schema.serializeToJSON(), schema.serializeToJSON());
    await rejects(things.get({ where: { kind: "fruit" } }), refused('"kind"'));
    equal((await things.get({ where: { year: 1999 } })).ids, ["a"]);
  },
};
