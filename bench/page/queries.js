// Asking the same queries of every contender, in turns, so that a busy moment hits all of them alike.
import { median } from "./statistics.js";

/** Queries of one contender before it is the next one's turn. */
const BLOCK = 50;
/** Queries before a block that are not counted: caches and compilers warm up. */
const WARM_UP = 5;
/** After a change of settings, for what it leaves behind to be written, in milliseconds. */
const REST = 50;

/**
 * A contender is { name, prepare?: () => Promise, ask: (embedding, k) => rows or Promise of rows }. Result: for each
 * { name, ms: time of each query, blockMs: median of each block, found: rows of each query }.
 */
export async function measureQueries(contenders, data, k) {
  const results = contenders.map(({ name }) => ({ name, ms: [], blockMs: [], found: [] }));
  const { queries } = data.shape;
  for (let start = 0, block = 0; start < queries; start += BLOCK, block += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const at = (block + turn) % contenders.length;
      const contender = contenders[at];
      await contender.prepare?.();
      await new Promise((resolve) => setTimeout(resolve, REST));
      for (let warm = 0; warm < WARM_UP; warm += 1) {
        await contender.ask(data.query((start + queries - 1 - warm) % queries), k);
      }
      const times = [];
      for (let query = start; query < Math.min(start + BLOCK, queries); query += 1) {
        const embedding = data.query(query);
        const before = performance.now();
        const rows = await contender.ask(embedding, k);
        times.push(performance.now() - before);
        results[at].found.push([...rows]);
      }
      results[at].ms.push(...times);
      results[at].blockMs.push(median(times));
    }
  }
  return results;
}

/** The share of the `k` true neighbors that were found, over all queries. */
export function recall(found, data, k) {
  let hits = 0;
  for (const [query, rows] of found.entries()) {
    const truth = new Set(data.nearest(query, k));
    hits += rows.filter((row) => truth.has(row)).length;
  }
  return hits / (found.length * k);
}

/** A query that every one of the answers got right to the last place: { query, ids }. */
export function questionForOpening(results, data, k) {
  for (let query = 0; query < data.shape.queries; query += 1) {
    const truth = [...data.nearest(query, k)];
    const right = ({ found }) => truth.every((row, place) => found[query][place] === row);
    if (results.every(right)) {
      return { embedding: [...data.query(query)], ids: truth.map((row) => data.idOf(row)) };
    }
  }
  throw new Error("No query was answered in the same order by graph and scan.");
}
