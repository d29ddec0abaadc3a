// What runs in a page: a collection whose embeddings are left in storage, and one in memory beside it that has to agree.
import * as vecino from "/dist/index.js";

const PATH = "stored";
export const DIMENSION = 384;

let client;
let stored;
let memory;
let warnings = [];

/** Embedding number `n`: some of forty directions, and noise of its own. */
function embedding(n) {
  const numbers = new Float32Array(DIMENSION);
  let state = (n + 1) * 2_654_435_761;
  const noise = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 8) / (1 << 24) - 0.5;
  };
  for (let at = 0; at < DIMENSION; at += 1) {
    numbers[at] = Math.sin((n % 40) * 12.9898 + at * 78.233) + 1.5 * noise();
  }
  return numbers;
}

const numbered = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);

/** Record `id` gets embedding `seed(id)`. */
function batchOf(from, to, seed = (n) => n) {
  const numbers = numbered(from, to);
  return {
    ids: numbers.map(String),
    embeddings: numbers.map((n) => embedding(seed(n))),
    documents: numbers.map((n) => `document ${n}`),
  };
}

export async function open(options) {
  client = new vecino.PersistentClient({ path: PATH, ...options });
  warnings = [];
  client.addEventListener("warning", (event) => {
    event.preventDefault();
    warnings.push(event.message);
  });
  stored = await client.getOrCreateCollection({
    name: "stored",
    configuration: { hnsw: { space: "cosine" }, embeddings: "stored" },
    embeddingFunction: null,
  });
  await stored.count();
}

export const close = () => client.close();
export const heard = () => warnings;
export const residence = () => stored.configuration.embeddings;

/** Makes the collection in memory, too. */
export async function fill(count) {
  memory ??= await new vecino.EphemeralClient({ worker: false }).createCollection({
    name: "memory",
    configuration: { hnsw: { space: "cosine" } },
    embeddingFunction: null,
  });
  for (let from = 0; from < count; from += 500)
    await write("add", from, Math.min(count, from + 500));
}

export async function write(method, from, to, seedFrom = 0) {
  const batch = () => batchOf(from, to, (n) => n + seedFrom);
  await stored[method](batch());
  await memory?.[method](batch());
}

export async function remove(from, to) {
  const ids = numbered(from, to).map(String);
  await stored.delete({ ids });
  await memory?.delete({ ids });
}

