// What runs inside a tab: one client, its collection "notes", and what a test wants to know of them.
import * as vecino from "/dist/index.js";

let client;
let notes;
let events = [];

/** A client of the database "tabs", with its collection loaded. */
export async function open(options) {
  client = new vecino.PersistentClient({ path: "tabs", ...options });
  events = [];
  for (const type of ["warning", "close"]) {
    client.addEventListener(type, ({ code, message }) => events.push({ type, code, message }));
  }
  notes = await client.getOrCreateCollection({ name: "notes", embeddingFunction: null });
  await notes.count();
}

export async function close() {
  await client.close();
}

/** Closes while everything is under way; what the calls came to. */
export async function closeAmidWrites(prefix, n) {
  const writes = Array.from({ length: n }, (_, i) => write("add", [`${prefix}${i}`]));
  await using closing = client;
  void closing;
  return settled(writes);
}

export function write(method, ids, columns = {}) {
  const embeddings = ids.map((_, i) => [i, 1]);
  return notes[method]({ ids, embeddings, ...columns });
}

/** Enough for a checkpoint to be due. */
export function writeMuch(method = "upsert") {
  const ids = Array.from({ length: 1100 }, (_, i) => `heavy ${i}`);
  return write(method, ids, { documents: ids.map((id) => id.padEnd(8000, ".")) });
}

/** As much as `writeMuch`, of what the browser cannot compress. */
export function writeRandom() {
  const ids = Array.from({ length: 1100 }, (_, i) => `random ${i}`);
  const text = () => String.fromCharCode(...randomBytes(8000).map((byte) => 33 + (byte % 90)));
  return write("add", ids, { documents: ids.map(text) });
}

/** Records whose embeddings are so many numbers that they are linked into a graph. */
export function writeWide() {
  const ids = Array.from({ length: 1100 }, (_, i) => `wide ${i}`);
  const embeddings = ids.map(() => Float32Array.from(randomBytes(4096)));
  return notes.add({ ids, embeddings });
}

function randomBytes(n) {
  return crypto.getRandomValues(new Uint8Array(n));
}

export async function remove(ids) {
  return (await notes.delete({ ids })).deleted;
}

export async function ids(options) {
  return (await notes.get({ include: [], ...options })).ids;
}

export function count(options) {
  return notes.count(options);
}

const reads = {
  count: (options) => notes.count(options),
  get: async (options) => (await notes.get(options)).ids.length,
  peek: async (options) => (await notes.peek({ limit: 10_000, ...options })).ids.length,
  async query(options) {
    const query = { queryEmbeddings: [[1, 1]], nResults: 10_000, ...options };
    return (await notes.query(query)).ids[0].length;
  },
  search: async (options) => (await notes.search({ limit: 10_000 }, options)).ids[0].length,
  status: async (options) => (await notes.getIndexingStatus(options)).total_ops,
};

/** How many records one kind of read sees. */
export function numberByOneRead(kind, options) {
  return reads[kind](options);
}

export async function numberByEveryRead(options) {
  const numbers = {};
  for (const [kind, read] of Object.entries(reads)) numbers[kind] = await read(options);
  return numbers;
}

/** A second client in this page: both write, each sees the other's record. */
export async function besideAnother(options) {
  const other = new vecino.PersistentClient({ path: "tabs", ...options });
  const same = await other.getCollection({ name: "notes", embeddingFunction: null });
  await same.count();
  await write("add", ["a"]);
  await until(
    () => same.count(),
    (seen) => seen === 1,
    1,
  );
  await same.add({ ids: ["b"], embeddings: [[1, 2]] });
  await sees(["a", "b"]);
  await other.close();
  return ids();
}

export async function modify(changes) {
  await notes.modify(changes);
}

/** What this tab has in memory of the definition: a fork is made of it. */
export async function definitionInMemory(name) {
  const { metadata, configuration } = await notes.fork({ name });
  await client.deleteCollection({ name });
  return { metadata, ef_search: configuration.hnsw.ef_search };
}

export async function deleteCollection() {
  await client.deleteCollection({ name: "notes" });
}

