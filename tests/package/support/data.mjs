// Records to search: real embeddings of real passages where they are at hand, else generated ones.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const dimension = 384;
const recordCount = 2000;
const queryCount = 20;

/** { origin, records: [{ id, document, metadata }], embeddings, queries }, the last two as flat Float32Arrays. */
export function loadData(root) {
  const folder = join(process.env.VECINO_DATA ?? join(root, "../shared/data"), "docs");
  const file = (name) => join(folder, name);
  if (["base.f16", "base.jsonl.gz", "queries.f16"].some((name) => !existsSync(file(name)))) {
    return generated();
  }
  const lines = gunzipSync(readFileSync(file("base.jsonl.gz")))
    .toString("utf8")
    .split("\n", recordCount);
  const records = lines.map((line, i) => {
    const { id, document } = JSON.parse(line);
    return { id, document, metadata: metadataOf(i) };
  });
  return {
    origin: `${recordCount} passages of ${folder}`,
    records,
    embeddings: halves(readFileSync(file("base.f16")), recordCount * dimension),
    queries: halves(readFileSync(file("queries.f16")), queryCount * dimension),
  };
}

/** Points around 50 centers, from a fixed seed. */
function generated() {
  const random = generator(42);
  const center = Float32Array.from({ length: 50 * dimension }, random);
  const points = (count) =>
    Float32Array.from({ length: count * dimension }, (_, i) => {
      const row = Math.floor(i / dimension);
      return center[((row * 7) % 50) * dimension + (i % dimension)] + 0.3 * random();
    });
  const records = Array.from({ length: recordCount }, (_, i) => ({
    id: `r${i}`,
    document: `Passage number ${i}`,
    metadata: metadataOf(i),
  }));
  const origin = `${recordCount} generated records, because the real ones are not at hand`;
  return { origin, records, embeddings: points(recordCount), queries: points(queryCount) };
}

function metadataOf(i) {
  return { number: i, part: `part ${i % 7}` };
}

/** Numbers from -1 to 1, always the same for a seed. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** The first `count` half-precision floats of `bytes`. */
function halves(bytes, count) {
  return Float32Array.from({ length: count }, (_, i) => {
    const half = bytes.readUInt16LE(2 * i);
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** The `k` nearest records to each query by cosine distance, in plain JavaScript: what is true. */
export function exactScan({ records, embeddings, queries }, k, accept = () => true) {
  const rows = (floats) =>
    Array.from({ length: floats.length / dimension }, (_, i) =>
      floats.subarray(i * dimension, (i + 1) * dimension),
    );
  const base = rows(embeddings);
  const norms = base.map((row) => Math.sqrt(dot(row, row)));
  return rows(queries).map((query) => {
    const norm = Math.sqrt(dot(query, query));
    return base
      .map((row, i) => ({
        id: records[i].id,
        i,
        distance: 1 - dot(row, query) / (norm * norms[i]),
      }))
      .filter(({ i }) => accept(records[i]))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, k);
  });
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
