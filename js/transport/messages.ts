/** Messages between threads: which are of what kind, and what is moved with them. */
import type { Method } from "./protocol.js";

/** Calls that read records. They never wait for writes, so neither for one that is being sent. */
export const READS: ReadonlySet<Method> = new Set(["query", "get", "search", "count"]);

/** Calls whose second argument is a batch in parts. */
export const WRITES: ReadonlySet<Method> = new Set(["add", "upsert", "update"]);

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
