/** From the forms in which callers hold embeddings to the one in which the engine takes them. */
import { errorOf, VecinoError } from "./errors.js";
import { kind } from "./kind.js";

/** Rows of numbers, or one Float32Array that holds row after row. */
export type Embeddings = number[][] | Float32Array[] | Float32Array;

/** `rows` x `dimension` numbers, row after row, in memory of their own. */
export interface FlatEmbeddings {
  data: Float32Array;
  dimension: number;
}

/** Rows of equal length, whose numbers are looked at when they are copied. */
export interface Rows {
  dimension: number;
  /** A flat copy of rows `first` up to, not including, `end`. */
  copy(first: number, end: number): Float32Array;
}

/** How messages call the list, and row i of it. */
export interface RowNames {
  list: string;
  row(index: number): string;
}

/**
 * A flat copy of `embeddings`, which must have `rows` rows of equal length. The copy can be moved to a worker
 * without taking the caller's memory away.
 */
export function flatten(embeddings: unknown, rows: number, names: RowNames): FlatEmbeddings {
  const { dimension, copy } = rowsOf(embeddings, rows, names);
  return { data: copy(0, rows), dimension };
}

/** The rows of `embeddings`, of which there must be so many. */
export function rowsOf(embeddings: unknown, rows: number, names: RowNames): Rows {
  if (embeddings instanceof Float32Array) return rowsOfOne(embeddings, rows, names);
  if (!Array.isArray(embeddings)) {
    throw invalid(
      `${names.list} must be an array of number arrays or a Float32Array, got ${kind(embeddings)}.`,
    );
  }
  if (typeof embeddings[0] === "number") rowLength(embeddings[0], 0, names); // says how to wrap it
  if (embeddings.length !== rows) {
    throw invalid(`${names.list} has ${embeddings.length} rows, expected ${rows}.`);
  }
  const dimension = rowLength(embeddings[0], 0, names);
  const list = Array.from(embeddings as unknown[], (row, index) => {
    if (rowLength(row, index, names) !== dimension) throw uneven(row, index, dimension, names);
    return row as ArrayLike<unknown>;
  });
  const copy = (first: number, end: number): Float32Array => {
    const data = new Float32Array((end - first) * dimension);
    for (let index = first; index < end; index++) {
      const row = list[index] as ArrayLike<unknown>;
      // It may have changed since.
      if (row.length !== dimension) throw uneven(row, index, dimension, names);
      copyRow(row, data, (index - first) * dimension, names.row(index));
    }
    return data;
  };
  return { dimension, copy };
}

function rowsOfOne(flat: Float32Array, rows: number, names: RowNames): Rows {
  if (flat.length === 0 || flat.length % rows !== 0) {
    throw errorOf(
      "dimension_mismatch",
      `${names.list} is a Float32Array of ${flat.length} numbers, which does not divide into ${rows} rows ` +
        "of equal length.",
    );
  }
  const dimension = flat.length / rows;
  return { dimension, copy: (first, end) => flat.slice(first * dimension, end * dimension) };
}

function uneven(row: unknown, index: number, dimension: number, names: RowNames): VecinoError {
  return errorOf(
    "dimension_mismatch",
    `${names.row(index)} has ${(row as ArrayLike<unknown>).length} dimensions, but ${names.row(0)} has ${dimension}: ` +
      "all embeddings of one call must have the same length.",
  );
}

function rowLength(row: unknown, index: number, names: RowNames): number {
  if (!Array.isArray(row) && !(row instanceof Float32Array) && !(row instanceof Float64Array)) {
    const hint = typeof row === "number" ? ` Wrap a single embedding: [[${row}, ...]].` : "";
    throw invalid(`${names.row(index)} must be an array of numbers, got ${kind(row)}.${hint}`);
  }
  if (row.length === 0) {
    throw invalid(`${names.row(index)} is empty; expected at least one number.`);
  }
  return row.length;
}

function copyRow(row: ArrayLike<unknown>, data: Float32Array, start: number, name: string): void {
  if (row instanceof Float32Array) {
    data.set(row, start);
    return;
  }
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value !== "number") {
      throw invalid(`${name} holds ${kind(value)} at position ${i}; expected a number.`);
    }
    data[start + i] = value;
  }
}

/**
 * The rows of what an embedding function returned for `rows` texts. The function is to blame here, not the caller's
 * arguments, so the code is "embedding_function".
 */
export function generatedRows(returned: unknown, rows: number, name: string): Rows {
  const list = `What the embedding function ${name} returned`;
  const blaming = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof VecinoError)) throw error;
      throw errorOf(
        "embedding_function",
        `${error.message} Expected one array of numbers for each of the ${rows} texts. Nothing was written.`,
      );
    }
  };
  const names = { list, row: (index: number) => `${list} for text ${index}` };
  const { dimension, copy } = blaming(() => rowsOf(returned, rows, names));
  return { dimension, copy: (first, end) => blaming(() => copy(first, end)) };
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}
