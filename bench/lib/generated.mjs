// Clustered unit vectors from a fixed seed, for machines without the real set. Easier than real text: figures
// measured on them say little about recall.
import { uniforms } from "../page/numbers.js";

const DIMENSION = 384;
const RECORDS_PER_CLUSTER = 100;
/** Length of the noise around a cluster's center, whose length is 1. */
const SPREAD = 0.8;

/** `{ base, asked, dimension, lines }`: records and queries as Float32Arrays, and the records' JSON lines. */
export function generate(records, queries) {
  const gaussian = gaussians(20_261_122);
  const centers = Array.from({ length: Math.ceil(records / RECORDS_PER_CLUSTER) }, () =>
    unit(Float32Array.from({ length: DIMENSION }, gaussian)),
  );
  const scale = SPREAD / Math.sqrt(DIMENSION);
  const rows = (count) => {
    const all = new Float32Array(count * DIMENSION);
    for (let row = 0; row < count; row += 1) {
      const center = centers[row % centers.length];
      all.set(unit(center.map((value) => value + scale * gaussian())), row * DIMENSION);
    }
    return all;
  };
  const lines = Array.from({ length: records }, (_, row) => JSON.stringify(record(row)));
  return { base: rows(records), asked: rows(queries), dimension: DIMENSION, lines };
  function record(row) {
    const cluster = row % centers.length;
    return {
      id: `generated-${row}`,
      document: `Passage ${row} of cluster ${cluster}. `.repeat(12).trim(),
      metadata: { cluster, row },
    };
  }
}

function unit(row) {
  const norm = Math.hypot(...row);
  return row.map((value) => value / norm);
}

/** Normally distributed numbers, by the Box-Muller transform. */
export function gaussians(seed) {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
