// True neighbors among vectors that come batch by batch and are not kept.
import { dot } from "./scaled.mjs";

export class RunningTruth {
  #queries;
  #dimension;
  #k;
  #seen = 0;
  /** By query: { row, similarity }, best first. */
  #best;

  constructor(queries, dimension, k) {
    this.#queries = queries;
    this.#dimension = dimension;
    this.#k = k;
    this.#best = Array.from({ length: queries.length / dimension }, () => []);
  }

  /** Takes the next rows in. */
  add(batch) {
    const dimension = this.#dimension;
    const rows = batch.length / dimension;
    for (const [query, best] of this.#best.entries()) {
      for (let row = 0; row < rows; row += 1) {
        const similarity = dot(batch, row * dimension, this.#queries, query * dimension, dimension);
        if (best.length === this.#k && similarity <= best[this.#k - 1].similarity) continue;
        const at = best.findIndex((other) => other.similarity < similarity);
        best.splice(at < 0 ? best.length : at, 0, { row: this.#seen + row, similarity });
        best.length = Math.min(best.length, this.#k);
      }
    }
    this.#seen += rows;
  }

  /** Rows by query, nearest first. */
  rows() {
    return this.#best.map((best) => best.map(({ row }) => row));
  }
}
