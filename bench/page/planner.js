// The page in which scan and walk are timed over the same records, and what the planner makes of it.
import * as glue from "../../build/bench/wasm/vecino.js";
import wasm from "../../build/bench/wasm/vecino_bg.wasm?url";
import rare from "../../build/bench/wasm/vecino_rare_bg.wasm?url";
import { Engine } from "./contenders/engine.js";
import { nearestOf, similarities } from "./nearest.js";
import { recallOf } from "./recall.js";
import { median } from "./statistics.js";
import { loadVectors } from "./vectors.js";

const K = 10;
/** Of the package. */
const EF = 100;
const QUERIES = 100;
const BLOCK = 20;
const WARM_UP = 5;
/** As the planner's constants: scan whatever there is; walk whatever there is; none other than its own. */
const PLANS = { scan: [2 ** 31, 0], walk: [0, 0], chosen: [] };

let data;

window.bench = {
  async load() {
    data = await loadVectors();
  },

  /** `{ scan, walk, chosen }` over the first `records`, each { p50, recall }. */
  async measure(records, quantization) {
    const { dimension } = data.shape;
    const base = data.base.subarray(0, records * dimension);
    const engine = await Engine.create({ quantization, module: { glue, wasm, rare } });
    await engine.put(base.subarray(0, dimension), dimension);
    engine.setPlanner(...PLANS.walk); // Otherwise few records are not linked.
    await engine.fill(base, dimension);
    await engine.setEf(EF);
    const results = await inTurns(engine);
    await engine.close();
    const truth = Array.from({ length: QUERIES }, (_, at) =>
      nearestOf(Array(records).keys(), similarities(base, dimension, query(at)), K),
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, { ms, found }]) => [
        name,
        { p50: median(ms), recall: recallOf(found, (at) => truth[at]) },
      ]),
    );
  },
};

async function inTurns(engine) {
  const results = Object.fromEntries(
    Object.keys(PLANS).map((name) => [name, { ms: [], found: [] }]),
  );
  for (let start = 0; start < QUERIES; start += BLOCK) {
    for (const [name, plan] of Object.entries(PLANS)) {
      engine.setPlanner(...plan);
      for (let warm = 0; warm < WARM_UP; warm += 1) await engine.ask(query(warm), K);
      for (let at = start; at < start + BLOCK; at += 1) {
        const embedding = query(at);
        const before = performance.now();
        const rows = await engine.ask(embedding, K);
        results[name].ms.push(performance.now() - before);
        results[name].found.push(rows);
      }
    }
  }
  return results;
}

function query(at) {
  const { dimension } = data.shape;
  return data.queries.slice(at * dimension, (at + 1) * dimension);
}
