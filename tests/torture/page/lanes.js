// The work of the kill and tab tests: lanes of calls, each told outside before it is made and after it has resolved.
import { applied, brief, DIMENSION, idsOf, operationOf } from "../lib/operations.mjs";
import { randomOf, vector } from "../lib/random.mjs";
import { prepare } from "./engine-place.js";
import { say, vecino } from "./outside.js";
import { compareQueries } from "./scan.js";
import { catchUp, openClient, readAll, readBrief, verify } from "./store.js";

const collectionOf = (client, embeddings) =>
  client.getOrCreateCollection({
    name: "lanes",
    embeddingFunction: null,
    configuration: { hnsw: { space: "l2" }, embeddings },
  });

let client;
let collection;
let stopped = false;

/** Opens the client of this tab. `embeddings` says where the collection has them, where it is new. */
export async function open({ path, options, embeddings }) {
  prepare(options.worker);
  client = openClient(vecino, path, options);
  collection = await collectionOf(client, embeddings);
}

/** Works on all `lanes`, `{ lane, next }`, at the same time, until the time or the calls are used up or the tab is gone. */
export async function work({ seed, lanes, milliseconds, calls }) {
  const end = performance.now() + (milliseconds ?? Number.POSITIVE_INFINITY);
  let left = calls ?? Number.POSITIVE_INFINITY;
  stopped = false;
  const goesOn = () => {
    left -= 1;
    return !stopped && left >= 0 && performance.now() < end;
  };
  const all = await Promise.allSettled(lanes.map((lane) => workOn(seed, lane, goesOn)));
  for (const { reason } of all) if (reason) throw reason;
}

async function workOn(seed, { lane, next }, goesOn) {
  let records = await readAll(collection, { ids: idsOf(lane) });
  for (let n = next; goesOn(); n += 1) {
    const operation = operationOf(seed, lane, n);
    await say({ lane, n, begins: true });
    try {
      await collection[operation.method](operation.options);
    } catch (error) {
      stopped = true;
      throw new Error(
        `call ${n} of lane ${lane} (${operation.method}): ${error.code} ${error.message}`,
      );
    }
    await say({ lane, n, resolved: true });
    if (!operation.shared) records = applied(records, operation);
    if (n % 8 === 0) await compareOwn(lane, records, randomOf(seed, lane, n, 1));
  }
}

/** This tab sees its own writes, whatever others do meanwhile. */
async function compareOwn(lane, records, random) {
  const text = (map) => [...map].map(([id, record]) => `${id} ${brief(record)}`).join("\n");
  const found = await readAll(collection, { ids: idsOf(lane) });
  if (text(found) !== text(records)) throw new Error(`lane ${lane} does not see its own writes`);
  await compareQueries(collection, records, [vector(random, DIMENSION)], 5, { where: { lane } });
}

/** The records as this tab's own client sees them, after catching up with the others. */
export async function replica({ seed }) {
  await catchUp(collection);
  const records = await readAll(collection);
  await compareQueries(collection, records, queriesOf(seed));
  return readBrief(collection);
}

export function close() {
  return client.close();
}

/** What this tab's client sees of a lane's own ids, after catching up with the others. */
export async function own({ lane }) {
  await catchUp(collection);
  return readBrief(collection, { ids: idsOf(lane) });
}

/**
 * Waits until this tab's client sees what is expected without doing anything for it: the time in milliseconds that it
 * took.
 */
export async function hears({ expected, within }) {
  const wanted = JSON.stringify(expected);
  const begun = performance.now();
  while (JSON.stringify(await readBrief(collection)) !== wanted) {
    if (performance.now() - begun > within) throw new Error("this tab has not heard of the others");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(performance.now() - begun);
}

/** What a new client finds, opened twice. Opening must change nothing. */
export async function inspect({ path, options, embeddings, seed }) {
  const found = [];
  let report;
  // Before anything is opened: a database that the browser itself has dropped would be created anew.
  const databases = (await indexedDB.databases()).map(({ name }) => name);
  for (let time = 0; time < 2; time += 1) {
    const fresh = openClient(vecino, path, options);
    const opened = await collectionOf(fresh, embeddings);
    const records = await readAll(opened);
    await compareQueries(opened, records, queriesOf(seed));
    report = await verify(fresh);
    found.push(await readBrief(opened));
    await fresh.close();
  }
  if (JSON.stringify(found[0]) !== JSON.stringify(found[1])) {
    throw new Error("opening once more finds other records");
  }
  return { records: found[0], report, existed: databases.includes(`vecino:${path}`) };
}

function queriesOf(seed) {
  const random = randomOf(seed, 17);
  return Array.from({ length: 5 }, () => vector(random, DIMENSION));
}
