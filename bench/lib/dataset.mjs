// What is added and asked: the real passages where they are at hand, else generated clusters.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { Failure } from "../../scripts/lib/fail.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { decodeHalf } from "../page/half.js";
import { generate } from "./generated.mjs";
import { exactNeighbors } from "./ground-truth.mjs";

/** How many true neighbors of each query are known. */
const TRUTH = 100;

/**
 * A dataset for a page:
 * - `about`: where it comes from, in words;
 * - `shape`: { records, queries, dimension, truth, type: "f16" | "f32" };
 * - `base`, `queries`: little-endian numbers, row after row;
 * - `truth`: Int32Array of queries x `shape.truth` rows of `base`, nearest first, ties by lower row;
 * - `records`: one JSON object { id, document, metadata } a line, line i belonging to row i.
 */
export function loadDataset({ records, queries }) {
  const folder = resolve(process.env.VECINO_DATA || join(root, "../shared/data"), "docs");
  return existsSync(join(folder, "base.f16"))
    ? realDataset(folder, records, queries)
    : generatedDataset(records, queries);
}

function realDataset(folder, records, queries) {
  const describe = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const base = describe("base.json");
  const asked = describe("queries.json");
  if (records > base.n) throw new Failure(`--records is ${records}; the set has ${base.n}.`);
  if (queries > asked.n) throw new Failure(`--queries is ${queries}; the set has ${asked.n}.`);
  const halves = (name, rows) => readFileSync(join(folder, name)).subarray(0, rows * base.dim * 2);
  const lines = gunzipSync(readFileSync(join(folder, "base.jsonl.gz"))).toString("utf8");
  const dataset = {
    about: `real passages of technical documentation, embedded with ${base.model}`,
    shape: { records, queries, dimension: base.dim, truth: TRUTH, type: "f16" },
    base: halves("base.f16", records),
    queries: halves("queries.f16", queries),
    records: lines.split("\n", records).join("\n"),
  };
  const known = { 50000: "gt_cosine_top100.i32", 10000: "gt_cosine_top100_first10k.i32" };
  const truth = known[records]
    ? integers(readFileSync(join(folder, known[records]))).subarray(0, queries * TRUTH)
    : computeTruth(dataset.shape, decodeHalf(dataset.base), decodeHalf(dataset.queries));
  return { ...dataset, truth };
}

function generatedDataset(records, queries) {
  const { base, asked, dimension, lines } = generate(records, queries);
  const shape = { records, queries, dimension, truth: Math.min(TRUTH, records), type: "f32" };
  return {
    about: `generated clusters, because VECINO_DATA and ../shared/data have no docs/base.f16`,
    shape,
    base: new Uint8Array(base.buffer),
    queries: new Uint8Array(asked.buffer),
    truth: computeTruth(shape, base, asked),
    records: lines.join("\n"),
  };
}

function computeTruth({ queries, dimension, truth, records }, base, asked) {
  console.log(`Computing the true neighbors of ${queries} queries among ${records} records ...`);
  return exactNeighbors(base, asked, dimension, Math.min(truth, records));
}

function integers(bytes) {
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The dataset as the pages fetch it. */
export function served({ shape, base, queries, truth, records }) {
  return {
    shape: JSON.stringify(shape),
    base,
    queries,
    truth: new Uint8Array(truth.buffer, truth.byteOffset, truth.byteLength),
    records,
  };
}
