// Vecino as its users have it: the package, its worker, its background work.
import { PersistentClient } from "vecino";

const name = "bench";

/** The two stores have the same methods; this one's records are linked into a graph in the background. */
export class PackageStore {
  #client = new PersistentClient({ path: "bench-package" });
  #collection;

  async create() {
    const configuration = { hnsw: { space: "cosine" } };
    this.#collection = await this.#client.createCollection({ name, configuration });
  }

  async open() {
    this.#collection = await this.#client.getCollection({ name });
  }

  add(batch) {
    return this.#collection.add(batch);
  }

  /** Ids of the nearest; documents, metadata and distances are fetched along, as by default. */
  async query(embedding, nResults) {
    const { ids } = await this.#collection.query({ queryEmbeddings: [embedding], nResults });
    return ids[0];
  }

  async searchWith(ef_search) {
    await this.#collection.modify({ configuration: { hnsw: { ef_search } } });
  }

  defaultCandidates() {
    return this.#collection.configuration.hnsw.ef_search;
  }

  stats() {
    return this.#client.stats();
  }

  close() {
    return this.#client.close();
  }
}
