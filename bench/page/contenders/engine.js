// Vecino's engine alone: its class Database in the page's own thread, in memory, asked for ids and distances only.
import * as glue from "../../../build/wasm/vecino.js";
import wasm from "../../../build/wasm/vecino_bg.wasm?url";
import rare from "../../../build/wasm/vecino_rare_bg.wasm?url";
import { openEngine } from "../raw-engine.js";
import { settings } from "../settings.js";

const BATCH = 1_000;
/** How long the engine links at a stretch, in milliseconds. */
const SLICE = 1_000;
const host = {
  tell: (...what) => console.warn(...what),
  elected: () => true,
  grace: () => 0,
  async giveWay() {},
};

export class Engine {
  #database;
  #callEngine;
  #id;
  #dimension;

  /** `quantization` as in the package's configuration; `module` is what the package has, or another build of it. */
  static async create({ quantization, module = { glue, wasm, rare } }) {
    const engine = new Engine();
    const { call, database } = await openEngine(module, undefined, false, host);
    [engine.#callEngine, engine.#database] = [call, database];
    const configuration = { hnsw: { space: "cosine", ...settings }, quantization };
    const given = [undefined, "bench", undefined, configuration, undefined, false];
    engine.#id = (await engine.#call("createCollection", ...given)).id;
    return engine;
  }

  async fill(vectors, dimension, metadatas) {
    await this.put(vectors, dimension, undefined, metadatas);
    await this.link();
  }

  /** Puts the vectors under the ids `rows`, by default 0, 1, 2 ... Nothing is linked yet. */
  async put(vectors, dimension, rows, metadatas) {
    this.#dimension = dimension;
    const count = vectors.length / dimension;
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(count, start + BATCH);
      const ids = Array.from({ length: end - start }, (_, at) =>
        String(rows ? rows[start + at] : start + at),
      );
      await this.#call("upsert", this.#id, {
        ids,
        embeddings: vectors.subarray(start * dimension, end * dimension),
        dimension,
        metadatas: metadatas?.slice(start, end),
      });
    }
  }

  #call(method, ...args) {
    return this.#callEngine(method, args);
  }

  /** Does all the background work there is. */
  async link() {
    while (await this.#call("work", SLICE));
  }

  async setEf(ef_search) {
    await this.#call("modifyCollection", this.#id, { configuration: { hnsw: { ef_search } } });
  }

  /** Rows of the nearest. `where` is a filter on metadata. */
  async ask(query, k, where) {
    const selection = where ? { where } : {};
    const given = [this.#id, query, this.#dimension, selection, k, ["distances"]];
    return (await this.#call("query", ...given)).ids.map(Number);
  }

  /** Rows of the nearest of each of several queries, in one call. */
  async askTogether(queries, k) {
    const numbers = new Float32Array(queries.length * this.#dimension);
    for (const [at, query] of queries.entries()) numbers.set(query, at * this.#dimension);
    const given = [this.#id, numbers, this.#dimension, {}, k, ["distances"]];
    const { ids, offsets } = await this.#call("query", ...given);
    return queries.map((_, at) => ids.slice(offsets[at], offsets[at + 1]).map(Number));
  }

  /** Only with the module that has the feature `measure`. */
  setPlanner(exactNumbers, scannedPerCandidate) {
    this.#database.setPlanner(this.#id, exactNumbers, scannedPerCandidate);
  }

  /** `{ records, unlinked, memoryBytes, wasmBytes }` */
  stats() {
    return this.#call("stats");
  }

  close() {
    return this.#call("close");
  }
}
