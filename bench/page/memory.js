// The page in which a collection of vectors alone is built, and its memory told.
import { Client } from "./contenders/client.js";
import { Engine } from "./contenders/engine.js";
import { recallOf } from "./recall.js";
import { median, quantile } from "./statistics.js";
import { loadVectors } from "./vectors.js";

const K = 10;
const WARM_UP = 50;

window.bench = {
  /** Bytes of WebAssembly memory of an empty engine, after adding, and after linking; and what is in use at the end. */
  async measure(quantization) {
    const { shape, base } = await loadVectors();
    const engine = await Engine.create({ quantization });
    const empty = (await engine.stats()).wasmBytes;
    await engine.put(base, shape.dimension);
    const added = (await engine.stats()).wasmBytes;
    await engine.link();
    const { wasmBytes, memoryBytes, unlinked } = await engine.stats();
    return { empty, added, linked: wasmBytes, used: memoryBytes, unlinked };
  },

  /**
   * The same of a collection whose embeddings are stored, as a page has it, with recall and milliseconds of queries one
   * after the other. It is linked while records are added.
   */
  async measureStored(quantization) {
    const { shape, base, queries, truth } = await loadVectors();
    const client = await Client.create({ quantization, embeddings: "stored" });
    const empty = (await client.stats()).wasmBytes;
    await client.fill(base, shape.dimension);
    const { wasmBytes, unlinked } = await client.stats();
    const [found, ms] = [[], []];
    const ask = (at) =>
      client.ask(queries.slice(at * shape.dimension, (at + 1) * shape.dimension), K);
    for (let at = 0; at < WARM_UP; at += 1) await ask(at % shape.queries);
    for (let at = 0; at < shape.queries; at += 1) {
      const start = performance.now();
      found.push(await ask(at));
      ms.push(performance.now() - start);
    }
    const recall = recallOf(found, (at) => truth.subarray(at * shape.truth, at * shape.truth + K));
    const asked = (await client.stats()).wasmBytes;
    await client.close();
    const times = { p50: median(ms), p95: quantile(ms, 0.95) };
    return { empty, linked: wasmBytes, unlinked, asked, recall, ...times };
  },
};
