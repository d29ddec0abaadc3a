/** The table of numbers: token -> embedding. Pure: no fetch, no DOM. */
import { VecinoError } from "../../errors.js";

/** A text that has no embedding. `index` is its place in the call. */
export class UnknownTextError extends VecinoError {
  override name = "UnknownTextError";
  override readonly code = "embedding_function";
  readonly index: number;

  constructor(index: number, text: string) {
    const what = text.trim() === "" ? "is empty" : "has no word that the model knows";
    super(`text ${index} ${what}, so it has no embedding`);
    this.index = index;
  }
}

/** What model.json says. */
export interface StaticModelDescription {
  name: string;
  dimension: number;
  vocabulary: number;
}

export interface StaticTable {
  model: StaticModelDescription;
  /** vocabulary x dimension, row after row. */
  vectors: Int8Array;
  /** One for each token. */
  scales: Float32Array;
  encode(text: string): number[];
  /** The token for what is not in the vocabulary. */
  unknown: number | undefined;
}

/** The mean of vectors[token] * scales[token] over a text's tokens, brought to length 1. */
export function embedText(table: StaticTable, text: string, index: number): Float32Array {
  const { vectors, scales, model, unknown } = table;
  const { dimension } = model;
  const tokens = table.encode(text);
  if (tokens.every((token) => token === unknown)) throw new UnknownTextError(index, text);
  const sum = new Float64Array(dimension);
  for (const token of tokens) {
    const start = token * dimension;
    const scale = scales[token] as number;
    for (let i = 0; i < dimension; i++) {
      sum[i] = (sum[i] as number) + (vectors[start + i] as number) * scale;
    }
  }
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (length === 0) throw new UnknownTextError(index, text);
  // The mean and the sum have the same direction: dividing by the length makes the number of tokens fall out.
  return Float32Array.from(sum, (value) => value / length);
}
