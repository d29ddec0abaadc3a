// Contenders asked the same queries in turns, wherever they run.
import { Failure } from "../../scripts/lib/fail.mjs";
import { recallOf } from "../page/recall.js";
import { median, quantile } from "../page/statistics.js";

export const K = 10;
/** Queries that are timed together: a few, so that what interrupts some leaves the median of a block as it is. */
export const CHUNK = 5;
/** Queries of one entry before it is the next one's turn. */
const BLOCK = 50;
/** Blocks that a contender without ef takes part in: it is slow, and always equally so. */
const FEW_BLOCKS = 4;

/**
 * A contender is { name, efs?: values of ef to measure, block({ ef, start, count, chunk, k }) }. Result: one entry for each of
 * its values: { name, ef, recall, qps, p50, p95, blockQps: by block }.
 */
export async function measure(contenders, { shape, truth }) {
  if (shape.queries % CHUNK !== 0) throw new Failure(`--queries has to be a multiple of ${CHUNK}.`);
  const entries = contenders.flatMap(({ name, efs = [undefined], block }) =>
    efs.map((ef) => ({ name, ef, block, blocks: [] })),
  );
  for (let start = 0, round = 0; start < shape.queries; start += BLOCK, round += 1) {
    const count = Math.min(BLOCK, shape.queries - start);
    for (let turn = 0; turn < entries.length; turn += 1) {
      const { ef, block, blocks } = entries[(round + turn) % entries.length];
      if (ef === undefined && round >= FEW_BLOCKS) continue;
      blocks.push(await block({ ef, start, count, chunk: CHUNK, k: K }));
    }
  }
  return entries.map(({ name, ef, blocks }) => {
    const ms = blocks.flatMap(({ chunkMs }) => chunkMs.map((time) => time / CHUNK));
    const blockQps = blocks.map(({ chunkMs }) => (1000 * CHUNK) / median(chunkMs));
    const found = blocks.flatMap(({ rows }) => rows);
    return {
      name,
      ef,
      recall: recallOf(found, (query) =>
        truth.subarray(query * shape.truth, query * shape.truth + K),
      ),
      qps: median(blockQps),
      p50: median(ms),
      p95: quantile(ms, 0.95),
      blockQps,
    };
  });
}
