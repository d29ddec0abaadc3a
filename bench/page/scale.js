// The page in which a large collection is built from batches that the runner makes, kept, and opened again.
import { PersistentClient } from "vecino";
import { settings } from "./settings.js";
import { median, quantile } from "./statistics.js";

const NAME = "scale";
const K = 10;
/** How often linking is looked at, in milliseconds. */
const LOOK = 500;
const WARM_UP = 20;

let client;
let collection;
let queries;

async function fetched(name) {
  const response = await fetch(`/data/${name}`);
  if (!response.ok) throw new Error(`/data/${name}: HTTP ${response.status}`);
  return new Float32Array(await response.arrayBuffer());
}

window.bench = {
  async create(quantization) {
    client = new PersistentClient({ path: NAME });
    collection = await client.createCollection({
      name: NAME,
      configuration: { hnsw: { space: "cosine", ...settings }, quantization },
      embeddingFunction: null,
    });
  },

  /** Adds the next batch: milliseconds of the call alone. */
  async add(first, count) {
    const embeddings = await fetched("batch");
    const ids = Array.from({ length: count }, (_, at) => String(first + at));
    const start = performance.now();
    await collection.add({ ids, embeddings });
    return performance.now() - start;
  },

  /** Milliseconds until everything is linked. */
  async link() {
    const start = performance.now();
    while ((await client.stats()).unlinked > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    return performance.now() - start;
  },

  /** Rows and times of all queries through the client, ids and distances only. */
  async ask(ef_search, dimension) {
    await collection.modify({ configuration: { hnsw: { ef_search } } });
    queries ??= await fetched("queries");
    const ask = async (at) => {
      const embedding = queries.slice(at * dimension, (at + 1) * dimension);
      const given = { queryEmbeddings: [embedding], nResults: K, include: ["distances"] };
      return (await collection.query(given)).ids[0].map(Number);
    };
    for (let warm = 0; warm < WARM_UP; warm += 1) await ask(warm);
    const [ms, rows] = [[], []];
    for (let at = 0; at < queries.length / dimension; at += 1) {
      const before = performance.now();
      rows.push(await ask(at));
      ms.push(performance.now() - before);
    }
    return { p50: median(ms), p95: quantile(ms, 0.95), rows };
  },

  stats: () => client.stats(),

  async storedBytes() {
    const { usage, usageDetails } = await navigator.storage.estimate();
    return usageDetails?.indexedDB ?? usage;
  },

  /** Milliseconds from making a client to the first answer, in a page that has not used the collection. */
  async open(dimension) {
    queries = await fetched("queries");
    const start = performance.now();
    client = new PersistentClient({ path: NAME });
    collection = await client.getCollection({ name: NAME, embeddingFunction: null });
    await collection.query({ queryEmbeddings: [queries.slice(0, dimension)], nResults: K });
    return performance.now() - start;
  },

  close: () => client.close(),
};
