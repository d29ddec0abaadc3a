// Orama in the page's own thread, a vector property alone. By default it drops what is less similar than 0.8.
import { create, insertMultiple, searchVector } from "@orama/orama";

export class OramaContender {
  #database;

  static async create() {
    return new OramaContender();
  }

  async fill(vectors, dimension) {
    this.#database = create({ schema: { embedding: `vector[${dimension}]` } });
    const records = Array.from({ length: vectors.length / dimension }, (_, row) => ({
      id: String(row),
      embedding: Array.from(vectors.subarray(row * dimension, (row + 1) * dimension)),
    }));
    await insertMultiple(this.#database, records, 1_000);
  }

  async ask(query, limit) {
    const vector = { value: Array.from(query), property: "embedding" };
    const given = { mode: "vector", vector, similarity: -1, limit, includeVectors: false };
    const { hits } = await searchVector(this.#database, given);
    return hits.map(({ id }) => Number(id));
  }

  close() {}
}
