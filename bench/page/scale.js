// The page in which a large collection is built from batches that the runner makes, kept, and opened again.
import { PersistentClient } from "vecino";
import { settings } from "./settings.js";
import { median, quantile } from "./statistics.js";

const NAME = "scale";
const K = 10;
/** Records of one call of add. */
const BATCH = 1_000;
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
  async create(quantization, embeddings) {
    client = new PersistentClient({ path: NAME });
    collection = await client.createCollection({
      name: NAME,
      configuration: { hnsw: { space: "cosine", ...settings }, quantization, embeddings },
      embeddingFunction: null,
    });
  },

  /** Adds the vectors that the runner serves now, under the ids from `first` on: milliseconds of the calls alone. */
  async add(first, dimension) {
    const vectors = await fetched("batch");
    let ms = 0;
    for (let at = 0; at * dimension < vectors.length; at += BATCH) {
      const embeddings = vectors.slice(at * dimension, (at + BATCH) * dimension);
      const count = embeddings.length / dimension;
      const ids = Array.from({ length: count }, (_, place) => String(first + at + place));
      const start = performance.now();
      await collection.add({ ids, embeddings });
      ms += performance.now() - start;
    }
    return ms;
  },

  /** Resolves when everything is linked. */
  async link() {
    while ((await client.stats()).unlinked > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
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
