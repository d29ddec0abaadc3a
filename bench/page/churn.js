// The page in which a collection is replaced again and again, or built once with what is left at the end.
import { Engine } from "./contenders/engine.js";
import { nearestOf, similarities } from "./nearest.js";
import { shuffled } from "./numbers.js";
import { recallOf } from "./recall.js";
import { median } from "./statistics.js";
import { loadVectors } from "./vectors.js";

const K = 10;
const QUERIES = 200;
const EFS = [50, 100];

window.bench = {
  /**
   * Half of the base is in the collection at a time. In each of `rounds` half of its ids, drawn anew, get vectors that it
   * does not hold. `fresh`: the collection that is left after that, built at once.
   */
  async measure(quantization, rounds, fresh) {
    const { shape, base, queries } = await loadVectors();
    const { dimension } = shape;
    const row = (at) => base.subarray(at * dimension, (at + 1) * dimension);
    const size = Math.floor(shape.records / 2);
    /** Which row of the base each id has, and those that no id has. */
    const held = Array.from({ length: size }, (_, id) => id);
    let spare = Array.from({ length: size }, (_, at) => size + at);
    const engine = await Engine.create({ quantization });
    const put = async (ids) => {
      const vectors = new Float32Array(ids.length * dimension);
      for (const [at, id] of ids.entries()) vectors.set(row(held[id]), at * dimension);
      await engine.put(vectors, dimension, ids);
      await engine.link();
    };
    if (!fresh) await put([...held.keys()]);
    for (let round = 1; round <= rounds; round += 1) {
      const ids = shuffled(size, round).slice(0, Math.floor(size / 2));
      const left = ids.map((id) => held[id]);
      for (const [at, id] of ids.entries()) held[id] = spare[at];
      spare = [...spare.slice(ids.length), ...left];
      if (!fresh) await put(ids);
    }
    if (fresh) await put([...held.keys()]);
    const { wasmBytes, memoryBytes, records } = await engine.stats();
    if (records !== size) throw new Error(`${records} records, not ${size}`);

    const idOf = new Map(held.map((at, id) => [at, id]));
    const asked = Array.from({ length: Math.min(QUERIES, shape.queries) }, (_, at) =>
      queries.slice(at * dimension, (at + 1) * dimension),
    );
    const truth = asked.map((query) =>
      nearestOf(held, similarities(base, dimension, query), K).map((at) => idOf.get(at)),
    );
    const searches = [];
    for (const ef of EFS) {
      await engine.setEf(ef);
      const [ms, found] = [[], []];
      for (const query of asked) {
        const before = performance.now();
        found.push(await engine.ask(query, K));
        ms.push(performance.now() - before);
      }
      searches.push({ ef, recall: recallOf(found, (at) => truth[at]), p50: median(ms) });
    }
    return { size, searches, wasmBytes, memoryBytes };
  },
};
