/** Measuring how many of the true neighbors a walk finds. Loaded when a program first does it. */
import { checkCount, checkFlag, checkOptions, checkSignal } from "./arguments.js";
import type { Collection } from "./collection.js";
import { type Embeddings, flatten } from "./embeddings.js";
import { errorOf } from "./errors.js";
import { kind } from "./kind.js";
import { checkOnProgress } from "./progress.js";
import type { MeasureRecallOptions, RecallPoint, RecallReport } from "./recall-types.js";

const OPTIONS = [
  "sample",
  "k",
  "queryEmbeddings",
  "target",
  "apply",
  "onProgress",
  "signal",
] as const;
/** Queries that the engine answers in one call: between calls others have their turn. */
const QUERIES_PER_CALL = 10;
/** From one ef_search to the next. */
const STEP = Math.SQRT2;
const LARGEST_EF = 10_000;

/** A query and the distances of its true neighbors, nearest first. */
interface Question {
  embedding: Float32Array;
  /** The record that the query was taken from, which is no answer. */
  self: string | undefined;
  nearest: number[];
}

/** See `Collection.measureRecall`. */
export async function measureRecall(
  collection: Collection,
  options: MeasureRecallOptions,
): Promise<RecallReport> {
  const call = "measureRecall()";
  checkOptions(call, options, OPTIONS);
  const { onProgress, target = 0.95 } = options;
  const signal = checkSignal(call, options.signal);
  const sample = checkCount(`${call}: sample`, options.sample ?? 100, 1, 10_000);
  const k = checkCount(`${call}: k`, options.k ?? 10, 1, 1_000);
  const apply = checkFlag(`${call}: apply`, options.apply);
  if (!(typeof target === "number" && target > 0 && target <= 1)) {
    const got = typeof target === "number" ? target : kind(target);
    throw errorOf("invalid_argument", `${call}: target must be above 0 and at most 1, got ${got}.`);
  }
  checkOnProgress(call, onProgress);
  signal?.throwIfAborted();

  const questions = options.queryEmbeddings
    ? given(options.queryEmbeddings)
    : await sampled(collection, sample, signal);
  if (questions.length === 0) {
    throw errorOf(
      "invalid_argument",
      `${call}: the collection is empty; there is nothing to find.`,
    );
  }
  const ask = (efSearch: number | "exact") => answers(collection, questions, k, efSearch, signal);
  for (const [at, { distances }] of (await ask("exact")).lists.entries()) {
    (questions[at] as Question).nearest = distances;
  }
  const measured = async (ef_search: number) => {
    const { lists, milliseconds, scanned } = await ask(ef_search);
    const shares = lists.map(({ distances }, at) => share(distances, questions[at] as Question));
    const recall = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    const point: RecallPoint = { ef_search, recall, milliseconds };
    onProgress?.(point);
    return { point, scanned };
  };

  const configured = await measured(collection.configuration.hnsw.ef_search);
  const points: RecallPoint[] = [];
  let recommended: number | null = null;
  for (let ef = k; !configured.scanned && recommended === null && ef <= LARGEST_EF; ef *= STEP) {
    const { point } = await measured(Math.round(ef));
    points.push(point);
    if (point.recall >= target) recommended = point.ef_search;
  }
  if (apply && recommended !== null) {
    await collection.modify({ configuration: { hnsw: { ef_search: recommended } } });
  }
  const queries = questions.length;
  return { k, queries, configured: configured.point, points, target, recommended };
}

function given(embeddings: Embeddings): Question[] {
  const rows = embeddings instanceof Float32Array ? 1 : embeddings.length;
  const names = {
    list: "measureRecall(): queryEmbeddings",
    row: (index: number) => `measureRecall(): queryEmbeddings[${index}]`,
  };
  const { data, dimension } = flatten(embeddings, rows, names);
  return Array.from({ length: rows }, (_, row) =>
    question(data.subarray(row * dimension, (row + 1) * dimension)),
  );
}

/** Records from all over the collection, as queries. */
async function sampled(collection: Collection, sample: number, signal: AbortSignal | undefined) {
  const count = await collection.count();
  const size = Math.min(sample, count);
  const questions: Question[] = [];
  for (let n = 0; n < size; n++) {
    const offset = Math.floor(((n + 0.5) * count) / size);
    const { ids, embeddings } = await collection.get({
      offset,
      limit: 1,
      include: ["embeddings"],
      signal,
    });
    if (embeddings[0]) questions.push(question(Float32Array.from(embeddings[0]), ids[0]));
  }
  return questions;
}

function question(embedding: Float32Array, self?: string): Question {
  return { embedding, self, nearest: [] };
}

async function answers(
  collection: Collection,
  questions: Question[],
  k: number,
  efSearch: number | "exact",
  signal: AbortSignal | undefined,
) {
  const lists: { distances: number[] }[] = [];
  let milliseconds = 0;
  let scanned = true;
  for (let first = 0; first < questions.length; first += QUERIES_PER_CALL) {
    const some = questions.slice(first, first + QUERIES_PER_CALL);
    const asked = performance.now();
    const { ids, distances, explain } = await collection.query({
      queryEmbeddings: some.map(({ embedding }) => embedding),
      // A record that asks finds itself.
      nResults: k + 1,
      include: ["distances"],
      explain: true,
      signal,
      ...(efSearch === "exact" ? { exact: true } : { efSearch }),
    });
    milliseconds += performance.now() - asked;
    scanned &&= explain?.every(({ plan }) => plan !== "graph") ?? true;
    for (const [at, { self }] of some.entries()) {
      const others = distances[at]?.filter((_, place) => ids[at]?.[place] !== self) ?? [];
      lists.push({ distances: others.slice(0, k) });
    }
  }
  return { lists, milliseconds: milliseconds / questions.length, scanned };
}

/** The share of the true neighbors among those found. Others that are as near as the farthest true one count as such. */
function share(found: number[], { nearest }: Question): number {
  const farthest = nearest.at(-1);
  if (farthest === undefined) return 1;
  return found.filter((distance) => distance <= farthest).length / nearest.length;
}
