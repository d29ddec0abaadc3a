// Vecino as a page has it: client, worker and background work, asked for ids and distances only.
import { EphemeralClient, PersistentClient } from "vecino";
import { settings } from "../settings.js";

const BATCH = 1_000;
/** How often linking is looked at, in milliseconds. */
const LOOK = 100;

export class Client {
  #client;
  #collection;

  /** As in the configuration. Stored `embeddings` are in a database of the name "bench". */
  static async create({ quantization, embeddings, num_threads }) {
    const client = new Client();
    const isStored = embeddings === "stored";
    client.#client = isStored ? new PersistentClient({ path: "bench" }) : new EphemeralClient();
    client.#collection = await client.#client.createCollection({
      name: "bench",
      configuration: {
        hnsw: { space: "cosine", ...settings, num_threads },
        quantization,
        embeddings,
      },
      embeddingFunction: null,
    });
    return client;
  }

  /** Resolves when every vector is linked, or when so few are not going to be. */
  async fill(vectors, dimension) {
    const count = vectors.length / dimension;
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(count, start + BATCH);
      await this.#collection.add({
        ids: Array.from({ length: end - start }, (_, at) => String(start + at)),
        embeddings: vectors.slice(start * dimension, end * dimension),
      });
    }
    for (let last; ; ) {
      const { unlinked } = await this.#client.stats();
      if (unlinked === 0 || unlinked === last) return;
      last = unlinked;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  async setEf(ef_search) {
    await this.#collection.modify({ configuration: { hnsw: { ef_search } } });
  }

  async ask(query, nResults) {
    const { ids } = await this.#collection.query({
      queryEmbeddings: [query],
      nResults,
      include: ["distances"],
    });
    return ids[0].map(Number);
  }

  stats() {
    return this.#client.stats();
  }

  close() {
    return this.#client.close();
  }
}
