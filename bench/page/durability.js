// The page in which the cost of keeping is measured.
import { PersistentClient } from "vecino";
import { Data } from "./data.js";
import { median, quantile } from "./statistics.js";

const PATH = "durability";
const NAME = "durability";
const K = 10;

let data;

const open = (options) => new PersistentClient({ path: PATH, ...options });

/** Bytes given to IndexedDB in this page, by object store. */
const written = {};
for (const method of ["put", "add"]) {
  const original = IDBObjectStore.prototype[method];
  IDBObjectStore.prototype[method] = function (value, ...key) {
    written[this.name] = (written[this.name] ?? 0) + (value.byteLength ?? 0);
    return original.call(this, value, ...key);
  };
}

/** A batch of one record that nobody else has. */
function single(row, tag) {
  const { dimension } = data.shape;
  const embeddings = data.base.slice(row * dimension, (row + 1) * dimension);
  return { ids: [`${tag}-${row}`], embeddings, documents: [data.records[row].document] };
}

window.bench = {
  async load() {
    data = await Data.load();
  },

  /** Milliseconds of single adds through a worker, with a durability where the package knows it. */
  async times(durability, count) {
    let client;
    try {
      client = new PersistentClient({ path: `${PATH}-${durability}`, durability });
    } catch (error) {
      if (error.code === "invalid_argument") return undefined;
      throw error;
    }
    const collection = await client.createCollection({ name: NAME, embeddingFunction: null });
    const ms = [];
    for (let row = 0; row < count; row += 1) {
      const batch = single(row, durability);
      const start = performance.now();
      await collection.add(batch);
      ms.push(performance.now() - start);
    }
    await client.close();
    return { p50: median(ms), p95: quantile(ms, 0.95) };
  },

  /** Fills up to each of `sizes`, and there counts what `count` single adds write. */
  async bytes(sizes, count) {
    const configuration = { hnsw: { space: "cosine" } };
    const given = { name: NAME, embeddingFunction: null };
    let filling = open({});
    let collection = await filling.createCollection({ ...given, configuration });
    const results = [];
    let records = 0;
    for (const batch of data.batches(false)) {
      await collection.add(batch);
      records += batch.ids.length;
      if (!sizes.includes(records)) continue;
      await settled(filling);
      await filling.close();
      results.push({ records, ...(await bytesOfAdds(given, `at-${records}`, count)) });
      filling = open({});
      collection = await filling.getCollection(given);
    }
    await settled(filling);
    const question = await askable(collection);
    await filling.close();
    localStorage.setItem("question", JSON.stringify(question));
    return results;
  },

  /** From making the client to the first answer, and the same bytes read without the package before and after it. */
  async opening() {
    const { embedding, ids } = JSON.parse(localStorage.getItem("question"));
    const before = await raw();
    const start = performance.now();
    const client = open({});
    const collection = await client.getCollection({ name: NAME, embeddingFunction: null });
    const answer = await collection.query({ queryEmbeddings: [embedding], nResults: K });
    const answerMs = performance.now() - start;
    const stats = await client.connection.call("stats");
    await client.close();
    const after = await raw();
    const correct = JSON.stringify(answer.ids[0]) === JSON.stringify(ids);
    if (!correct) throw new Error("the first answer was wrong");
    return {
      answerMs,
      rawMs: Math.min(before.ms, after.ms),
      rawBytes: after.bytes,
      records: stats.records,
      wasmBytes: stats.wasmBytes,
      memoryBytes: stats.memoryBytes,
    };
  },

  /** Memory of an engine that holds nothing. */
  async empty() {
    const client = new PersistentClient({ path: `${PATH}-empty` });
    const { wasmBytes } = await client.stats();
    await client.close();
    return wasmBytes;
  },
};

/** The engine runs in the page, where its bytes can be counted. Leaves the collection as it was. */
async function bytesOfAdds(given, tag, count) {
  const client = open({ worker: false });
  const collection = await client.getCollection(given);
  await settled(client);
  for (const name of Object.keys(written)) delete written[name];
  const ids = [];
  for (let row = 0; row < count; row += 1) {
    const batch = single(row, tag);
    ids.push(...batch.ids);
    await collection.add(batch);
  }
  await settled(client);
  const { log = 0, pages = 0, manifests = 0 } = written;
  await collection.delete({ ids });
  await settled(client);
  await client.close();
  return { log: log / count, checkpoints: (pages + manifests) / count };
}

/** Resolves when for a while nothing has been linked or written. A small collection is never linked. */
async function settled(client) {
  let last;
  for (;;) {
    const { unlinked } = await client.stats();
    const now = JSON.stringify([unlinked, written]);
    if (now === last) return;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** A query whose true neighbors the collection finds, and these. */
async function askable(collection) {
  for (let at = 0; at < data.shape.queries; at += 1) {
    const embedding = Array.from(data.query(at));
    const ids = Array.from(data.nearest(at, K), (row) => data.idOf(row));
    const answer = await collection.query({ queryEmbeddings: [embedding], nResults: K });
    if (JSON.stringify(answer.ids[0]) === JSON.stringify(ids)) return { embedding, ids };
  }
  throw new Error("no query is answered as it should be");
}

/** Reads every value of the database with parallel gets. */
async function raw() {
  const start = performance.now();
  const database = await promised(indexedDB.open(`vecino:${PATH}`));
  const transaction = database.transaction(["pages", "log"]);
  let bytes = 0;
  const read = async (store) => {
    const objects = transaction.objectStore(store);
    const keys = await promised(objects.getAllKeys());
    const values = await Promise.all(keys.map((key) => promised(objects.get(key))));
    for (const value of values) bytes += value.byteLength;
  };
  await Promise.all([read("pages"), read("log")]);
  database.close();
  return { ms: performance.now() - start, bytes };
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
