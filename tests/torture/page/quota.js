// The quota test: writing until the browser gives no more space.
import { applied, brief } from "../lib/operations.mjs";
import { randomOf, vector } from "../lib/random.mjs";
import { vecino } from "./outside.js";
import { compareQueries } from "./scan.js";
import { openClient, readAll, verify } from "./store.js";

const DIMENSION = 8;
const SIZE = 400_000;

let client;
let collection;
let records = new Map();
let number = 0;

export async function openFull({ path, options }) {
  client = openClient(vecino, path, options);
  collection = await client.getOrCreateCollection({ name: "full", embeddingFunction: null });
}

/**
 * Adds batches until `times` calls have been made, or `failures` of them in a row have failed. Resolves with the codes of
 * the calls. After every failure the records are those from before the call, and searching goes on.
 */
export async function fill({ seed, times, failures }) {
  const codes = [];
  for (let failed = 0; codes.length < times && failed < failures; number += 1) {
    const random = randomOf(seed, number);
    const options = batchOf(random, number);
    let code = "resolved";
    try {
      await collection.upsert(options);
    } catch (error) {
      code = error.code ?? `${error}`;
    }
    codes.push(code);
    failed = code === "resolved" ? 0 : failed + 1;
    if (code === "resolved") records = applied(records, { method: "upsert", options });
    await requireSame(collection, [vector(random, DIMENSION)]);
  }
  return codes;
}

function batchOf(random, n) {
  const ids = [`r${n}`, `r${n}b`];
  // Letters drawn by lot, because a browser may compress what it stores.
  const text = () => Array.from({ length: SIZE / 8 }, () => random().toString(36).slice(2, 10));
  return {
    ids,
    embeddings: ids.map(() => vector(random, DIMENSION)),
    metadatas: ids.map(() => ({ n })),
    documents: ids.map(() => text().join("")),
  };
}

async function requireSame(opened, queries) {
  const text = (map) => [...map].map(([id, record]) => `${id} ${brief(record)}`).join("\n");
  const found = await readAll(opened);
  if (text(found) !== text(records)) {
    throw new Error(
      `${found.size} records are there, not the ${records.size} that were acknowledged`,
    );
  }
  await compareQueries(opened, records, queries, 3, {});
}

/** Deletes everything: also a full disk must let go of something. Resolves with the code or how many were deleted. */
export async function makeRoom() {
  try {
    const { deleted } = await collection.delete({ ids: [...records.keys()].slice(0, 2) });
    for (const id of [...records.keys()].slice(0, 2)) records.delete(id);
    return deleted;
  } catch (error) {
    return error.code;
  }
}

/** Closes, opens and compares what is stored. */
export async function reopenFull({ path, options }) {
  await client.close();
  await openFull({ path, options });
  await requireSame(collection, [vector(randomOf(1), DIMENSION)]);
  return { records: records.size, report: await verify(client) };
}
