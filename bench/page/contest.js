// The page in which contenders are filled and asked, each in its turn. The runner says whose turn it is.
import { loadVectors } from "./vectors.js";

/** Queries before a block that are not counted: caches and compilers warm up. */
const WARM_UP = 5;

/** Modules of contenders: one that is not asked for is not loaded. */
const modules = {
  engine: async () => (await import("./contenders/engine.js")).Engine,
  client: async () => (await import("./contenders/client.js")).Client,
  "hnswlib-wasm": async () => (await import("./contenders/hnswlib-wasm.js")).HnswlibWasm,
  edgevec: async () => (await import("./contenders/edgevec.js")).EdgeVecContender,
  voy: async () => (await import("./contenders/voy.js")).VoyContender,
  orama: async () => (await import("./contenders/orama.js")).OramaContender,
  plain: async () => (await import("./contenders/plain.js")).Plain,
};

let data;
const contenders = new Map();

const query = (at) => {
  const { dimension } = data.shape;
  return data.queries.slice(at * dimension, (at + 1) * dimension);
};

window.bench = {
  async load() {
    data = await loadVectors();
  },

  /** Makes a contender and fills it: milliseconds until it is ready to be asked. `linked: false`: see the engine. */
  async fill({ name, module, given = {}, linked = true }) {
    const contender = await (await modules[module]()).create(given);
    contenders.set(name, contender);
    const start = performance.now();
    if (linked) await contender.fill(data.base, data.shape.dimension);
    else await contender.put(data.base, data.shape.dimension);
    return performance.now() - start;
  },

  /**
   * Asks `count` queries from `start` on, and times every `chunk` of them: `{ chunkMs, rows }`. They are asked one by
   * one, or a chunk `together` in one call.
   */
  async block({ name, together, ef, start, count, chunk, k }) {
    const contender = contenders.get(name);
    if (ef !== undefined) await contender.setEf(ef);
    const { queries } = data.shape;
    for (let warm = 0; warm < WARM_UP; warm += 1) {
      await contender.ask(query((start + queries - 1 - warm) % queries), k);
    }
    const asked = Array.from({ length: count }, (_, at) => query(start + at));
    const chunkMs = [];
    const rows = [];
    for (let first = 0; first < count; first += chunk) {
      const these = asked.slice(first, first + chunk);
      const before = performance.now();
      if (together) rows.push(...(await contender.askTogether(these, k)));
      else for (const one of these) rows.push(await contender.ask(one, k));
      chunkMs.push(performance.now() - before);
    }
    return { chunkMs, rows: rows.map((found) => [...found]) };
  },

  /** Milliseconds of a call of the engine that has next to nothing to search. */
  async callMs({ vectors, calls, k }) {
    const { dimension } = data.shape;
    const engine = await (await modules.engine()).create({ quantization: "int8" });
    await engine.fill(data.base.subarray(0, vectors * dimension), dimension);
    const asked = query(0);
    for (let call = 0; call < calls; call += 1) await engine.ask(asked, k);
    const before = performance.now();
    for (let call = 0; call < calls; call += 1) await engine.ask(asked, k);
    const ms = (performance.now() - before) / calls;
    await engine.close();
    return ms;
  },

  stats: (name) => contenders.get(name).stats(),

  async close(name) {
    await contenders.get(name).close();
    contenders.delete(name);
  },
};
