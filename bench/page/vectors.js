// The embeddings of a dataset in the page, every one of unit length, so that all contenders get the same numbers.
import { decodeHalf } from "./half.js";
import { unitRows } from "./unit.js";

/** `{ shape, base, queries, truth }`; see lib/dataset.mjs. */
export async function loadVectors() {
  const [shape, base, queries, truth] = await Promise.all(
    ["shape", "base", "queries", "truth"].map(async (name) => {
      const response = await fetch(`/data/${name}`);
      if (!response.ok) throw new Error(`/data/${name}: HTTP ${response.status}`);
      return name === "shape" ? response.json() : response.arrayBuffer();
    }),
  );
  const unit = (buffer) => {
    const numbers =
      shape.type === "f16" ? decodeHalf(new Uint8Array(buffer)) : new Float32Array(buffer);
    return unitRows(numbers, shape.dimension);
  };
  return { shape, base: unit(base), queries: unit(queries), truth: new Int32Array(truth) };
}
