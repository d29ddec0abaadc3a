// The dataset in the page: served by the runner, decoded here.
import { decodeHalf } from "./half.js";

/** Records of one call of add. */
const BATCH = 1_000;

export class Data {
  /** `shape` as the runner's dataset tells it; see lib/dataset.mjs. */
  constructor(shape, base, queries, truth, records) {
    this.shape = shape;
    this.base = base;
    this.queries = queries;
    this.truth = truth;
    this.records = records;
    this.rows = new Map(records.map(({ id }, row) => [id, row]));
  }

  static async load() {
    const [shape, base, queries, truth, lines] = await Promise.all([
      fetched("shape", "json"),
      fetched("base", "arrayBuffer"),
      fetched("queries", "arrayBuffer"),
      fetched("truth", "arrayBuffer"),
      fetched("records", "text"),
    ]);
    const numbers = (buffer) =>
      shape.type === "f16" ? decodeHalf(new Uint8Array(buffer)) : new Float32Array(buffer);
    const records = lines.split("\n").map((line) => JSON.parse(line));
    return new Data(shape, numbers(base), numbers(queries), new Int32Array(truth), records);
  }

  query(at) {
    const { dimension } = this.shape;
    return this.queries.slice(at * dimension, (at + 1) * dimension);
  }

  /** Rows of the `k` true nearest neighbors, nearest first. */
  nearest(query, k) {
    const { truth } = this.shape;
    return this.truth.subarray(query * truth, query * truth + k);
  }

  idOf(row) {
    return this.records[row].id;
  }

  /** Columns for add, a thousand records each, in order. */
  *batches(vectorsOnly) {
    const { dimension } = this.shape;
    for (let start = 0; start < this.records.length; start += BATCH) {
      const records = this.records.slice(start, start + BATCH);
      const end = start + records.length;
      const batch = {
        ids: records.map(({ id }) => id),
        embeddings: this.base.slice(start * dimension, end * dimension),
      };
      if (!vectorsOnly) {
        batch.documents = records.map(({ document }) => document);
        batch.metadatas = records.map(({ metadata }) => metadata);
      }
      yield batch;
    }
  }
}

async function fetched(name, as) {
  const response = await fetch(`/data/${name}`);
  if (!response.ok) throw new Error(`/data/${name}: HTTP ${response.status}`);
  return response[as]();
}
