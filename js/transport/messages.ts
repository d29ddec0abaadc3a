/** Messages between threads: what is moved with them, and batches in parts. */
import type { Batch, Method } from "./protocol.js";

/** Numbers of the embeddings of one part: with them and its texts it takes about a millisecond of the worker. */
const PART_NUMBERS = 1 << 15;
/** However short the embeddings, a part has no more records. */
const PART_RECORDS = 64;

/** Calls that read records. They never wait for writes, so neither for one that is being sent. */
export const READS: ReadonlySet<Method> = new Set(["query", "get", "search", "count"]);

/**
 * The batch of a call that writes one, in parts: they are written together, but a query need not wait for all of them.
 * Nothing for other calls.
 */
export function partsOf(method: Method, args: unknown[]): Batch[] {
  const parts: Batch[] = [];
  if (!["add", "upsert", "update"].includes(method)) return parts;
  const batch = args[1] as Batch;
  const { ids, embeddings, dimension = 1 } = batch;
  const size = Math.max(1, Math.min(PART_RECORDS, Math.floor(PART_NUMBERS / dimension)));
  for (let first = 0; first < ids.length; first += size) {
    const part = <T>(column: T[] | undefined) => column?.slice(first, first + size);
    parts.push({
      ids: ids.slice(first, first + size),
      embeddings: embeddings?.subarray(first * dimension, (first + size) * dimension),
      dimension,
      documents: part(batch.documents),
      uris: part(batch.uris),
      metadatas: part(batch.metadatas),
    });
  }
  return parts;
}

/** The memory behind typed arrays among `values`, or one level inside them, to be moved instead of copied. */
export function transferables(values: unknown[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const value of values) {
    const inner =
      Object.prototype.toString.call(value) === "[object Object]"
        ? Object.values(value as object)
        : [];
    for (const candidate of [value, ...inner]) {
      if (ArrayBuffer.isView(candidate)) buffers.push(candidate.buffer as ArrayBuffer);
    }
  }
  return buffers;
}