/** Resolves when what is going to be linked is, and the log has been taken into a checkpoint. */
export async function settled() {
  for (;;) {
    const { unlinked, records } = await client.stats();
    const { log, embeddings } = await sizes();
    // So few are never linked.
    if ((unlinked === 0 || records <= 3_500) && log < 1_500_000 && embeddings > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function raw() {
  const request = indexedDB.open(`vecino:${PATH}`);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Bytes in two of the object stores. */
export async function sizes() {
  const database = await raw();
  const transaction = database.transaction(["log", "embeddings"]);
  const sum = async (name) => {
    const values = await answer(transaction.objectStore(name).getAll());
    return values.reduce((bytes, value) => bytes + value.length, 0);
  };
  const [log, embeddings] = await Promise.all([sum("log"), sum("embeddings")]);
  database.close();
  return { log, embeddings };
}

/** Damages the stored group of slots from `slot` on, or deletes it. */
export async function damage(group, how) {
  const database = await raw();
  const objects = database.transaction("embeddings", "readwrite").objectStore("embeddings");
  const keys = await answer(objects.getAllKeys());
  const key = keys.find(([, number]) => number === group);
  if (how === "missing") await answer(objects.delete(key));
  else {
    const bytes = await answer(objects.get(key));
    bytes[100] ^= 1;
    await answer(objects.put(bytes, key));
  }
  database.close();
}

/** How many of `count` queries find other records or distances than the collection in memory; its scans are exact. */
export async function differences(count, { exact = false } = {}) {
  let different = 0;
  for (let n = 0; n < count; n += 1) {
    const query = { queryEmbeddings: [embedding(1_000_000 + n)], include: ["distances"] };
    // A filter that few records pass is a scan; so is one in a collection that is not linked.
    if (exact) query.whereDocument = { $contains: `${n % 9}7` };
    const [one, other] = await Promise.all([stored.query(query), memory.query(query)]);
    const text = ({ ids, distances }) => JSON.stringify([ids, distances]);
    if (text(one) !== text(other)) different += 1;
  }
  return different;
}

export async function recall() {
  return (await stored.measureRecall({ sample: 50, k: 10 })).configured.recall;
}

/** How many of these records do not have the embedding they were given, bit for bit. */
export async function wrongEmbeddings(from, to, seedFrom = 0) {
  const ids = numbered(from, to).map(String);
  const { ids: found, embeddings } = await stored.get({ ids, include: ["embeddings"] });
  const bits = (numbers) => new Uint32Array(Float32Array.from(numbers).buffer).join();
  const wrong = found.filter(
    (id, row) => bits(embeddings[row]) !== bits(embedding(Number(id) + seedFrom)),
  );
  return wrong.length + ids.length - found.length;
}

export const count = () => stored.count();
export const stats = () => client.stats();
export const verify = async (options) => {
  const other = new vecino.PersistentClient({ path: PATH, ...options });
  const { ok, collections, problems } = await other.verify();
  await other.close();
  const [{ lost, problems: own }] = collections;
  const all = [...problems, ...own].map(({ where, code }) => [where, code]);
  return { ok, lost: lost.length, problems: all };
};

/** A fork with every embedding. */
export async function fork() {
  const copy = await stored.fork({ name: "fork" });
  const ids = ["0", "77", "1234"];
  const { embeddings } = await copy.get({ ids, include: ["embeddings"] });
  const same = ids.every((id, row) =>
    embeddings[row].every((x, at) => x === embedding(Number(id))[at]),
  );
  await client.deleteCollection({ name: "fork" });
  return same && (await copy.count().catch(() => 0)) === 0;
}

/** What becomes of reads that have to fetch embeddings while `what` happens. */
export async function reading(what) {
  const all = Array.from({ length: 8 }, () => stored.get({ include: ["embeddings"] }));
  const happens = what === "close" ? client.close() : client.deleteCollection({ name: "stored" });
  const results = await Promise.allSettled(all);
  await happens;
  return [...new Set(results.map(({ status, reason }) => reason?.code ?? status))].sort();
}

/** A read that is aborted does not keep later ones from being answered. */
export async function aborted() {
  const controller = new AbortController();
  const read = stored.get({ include: ["embeddings"], signal: controller.signal });
  controller.abort();
  const reason = await read.then(
    () => "resolved",
    ({ name }) => name,
  );
  return [reason, (await stored.get({ ids: ["5"], include: ["embeddings"] })).ids.length];
}

const refusal = (promise) =>
  promise.then(
    () => "taken",
    ({ code, message }) => `${code}: ${message}`,
  );

export async function refusals() {
  const create = (client, configuration) =>
    refusal(client.createCollection({ name: "refused", configuration, embeddingFunction: null }));
  const ephemeral = new vecino.EphemeralClient({ worker: false });
  return {
    memory: await create(ephemeral, { embeddings: "stored" }),
    none: await create(client, { embeddings: "stored", quantization: "none" }),
    unknown: await create(client, { embeddings: "disk" }),
    modified: await refusal(stored.modify({ configuration: { embeddings: "memory" } })),
    quantization: await refusal(stored.modify({ configuration: { quantization: "none" } })),
  };
}

/** A database as the first version of the stores made it, without one for embeddings. */
export async function makeOld() {
  const request = indexedDB.open(`vecino:${PATH}`, 1);
  request.onupgradeneeded = () => {
    for (const name of ["catalog", "log", "pages", "manifests"]) {
      request.result.createObjectStore(name);
    }
  };
  (await answer(request)).close();
}
