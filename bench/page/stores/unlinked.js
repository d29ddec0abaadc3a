// The same engine in a worker of its own that never does background work: every query is an exact scan.

const name = "bench";
const include = ["metadatas", "documents", "distances"];

export class UnlinkedStore {
  #worker = new Worker(new URL("./unlinked-worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #lastId = 0;
  #collection;

  constructor() {
    this.#worker.onmessage = ({ data: { id, value, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(value);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message));
    };
  }

  async create() {
    await this.#call("open", ["bench-unlinked"]);
    const configuration = { hnsw: { space: "cosine" } };
    const info = await this.#call("createCollection", [
      undefined,
      name,
      undefined,
      configuration,
      undefined,
      false,
    ]);
    this.#collection = info.id;
  }

  async open() {
    await this.#call("open", ["bench-unlinked"]);
    this.#collection = (await this.#call("getCollection", [undefined, name])).id;
  }

  add(batch) {
    const dimension = batch.embeddings.length / batch.ids.length;
    const moved = [batch.embeddings.buffer];
    return this.#call("add", [this.#collection, { ...batch, dimension }], moved);
  }

  async query(embedding, nResults) {
    const args = [this.#collection, embedding, embedding.length, {}, nResults, include];
    const { ids } = await this.#call("query", args, [embedding.buffer]);
    return ids;
  }

  stats() {
    return this.#call("stats", []);
  }

  async close() {
    await this.#call("close", []);
    this.#worker.terminate();
  }

  #call(method, args, moved = []) {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args }, moved);
    });
  }
}
