// The fault test: a scripted scenario in which one request or transaction goes wrong.
import { requireClean } from "../lib/clean.mjs";
import { brief } from "../lib/operations.mjs";
import { prepare } from "./engine-place.js";
import { faultNames, faults } from "./faults.js";
import { vecino } from "./outside.js";
import { scenarios } from "./scenario.js";
import { promised, rawDatabase, readAll, verify } from "./store.js";

/** The second build, with an engine of its own, sees only what is stored. Its requests are the page's, not a worker's. */
const second = await import("/second/index.js");

/** How long to wait for a checkpoint that may have failed, in milliseconds. */
const PATIENCE = 250;

export const faultKinds = () => faultNames;

/**
 * Runs the scenario with the fault at its `at`-th chance. Resolves with `{ fired, rejected }`, throws when a call did
 * neither what it should nor nothing.
 */
export async function faulted({ scenario, kind, at, worker }) {
  const path = `fault-${crypto.randomUUID()}`;
  const { control, restore } = prepare(worker);
  const run = { path, control, worker, model: new Map(), rejected: [] };
  if (!worker) await control("plan", kind, at);
  run.client = new vecino.PersistentClient({ path, worker });
  if (worker) await planInWorker(run, kind, at);
  try {
    for (const step of scenarios[scenario]) await runStep(run, step);
    // Now, because closing ends the worker.
    await control("pause");
    const fired = await control("fired");
    await run.client.close();
    await compare("the reopened client", stored(path), run.model);
    return { fired, rejected: run.rejected };
  } catch (error) {
    throw new Error(
      `"${kind}" at chance ${at} of ${scenario}${worker ? ", in the worker" : ""}: ${error.message}`,
    );
  } finally {
    restore();
    await run.client.close().catch(() => {});
    await second.PersistentClient.destroy({ path, worker: false });
  }
}

/** The worker starts with the first call, which has to be under way before it can be told anything. */
async function planInWorker({ client, control }, kind, at) {
  await client.countCollections();
  await control("plan", kind, at);
}

async function runStep(run, step) {
  const { client, control, model, path } = run;
  const wasFired = await control("fired");
  let error;
  try {
    await step.run(client);
    step.model(model);
  } catch (caught) {
    error = caught;
  }
  if (step.checkpoint) await checkpointed(run, step.checkpoint);
  const hasFired = await control("fired");
  await control("pause");
  try {
    if (error) {
      run.rejected.push(`${step.name}: ${error.code}`);
      requireGoodError(step, error);
      if (wasFired) throw new Error(`${step.name} failed after the fault: ${error.message}`);
    }
    if (hasFired && !wasFired) {
      await compare(`memory after ${step.name}`, (look) => look(client), model);
      await compare(`storage after ${step.name}`, stored(path), model);
      // The step that failed is done now, so that the rest of the scenario has what it needs.
      if (error) {
        await step.run(client);
        step.model(model);
      }
    }
    if (hasFired) await compare(`memory after ${step.name}`, (look) => look(client), model);
  } finally {
    await control("resume");
  }
}

function requireGoodError(step, error) {
  const codes = ["storage", "storage_full", "storage_unavailable"];
  if (error instanceof vecino.VecinoError && codes.includes(error.code)) return;
  throw new Error(`${step.name} rejected with ${error.code}: ${error.stack}`);
}

/** Resolves when the log of a collection is empty, or after a while: a checkpoint may have been what failed. */
async function checkpointed({ path, control }, name) {
  await control("pause");
  const client = new second.PersistentClient({ path, worker: false });
  const { id } = await client.getCollection({ name, embeddingFunction: null });
  await client.close();
  const database = await rawDatabase(path);
  await control("resume");
  const range = IDBKeyRange.bound([id], [id, []]);
  const count = () => database.transaction("log").objectStore("log").count(range);
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    if ((await promised(faults.apart(count))) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  database.close();
}

/** Looks with a client that has only what is stored. */
const stored = (path) => async (look) => {
  const client = new second.PersistentClient({ path, worker: false });
  try {
    requireClean(await verify(client));
    return await look(client);
  } finally {
    await client.close();
  }
};

async function compare(where, withClient, model) {
  const found = await withClient(snapshot);
  const expected = [...model]
    .map(([name, { metadata, records }]) => textOf(name, metadata, records))
    .sort();
  if (found.join("\n") === expected.join("\n")) return;
  const only = (one, other) =>
    one
      .filter((line) => !other.includes(line))
      .join("; ")
      .slice(0, 600);
  throw new Error(`${where}: found ${only(found, expected)}\nexpected ${only(expected, found)}`);
}

async function snapshot(client) {
  const collections = await client.listCollections();
  const texts = collections.map(async (collection) =>
    textOf(collection.name, collection.metadata, await readAll(collection)),
  );
  return (await Promise.all(texts)).sort();
}

function textOf(name, metadata, records) {
  const lines = [...records].map(([id, record]) => `${id} ${brief(record)}`);
  return `${name} ${JSON.stringify(metadata)} ${lines.join(" ")}`;
}
