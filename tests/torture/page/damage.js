// The damage test: wrong bytes in what is stored, put there beside the package.
import { applied, brief } from "../lib/operations.mjs";
import { below, randomOf, vector } from "../lib/random.mjs";
import { vecino } from "./outside.js";
import { compareQueries } from "./scan.js";
import { promised, rawDatabase, readAll, verify } from "./store.js";

const DIMENSION = 8;
const PATH = "damaged";
const NAME = "damaged";
const options = { path: PATH, worker: false };

/** Codes that a call on a damaged database may reject with. */
const CODES = ["damaged", "unsupported_version", "storage", "not_found"];

/** What is done to a value. Each returns the value to store; undefined deletes it. */
const kinds = {
  "flip a bit": (bytes, random) => {
    bytes[below(random, bytes.length)] ^= 1 << below(random, 8);
    return bytes;
  },
  "flip a bit at the beginning": (bytes, random) => {
    bytes[below(random, Math.min(24, bytes.length))] ^= 1 << below(random, 8);
    return bytes;
  },
  "random bytes": (bytes, random) => bytes.map(() => below(random, 256)),
  "random bytes in the middle": (bytes, random) => {
    const from = below(random, bytes.length);
    return bytes.map((byte, i) => (i >= from && i < from + 16 ? below(random, 256) : byte));
  },
  "cut off": (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  longer: (bytes) => {
    const more = new Uint8Array(bytes.length + 3);
    more.set(bytes);
    return more;
  },
  empty: () => new Uint8Array(),
  "another type": () => ({ not: "bytes" }),
  missing: () => undefined,
};

export const damageKinds = () => Object.keys(kinds);

let expected;

/** Stores records, some in pages of a checkpoint and some in the log, their `embeddings` wherever. Resolves with the number of values by store. */
export async function store({ seed, embeddings }) {
  const random = randomOf(seed);
  const client = new vecino.PersistentClient(options);
  const configuration = { embeddings };
  const collection = await client.createCollection({
    name: NAME,
    configuration,
    embeddingFunction: null,
  });
  expected = new Map();
  const add = async (ids, size) => {
    const batch = {
      ids,
      embeddings: ids.map(() => vector(random, DIMENSION)),
      metadatas: ids.map((id) => ({ id })),
      documents: ids.map((id) => `${id} ${"x".repeat(size)}`),
    };
    await collection.add(batch);
    expected = applied(expected, { method: "add", options: batch });
  };
  const ids = (name, count) => Array.from({ length: count }, (_, i) => `${name}${i}`);
  // More than one page of records; the large documents make a checkpoint due.
  await add(ids("a", 600), 10);
  await add(ids("fat", 3), 3 << 20);
  await checkpointed();
  for (let n = 0; n < 5; n += 1) await add(ids(`log${n}-`, 4), 10);
  await client.close();
  return Object.fromEntries((await entries()).map(([name, { length }]) => [name, length]));
}

async function checkpointed() {
  for (;;) {
    if ((await entries()).find(([name]) => name === "manifests")[1].length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** By object store: `{ key, value }` of everything in it. */
async function entries() {
  const database = await rawDatabase(PATH);
  const names = [...database.objectStoreNames];
  const transaction = database.transaction(names);
  const list = names.map(async (name) => {
    const objects = transaction.objectStore(name);
    const [keys, values] = await Promise.all([
      promised(objects.getAllKeys()),
      promised(objects.getAll()),
    ]);
    return [name, keys.map((key, i) => ({ key, value: values[i] }))];
  });
  const all = await Promise.all(list);
  database.close();
  return all;
}

async function replace(content) {
  const database = await rawDatabase(PATH);
  const transaction = database.transaction([...database.objectStoreNames], "readwrite");
  for (const [name, list] of content) {
    const objects = transaction.objectStore(name);
    objects.clear();
    for (const { key, value } of list) if (value !== undefined) objects.put(value, key);
  }
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  database.close();
}

/**
 * Damages the value number `at` of `name` in the way `kind`, and opens. Resolves with how that ended: "whole", "in part"
 * or a code. Throws when an answer is wrong. What was stored is put back afterwards, and must then be whole.
 */
export async function damage({ seed, name, at, kind }) {
  const whole = await entries();
  const random = randomOf(seed, at, kind.length);
  const damaged = whole.map(([store, list]) => [
    store,
    list.map((entry, i) =>
      store === name && i === at
        ? { ...entry, value: kinds[kind](entry.value.slice(), random) }
        : entry,
    ),
  ]);
  await replace(damaged);
  const where = `"${kind}" in ${name}, value ${at} of ${damaged.find(([s]) => s === name)[1].length}`;
  const warnings = [];
  const { warn } = console;
  console.warn = (...args) => warnings.push(args.join(" "));
  const lastOfLog = name === "log" && at === whole.find(([s]) => s === "log")[1].length - 1;
  let outcome;
  try {
    outcome = await look({ mayLose: kind === "missing" && lastOfLog, warnings });
  } catch (error) {
    throw new Error(`${where}: ${error.message} (warnings: ${warnings})`);
  } finally {
    console.warn = warn;
    await replace(whole);
  }
  const after = await look({ mayLose: false, warnings: [] });
  if (after !== "whole") throw new Error(`${where}: put back, it is ${after}`);
  return outcome;
}

async function look({ mayLose, warnings }) {
  const client = new vecino.PersistentClient(options);
  try {
    const collection = await client.getCollection({ name: NAME, embeddingFunction: null });
    const records = await readAll(collection);
    for (const [id, record] of records) {
      const right = expected.has(id) && brief(record) === brief(expected.get(id));
      if (!right) throw new Error(`record ${id} is wrong: ${brief(record).slice(0, 300)}`);
    }
    await compareQueries(collection, records, [vector(randomOf(3), DIMENSION)]);
    if (records.size === expected.size) return "whole";
    const lost = [...expected.keys()].filter((id) => !records.has(id));
    const told = `${await verify(client)} ${warnings}`;
    const unknown = told.includes('"id":null');
    const named = unknown || lost.every((id) => told.includes(JSON.stringify(id)));
    if (!named && !mayLose) throw new Error(`${lost.length} records are missing in silence`);
    return "in part";
  } catch (error) {
    if (!CODES.includes(error.code)) throw error;
    return error.code;
  } finally {
    await client.close();
  }
}
