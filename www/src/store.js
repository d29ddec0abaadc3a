// A collection of the demo, one for each embedding function: where it is kept, what its metadata says, what is in it.

import { EphemeralClient, PersistentClient } from "vecino";

/** The IndexedDB database. */
const PATH = "vecino-demo";

/**
 * What the collection's metadata says of the passages that come with the demo: still being added, stopped by the visitor
 * on the way, all there, or left out because the visitor emptied the store.
 */
export const STATE = {
  adding: "adding",
  stopped: "stopped",
  complete: "complete",
  emptied: "emptied",
};

/**
 * Starts the database, without waiting for it: the engine loads while the model does. What fails here fails again, and
 * is reported, when the store is opened.
 *
 * @param {{kept: boolean}} options false keeps everything in memory only, for a browser without IndexedDB
 */
export function connect({ kept }) {
  const client = kept ? new PersistentClient({ path: PATH }) : new EphemeralClient();
  client.countCollections().catch(() => {});
  return { client, kept };
}

/**
 * Opens the store, or makes it on the first visit.
 *
 * @param {{client: object, kept: boolean}} connection from `connect`
 * @param {object} embedding from `loadEmbedding`
 */
export async function openStore({ client, kept }, embedding) {
  const store = new Store(client, embedding, kept);
  await store.open(STATE.adding);
  return store;
}

class Store {
  constructor(client, embedding, kept) {
    this.client = client;
    this.kept = kept;
    this.collection = undefined;
    this.embedding = embedding;
  }

  get embeddingFunction() {
    return this.embedding.function;
  }

  /** Opens the collection; `state` holds only where it is made now. */
  async open(state) {
    this.collection = await this.client.getOrCreateCollection({
      name: this.embedding.collection,
      metadata: { model: this.embedding.name, passages: state },
      configuration: { hnsw: { space: "cosine" } },
      embeddingFunction: this.embeddingFunction,
    });
  }

  get state() {
    return this.collection.metadata.passages;
  }

  /** Vectors of two models cannot be compared: throws where another one made the stored embeddings. */
  checkModel() {
    const { model } = this.collection.metadata;
    const { name } = this.embedding;
    if (model === name) return;
    const message = `the store holds embeddings of ${model}, the page has ${name}`;
    throw Object.assign(new Error(message), { code: "model_changed" });
  }

  async setState(state) {
    await this.collection.modify({ metadata: { ...this.collection.metadata, passages: state } });
  }

  /** Deletes every record, the visitor's own among them. */
  async empty(state) {
    await this.client.deleteCollection({ name: this.embedding.collection });
    await this.open(state);
  }

  count() {
    return this.collection.count();
  }

  /** The passages of the visitor's own, oldest first: {id, document, metadata}[] */
  async own() {
    const result = await this.collection.get({ where: { own: true } });
    return result.rows();
  }

  /**
   * What there is to choose from: records by source and by type, and the ranges of words and years.
   * `years.count` is how many records have a year at all.
   */
  async facets() {
    const { metadatas } = await this.collection.get({ include: ["metadatas"] });
    const facets = {
      count: metadatas.length,
      source: new Map(),
      type: new Map(),
      words: range(),
      years: range(),
    };
    for (const { source, type, words, year } of metadatas) {
      facets.source.set(source, (facets.source.get(source) ?? 0) + 1);
      facets.type.set(type, (facets.type.get(type) ?? 0) + 1);
      widen(facets.words, words);
      if (year !== undefined) widen(facets.years, year);
    }
    return facets;
  }

  /**
   * {usage, quota, persisted}, in bytes; undefined where nothing is kept. A page that is not served securely may keep
   * but not ask: the fields are undefined then.
   */
  async storage() {
    if (!this.kept) return undefined;
    try {
      return await this.client.storage();
    } catch (error) {
      if (error.code === "storage_unavailable") return {};
      throw error;
    }
  }

  persist() {
    return this.client.persist();
  }
}

const range = () => ({ least: undefined, most: undefined, count: 0 });

function widen(of, value) {
  of.least = Math.min(value, of.least ?? value);
  of.most = Math.max(value, of.most ?? value);
  of.count += 1;
}