export async function createDatabase(name) {
  const admin = new vecino.AdminClient({ client });
  await admin.createDatabase({ name, tenant: "default_tenant" });
}

export async function deleteDatabase(name) {
  const admin = new vecino.AdminClient({ client });
  await admin.deleteDatabase({ name, tenant: "default_tenant" });
}

export async function destroy() {
  await vecino.PersistentClient.destroy({ path: "tabs" });
}

/** Calls of every kind at once; each must settle. */
export function everyCall() {
  return settled([
    write("add", ["late"]),
    remove(["late"]),
    count(),
    count({ consistency: "strong" }),
    ids(),
    notes.query({ queryEmbeddings: [[1, 1]] }),
    notes.modify({ metadata: { late: true } }),
    notes.fork({ name: "late" }),
  ]);
}

/** Writes one record after the other until a call is refused: the code of that refusal. */
export async function writeUntilRefused() {
  for (let i = 0; ; i++) {
    try {
      await write("add", [`endless ${i}`]);
    } catch (error) {
      return error.code;
    }
  }
}

/** Resolves when this tab has these ids without having asked for them. */
export async function sees(expected) {
  const wanted = JSON.stringify(expected);
  await until(
    async () => JSON.stringify(await ids()),
    (seen) => seen === wanted,
    wanted,
  );
}

export async function seesSome() {
  await until(
    () => count(),
    (seen) => seen > 0,
    "some",
  );
}

export async function seesCount(expected) {
  await until(
    () => count(),
    (seen) => seen === expected,
    expected,
  );
}

/** Resolves when a read is refused: with the code. */
export async function refuses() {
  return until(
    () =>
      count().then(
        () => undefined,
        ({ code }) => code,
      ),
    (code) => code !== undefined,
    "a refusal",
  );
}

/** The codes with which two clients of one engine are closed when this page destroys the database. */
export async function destroyedUnderTwo(options) {
  const clients = [1, 2].map(() => new vecino.PersistentClient({ path: "tabs", ...options }));
  await Promise.all(clients.map((each) => each.countCollections()));
  const closed = clients.map(
    (each) => new Promise((resolve) => each.addEventListener("close", ({ code }) => resolve(code))),
  );
  await destroy();
  return Promise.all(closed);
}

export function heard() {
  return events;
}

export async function hears(type) {
  return until(async () => events.find((event) => event.type === type), Boolean, type);
}

/** How many values an object store of the database has. */
export async function stored(store) {
  const database = await answer(indexedDB.open("vecino:tabs"));
  const stored = await answer(database.transaction(store).objectStore(store).count());
  database.close();
  return stored;
}

/** Resolves when a checkpoint has emptied the log. */
export async function checkpointed() {
  await until(
    () => stored("log"),
    (entries) => entries === 0,
    "an empty log",
  );
}

/** How many engines make checkpoints, and how many wait for their turn. */
export async function election() {
  const { held, pending } = await navigator.locks.query();
  const ours = ({ name }) => name.startsWith("vecino:tabs:");
  return { held: held.filter(ours).length, pending: pending.filter(ours).length };
}

export async function elects(held, pending) {
  const expected = JSON.stringify({ held, pending });
  await until(
    async () => JSON.stringify(await election()),
    (seen) => seen === expected,
    expected,
  );
}

/** From now on counts what this thread reads of checkpoints. */
export function countPagesRead() {
  globalThis.pagesRead = 0;
  const { get } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.get = function (...args) {
    if (this.name === "pages") globalThis.pagesRead += 1;
    return get.apply(this, args);
  };
}

export function pagesRead() {
  return globalThis.pagesRead;
}

/** What is wrong with a call of a function here. */
export async function failure(name, ...args) {
  const self = await import("/tests/tabs/tab.mjs");
  try {
    await self[name](...args);
  } catch (error) {
    const { name, code, message, usage, quota } = error;
    const { QuotaExceededError, ChromaQuotaExceededError, VecinoError } = vecino;
    const classes = Object.entries({ QuotaExceededError, ChromaQuotaExceededError, VecinoError });
    const is = classes.filter(([, known]) => error instanceof known).map(([known]) => known);
    return { name, code, message, usage, quota, is };
  }
  throw new Error(`${name} resolved`);
}

