// edgevec in the page's own thread: l2 over unit vectors, since its cosine returns the farthest. Its ef_search is fixed
// when an index is made.
import initialize, { EdgeVec, EdgeVecConfig } from "edgevec";
import { EF_CONSTRUCTION, M } from "../settings.js";

export class EdgeVecContender {
  #index;
  #ef;
  /** Rows by the ids that it gave. */
  #rows = new Map();

  static async create({ ef }) {
    await initialize();
    const contender = new EdgeVecContender();
    contender.#ef = ef;
    return contender;
  }

  fill(vectors, dimension) {
    const config = new EdgeVecConfig(dimension);
    config.metric = "l2";
    config.m = M;
    config.m0 = 2 * M;
    config.ef_construction = EF_CONSTRUCTION;
    config.ef_search = this.#ef;
    this.#index = new EdgeVec(config);
    for (let row = 0; row * dimension < vectors.length; row += 1) {
      const id = this.#index.insert(vectors.slice(row * dimension, (row + 1) * dimension));
      this.#rows.set(id, row);
    }
  }

  ask(query, k) {
    return this.#index.search(query, k).map(({ id }) => this.#rows.get(id));
  }

  close() {
    this.#index.free();
  }
}
