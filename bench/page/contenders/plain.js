// A loop in JavaScript over one array.
import { plainScan } from "../plain-scan.js";

export class Plain {
  #scan;

  static async create() {
    return new Plain();
  }

  fill(vectors, dimension) {
    this.#scan = plainScan(vectors, dimension);
  }

  ask(query, k) {
    return [...this.#scan(query, k)];
  }

  close() {}
}