export function persistence() {
  return client.persistence;
}

export function stats() {
  return client.stats();
}

export function storage() {
  return client.storage();
}

/** What a second client of the same options sees. */
export async function besideItself(options) {
  const other = new vecino.PersistentClient({ path: "tabs", ...options });
  const same = await other.getCollection({ name: "notes", embeddingFunction: null });
  const { ids } = await same.get();
  await other.close();
  return ids;
}

export async function makeNewerDatabase() {
  (await answer(indexedDB.open("vecino:tabs", 99))).close();
}

/** Links every record into a graph and writes it out. */
export async function linked() {
  await until(
    () => stored("log"),
    (entries) => entries === 0,
    "a checkpoint",
  );
  await until(
    async () => (await client.stats()).unlinked,
    (n) => n === 0,
    "a graph",
  );
  await until(
    () => stored("pages"),
    (pages) => pages > 0,
    "pages",
  );
}

const GRAPH_PAGE = 6;

/** Cuts off the pages of the graph. */
export async function damageGraph() {
  const database = await answer(indexedDB.open("vecino:tabs"));
  const pages = database.transaction("pages", "readwrite").objectStore("pages");
  const [keys, values] = await Promise.all([answer(pages.getAllKeys()), answer(pages.getAll())]);
  let damaged = 0;
  for (const [i, bytes] of values.entries()) {
    if (bytes[2] !== GRAPH_PAGE) continue;
    await answer(pages.put(bytes.slice(0, 20), keys[i]));
    damaged += 1;
  }
  database.close();
  if (damaged === 0) throw new Error("there is no page of a graph");
}

/** What a client that has loaded nothing finds wrong. */
export async function verify(options) {
  const other = new vecino.PersistentClient({ path: "tabs", durability: "strict", ...options });
  const { ok, collections, problems } = await other.verify();
  await other.close();
  const found = collections.flatMap((each) => each.problems).concat(problems);
  const lost = collections.flatMap((each) => each.lost);
  return { ok, lost, problems: found.map(({ where, code }) => ({ where, code })) };
}

/** Resolves when nothing is wrong any more. */
export async function soundAgain(options) {
  await until(
    async () => (await verify(options)).ok,
    (ok) => ok,
    "a sound database",
  );
}

/** Of so many records how many are found as nearest to their own embedding. */
export async function rightAnswers(n) {
  const { ids, embeddings } = await notes.get({ limit: n, include: ["embeddings"] });
  const answer = await notes.query({ queryEmbeddings: embeddings, nResults: 1, include: [] });
  return ids.filter((id, i) => answer.ids[i][0] === id).length;
}

/** The warnings that two clients of one engine hear while it loads the collection. */
export async function warningsOfTwo(options, { cancels }) {
  const clients = [1, 2].map(() => new vecino.PersistentClient({ path: "tabs", ...options }));
  const warnings = [];
  for (const each of clients) {
    each.addEventListener("warning", (event) => {
      warnings.push({ code: event.code, message: event.message });
      if (cancels) event.preventDefault();
    });
    await each.countCollections();
  }
  const [first] = clients;
  await (await first.getCollection({ name: "notes", embeddingFunction: null })).count();
  await until(
    async () => warnings.length,
    (n) => n === 2,
    "two warnings",
  );
  await Promise.all(clients.map((each) => each.close()));
  return warnings;
}

export async function countSilently(options) {
  const silent = new vecino.PersistentClient({ path: "tabs", ...options });
  await (await silent.getCollection({ name: "notes", embeddingFunction: null })).count();
  await silent.close();
}

function settled(calls) {
  return Promise.all(
    calls.map((call) =>
      call.then(
        () => "done",
        (error) => error.code ?? String(error),
      ),
    ),
  );
}

async function until(look, enough, expected) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (enough(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`expected ${expected}, got ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
