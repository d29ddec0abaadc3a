// The page in which filtered searches are measured: of which records, and how many, a filter accepts is known by rank.
import { Engine } from "./contenders/engine.js";
import { HnswlibWasm } from "./contenders/hnswlib-wasm.js";
import { nearestOf, similarities } from "./nearest.js";
import { shuffled } from "./numbers.js";
import { recallOf } from "./recall.js";
import { median } from "./statistics.js";
import { loadVectors } from "./vectors.js";

/** Queries to which filters are correlated; each has a ranking of all records of its own. */
const ANCHORS = 20;
/** How often each query is asked in a row; the median counts. */
const REPEATS = 5;
const EF = 100;
const K = 10;
const ALL = "all";

let data;
let engine;
let peer;
/** By key of metadata: the rank of every row. */
let ranks;
let values;

window.bench = {
  /** Builds both; milliseconds. */
  async fill(quantization) {
    data = await loadVectors();
    const { dimension, records } = data.shape;
    values = Array.from({ length: ANCHORS }, (_, anchor) =>
      similarities(data.base, dimension, query(anchor)),
    );
    ranks = new Map([["random", inverse(shuffled(records, 5))]]);
    for (const [anchor, similar] of values.entries()) {
      const order = Array.from(similar.keys()).sort((a, b) => similar[b] - similar[a] || a - b);
      ranks.set(`near${anchor}`, inverse(order));
    }
    const metadatas = Array.from({ length: records }, (_, row) =>
      Object.fromEntries([...ranks].map(([key, rank]) => [key, rank[row]])),
    );
    engine = await Engine.create({ quantization });
    await engine.fill(data.base, dimension, metadatas);
    await engine.setEf(EF);
    peer = await HnswlibWasm.create();
    peer.fill(data.base, dimension);
    peer.setEf(EF);
  },

  /** For each share and kind of correlation: recall and p50 of both contenders, `ALL` being without a filter. */
  async ask(shares) {
    const results = [];
    const cases = shares.flatMap((share) =>
      ["random", "near", "far"].map((kind) => ({ kind, share })),
    );
    for (const { kind, share } of [{ kind: ALL, share: 1 }, ...cases]) {
      results.push({ kind, share, ...(await measured(kind, share)) });
    }
    return results;
  },
};

/** The contenders take turns, query by query. */
async function measured(kind, share) {
  const { records } = data.shape;
  const matches = Math.round(share * records);
  const times = { vecino: [], hnswlib: [] };
  const found = { vecino: [], hnswlib: [] };
  const truth = [];
  for (let anchor = 0; anchor < ANCHORS; anchor += 1) {
    const { where, accepts } = filter(kind, anchor, matches);
    const rows = accepted(accepts, records);
    if (rows.length !== matches) throw new Error(`${rows.length} rows match, not ${matches}`);
    truth.push(nearestOf(rows, values[anchor], K));
    const ways = {
      vecino: () => engine.ask(query(anchor), K, where),
      hnswlib: () => peer.ask(query(anchor), K, accepts),
    };
    for (const [name, ask] of Object.entries(ways)) {
      // A filter's first use may build postings; an application pays that once.
      found[name].push(await ask());
      const ms = [];
      for (let time = 0; time < REPEATS; time += 1) {
        const before = performance.now();
        await ask();
        ms.push(performance.now() - before);
      }
      times[name].push(median(ms));
    }
  }
  const summary = (name) => ({
    p50: median(times[name]),
    recall: recallOf(found[name], (at) => truth[at]),
    fewest: Math.min(...found[name].map((rows) => rows.length)),
  });
  return { matches, vecino: summary("vecino"), hnswlib: summary("hnswlib") };
}

/** The same filter for both: a clause on metadata, and a function of a row. */
function filter(kind, anchor, matches) {
  if (kind === ALL) return { where: undefined, accepts: undefined };
  const key = kind === "random" ? "random" : `near${anchor}`;
  const rank = ranks.get(key);
  if (kind === "far") {
    const from = rank.length - matches;
    return { where: { [key]: { $gte: from } }, accepts: (row) => rank[row] >= from };
  }
  return { where: { [key]: { $lt: matches } }, accepts: (row) => rank[row] < matches };
}

function accepted(accepts, records) {
  const rows = [];
  for (let row = 0; row < records; row += 1) if (!accepts || accepts(row)) rows.push(row);
  return rows;
}

/** The place of each row in an order. */
function inverse(order) {
  const places = new Int32Array(order.length);
  for (const [place, row] of order.entries()) places[row] = place;
  return places;
}

function query(at) {
  const { dimension } = data.shape;
  return data.queries.slice(at * dimension, (at + 1) * dimension);
}
