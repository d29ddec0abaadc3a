// hnswlib-wasm in the page's own thread: inner product over unit vectors, which is cosine without its extra work.
import { loadHnswlib } from "hnswlib-wasm";
import { EF_CONSTRUCTION, M } from "../settings.js";

const SEED = 100;

export class HnswlibWasm {
  #module;
  #index;

  static async create() {
    const contender = new HnswlibWasm();
    contender.#module = await loadHnswlib();
    return contender;
  }

  fill(vectors, dimension) {
    const count = vectors.length / dimension;
    this.#index = new this.#module.HierarchicalNSW("ip", dimension, "");
    this.#index.initIndex(count, M, EF_CONSTRUCTION, SEED);
    for (let row = 0; row < count; row += 1) {
      this.#index.addPoint(vectors.subarray(row * dimension, (row + 1) * dimension), row, false);
    }
  }

  setEf(ef) {
    this.#index.setEfSearch(ef);
  }

  /** `accept` tells of a row whether it may be found. */
  ask(query, k, accept) {
    return this.#index.searchKnn(query, k, accept).neighbors;
  }

  close() {}
}
