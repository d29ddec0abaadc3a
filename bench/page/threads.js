// The page in which a collection is linked by so many workers, through the package as its users have it.
import { EphemeralClient } from "vecino";
import { recallOf } from "./recall.js";
import { loadVectors } from "./vectors.js";

const K = 10;
const BATCH = 1_000;
/** Where fewer candidates are kept, a worse graph shows; and the default. */
const EFS = [50, 100];
/** How often it is asked whether everything is linked, in milliseconds. */
const POLL = 20;

window.bench = {
  /** Seconds from the first add until everything is linked, and the recall of what was built. */
  async measure(num_threads) {
    const { shape, base, queries, truth } = await loadVectors();
    const { dimension, records } = shape;
    const client = new EphemeralClient();
    const hnsw = { space: "cosine", max_neighbors: 16, ef_construction: 200, num_threads };
    const collection = await client.createCollection({ name: "bench", configuration: { hnsw } });
    // The engine, and what it loads on demand, are there before it counts.
    await client.stats();

    const before = performance.now();
    for (let start = 0; start < records; start += BATCH) {
      const end = Math.min(records, start + BATCH);
      await collection.add({
        ids: Array.from({ length: end - start }, (_, at) => String(start + at)),
        embeddings: base.slice(start * dimension, end * dimension),
      });
    }
    const added = performance.now();
    while ((await client.stats()).unlinked > 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    const seconds = (performance.now() - before) / 1_000;

    const recalls = [];
    for (const ef_search of EFS) {
      await collection.modify({ configuration: { hnsw: { ef_search } } });
      const found = [];
      for (let at = 0; at < shape.queries; at += 1) {
        const query = queries.slice(at * dimension, (at + 1) * dimension);
        const { ids } = await collection.query({
          queryEmbeddings: [query],
          nResults: K,
          include: [],
        });
        found.push(ids[0].map(Number));
      }
      const nearest = (at) => truth.subarray(at * shape.truth, at * shape.truth + K);
      recalls.push(recallOf(found, nearest));
    }
    await client.close();
    return { seconds, adding: (added - before) / 1_000, recalls };
  },
};
