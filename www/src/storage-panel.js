// What is kept, how much room it takes, and whether the browser promises to keep it.

import { byId, create, show } from "./dom.js";
import { bytes, number, plural } from "./words.js";

const glance = byId("glance");
const note = byId("store-note");

const PERSISTENT = {
  true: "yes, until you delete it",
  false: "no, the browser may clear it when space runs out",
};

function facts(rows) {
  byId("store-facts").replaceChildren(
    ...rows.flatMap(([name, value]) => [create("dt", {}, name), create("dd", {}, value)]),
  );
}

/**
 * @param {object} store
 * @param {number} own how many records are the visitor's own
 */
export async function drawStorage(store, own) {
  const [count, kept, stats] = await Promise.all([
    store.count(),
    store.storage(),
    store.client.stats(),
  ]);
  const records = own > 0 ? `${number(count)}, ${number(own)} of them your own` : number(count);
  const rows = [
    ["Embedded by", store.embedding.name],
    ["Records", records],
    ["In memory", bytes(stats.wasmBytes)],
  ];
  if (kept) {
    const known = kept.usage !== undefined;
    const silent = "the browser does not say";
    rows.push([
      "On this device",
      known ? `${bytes(kept.usage)} of ${bytes(kept.quota)} allowed` : silent,
    ]);
    rows.push(["Persistent", kept.persisted === undefined ? silent : PERSISTENT[kept.persisted]]);
    glance.textContent = `${plural(count, "passage")}${known ? `, ${bytes(kept.usage)}` : ""} on this device`;
  } else {
    rows.push(["On this device", "nothing: a reload starts over"]);
    glance.textContent = `${plural(count, "passage")} in memory only`;
  }
  facts(rows);
  show(byId("store"), true);
  show(byId("persist"), kept?.persisted === false);
  byId("empty").disabled = count === 0;
}

/** Asks the browser to keep the store; browsers decide by themselves or ask the visitor. */
export async function askForPersistence(store) {
  const granted = await store.persist();
  note.textContent = granted
    ? "The browser keeps the store until you delete it."
    : "The browser said no for now. It says yes more readily to pages that are visited often or bookmarked.";
}
