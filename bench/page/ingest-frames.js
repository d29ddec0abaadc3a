// The page in which records are brought in while queries are asked, and its own thread is watched.
import { PersistentClient } from "vecino";
import { StaticEmbeddingFunction } from "vecino/static";
import { Data } from "./data.js";
import { median, quantile } from "./statistics.js";

const PATH = "ingest-frames";
const MODEL = "/data/model/";
const K = 10;
/** Between two queries, in milliseconds. */
const PAUSE = 20;
const IDLE_QUERIES = 250;

let data;
let queries;

/** Asks one query after the other until it is told to stop; how long each took, in milliseconds. */
function asking(collection, phase) {
  const times = new Map();
  let going = true;
  const run = async () => {
    for (let at = 0; going; at += 1) {
      const during = phase();
      const queryEmbeddings = [queries[at % queries.length]];
      const start = performance.now();
      await collection.query({ queryEmbeddings, nResults: K });
      times.set(during, [...(times.get(during) ?? []), performance.now() - start]);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
  const ended = run();
  return {
    async stop() {
      going = false;
      await ended;
      return Object.fromEntries(
        [...times].map(([key, ms]) => [
          key,
          { count: ms.length, p50: median(ms), p95: quantile(ms, 0.95), worst: Math.max(...ms) },
        ]),
      );
    },
  };
}

/** The longest time that the page's thread did not come round to a timer, beyond what a timer takes, and to a frame. */
function watching() {
  let [last, longest, going] = [performance.now(), 0, true];
  const long = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  });
  observer.observe({ type: "longtask" });
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 4);
    last = now;
    if (going) setTimeout(tick, 4);
  };
  setTimeout(tick, 4);
  let [frame, gap, frames] = [undefined, 0, 0];
  const draw = (now) => {
    gap = Math.max(gap, now - (frame ?? now));
    frame = now;
    frames += 1;
    if (going) requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  return () => {
    going = false;
    observer.disconnect();
    return { longest, longTasks: long.length, gap, frames };
  };
}

/** Resolves when no record waits to be linked. Throws where there are too few for that. */
async function linked(client) {
  let last;
  for (let same = 0; ; ) {
    const { unlinked } = await client.stats();
    if (unlinked === 0) return;
    same = unlinked === last ? same + 1 : 0;
    if (same > 100) throw new Error(`${unlinked} records are not linked: take more of them`);
    last = unlinked;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resolves when a while has passed in which a checkpoint would have ended. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 1_500));

async function fresh(embeddingFunction) {
  await PersistentClient.destroy({ path: PATH });
  const client = new PersistentClient({ path: PATH });
  const collection = await client.createCollection({
    name: "frames",
    configuration: { hnsw: { space: "cosine" } },
    embeddingFunction,
  });
  return { client, collection };
}

window.bench = {
  async load() {
    data = await Data.load();
    queries = Array.from({ length: data.shape.queries }, (_, at) => data.query(at));
  },

  /** Seconds that `add` takes of the same records in batches of the same size, without queries. */
  async raw(batchSize) {
    const { client, collection } = await fresh(null);
    const { dimension } = data.shape;
    const start = performance.now();
    for (let first = 0; first < data.records.length; first += batchSize) {
      const part = data.records.slice(first, first + batchSize);
      await collection.add({
        ids: part.map(({ id }) => id),
        embeddings: part.map((_, i) =>
          data.base.subarray((first + i) * dimension, (first + i + 1) * dimension),
        ),
        documents: part.map(({ document }) => document),
        metadatas: part.map(({ metadata }) => metadata),
      });
    }
    const addSeconds = (performance.now() - start) / 1000;
    await linked(client);
    const buildSeconds = (performance.now() - start) / 1000;
    await client.close();
    return { addSeconds, buildSeconds };
  },

  /**
   * Ingests everything, or adds it in one call, with embeddings that are given or that a static function makes, with or
   * without queries.
   */
  async ingest(given, ask, batchSize, way = "ingest") {
    const embeddingFunction = given ? null : new StaticEmbeddingFunction({ url: MODEL });
    const { client, collection } = await fresh(embeddingFunction);
    const { dimension } = data.shape;
    // Made before anything is measured, so that the page has nothing of its own to do meanwhile.
    const records = data.records.map(({ id, document, metadata }, row) => {
      const embedding = data.base.subarray(row * dimension, (row + 1) * dimension);
      return given ? { id, document, metadata, embedding } : { id, document, metadata };
    });
    const columns = {
      ids: records.map(({ id }) => id),
      embeddings: records.map(({ embedding }) => embedding),
      documents: records.map(({ document }) => document),
      metadatas: records.map(({ metadata }) => metadata),
    };
    if (embeddingFunction) {
      const texts = data.records.slice(0, queries.length).map(({ document }) => document);
      queries = await embeddingFunction.generate(texts);
    }
    await rest();
    let phase = "ingesting";
    const watched = watching();
    performance.mark("frames-begin");
    // A task that had begun before the mark would not count.
    await new Promise((resolve) => setTimeout(resolve));
    const start = performance.now();
    // The first query needs the dimension.
    const asked = ask && asking(collection, () => phase);
    if (way === "add") await collection.add(columns);
    else await collection.ingest(records, { batchSize });
    const ingestSeconds = (performance.now() - start) / 1000;
    phase = "indexing";
    await linked(client);
    const buildSeconds = (performance.now() - start) / 1000;
    const times = asked ? await asked.stop() : {};
    performance.mark("frames-end");
    const frames = watched();
    await rest();
    if (ask) {
      const idle = asking(collection, () => "idle");
      await new Promise((resolve) => setTimeout(resolve, IDLE_QUERIES * PAUSE));
      Object.assign(times, await idle.stop());
    }
    await client.close();
    return { ingestSeconds, buildSeconds, times, frames };
  },
};
