// The page in which a collection is linked by so many workers, through the package as its users have it.
import { Client } from "./contenders/client.js";
import { recallOf } from "./recall.js";
import { loadVectors } from "./vectors.js";

const K = 10;
/** Where fewer candidates are kept, a worse graph shows; and the default. */
const EFS = [50, 100];

window.bench = {
  /** Seconds from the first add until everything is linked, and the recall of what was built. */
  async measure(num_threads) {
    const { shape, base, queries, truth } = await loadVectors();
    const { dimension } = shape;
    const client = await Client.create({ num_threads });
    // The engine, and what it loads on demand, are there before it counts.
    await client.stats();

    const before = performance.now();
    await client.fill(base, dimension);
    const seconds = (performance.now() - before) / 1_000;

    const recalls = [];
    for (const ef of EFS) {
      await client.setEf(ef);
      const found = [];
      for (let at = 0; at < shape.queries; at += 1) {
        found.push(await client.ask(queries.slice(at * dimension, (at + 1) * dimension), K));
      }
      const nearest = (at) => truth.subarray(at * shape.truth, at * shape.truth + K);
      recalls.push(recallOf(found, nearest));
    }
    await client.close();
    return { seconds, recalls };
  },
};
