// The operations of the kill and tab tests, and what they do to a plain Map. Operation n of a lane is a function of
// the seed alone, so that the page only has to tell "n begins" and "n has resolved".
//
// A lane is a sequence of calls, one after the other, on ids that no other lane touches. Beside them there are a few
// shared ids that every lane writes, always all in one call, which leaves the name of that call in each.
import { below, randomOf, some, vector } from "./random.mjs";

export const DIMENSION = 16;
const IDS = 60;
const FAT = 12_000;

export const SHARED = ["shared-0", "shared-1", "shared-2"];

/** The ids of a lane. */
export const idsOf = (lane) => Array.from({ length: IDS }, (_, i) => `lane${lane}-${i}`);

/**
 * Operation `n` of a lane: `{ method, options, shared }`. About one in six is fat, so that the log soon has the eight
 * million bytes that make a checkpoint due.
 */
export function operationOf(seed, lane, n) {
  const random = randomOf(seed, lane, n);
  const kind = random();
  if (kind < 0.15) return sharedOperation(random, lane, n);
  const ids = some(random, idsOf(lane), 1 + below(random, 20));
  if (kind < 0.27) return { method: "delete", options: { ids: ids.slice(0, 8) } };
  if (kind < 0.33) {
    const where = { $and: [{ lane }, { group: below(random, 4) }] };
    const limit = 1 + below(random, 4);
    return { method: "delete", options: { where, limit } };
  }
  const fat = random() < 0.2;
  const text = (id) => `${id} ${n} ${"abcdefgh".repeat(fat ? below(random, FAT) : 2)}`;
  const metadatas = ids.map((id) => ({ lane, group: below(random, 4), by: n, ...own(random, id) }));
  if (kind < 0.45) return { method: "update", options: { ids, metadatas } };
  const method = ["add", "add", "update", "upsert"][below(random, 4)];
  const embeddings = ids.map(() => vector(random, DIMENSION));
  return { method, options: { ids, embeddings, metadatas, documents: ids.map(text) } };
}

function own(random, id) {
  return random() < 0.5 ? { only: `${id} ${below(random, 9)}` } : {};
}

function sharedOperation(random, lane, n) {
  const shared = `${lane}/${n}`;
  if (random() < 0.2) return { method: "delete", options: { ids: SHARED }, shared };
  const options = {
    ids: SHARED,
    embeddings: SHARED.map(() => vector(random, DIMENSION)),
    metadatas: SHARED.map(() => ({ stamp: shared })),
    documents: SHARED.map((id) => `${id} by ${shared}`),
  };
  return { method: "upsert", options, shared };
}

/** What an operation makes of `records`, a Map from id to record in order of insertion. Leaves the argument as it is. */
export function applied(records, { method, options }) {
  const after = new Map(records);
  if (method === "delete") {
    for (const id of selected(records, options)) after.delete(id);
    return after;
  }
  options.ids.forEach((id, i) => {
    const old = records.get(id);
    if (old ? method === "add" : method === "update") return;
    after.set(id, {
      embedding: options.embeddings?.[i] ?? old.embedding,
      document: options.documents?.[i] ?? old?.document ?? null,
      metadata: { ...old?.metadata, ...options.metadatas[i] },
    });
  });
  return after;
}

function selected(records, { ids, where, limit }) {
  if (ids) return ids;
  const [{ lane }, { group }] = where.$and;
  const matching = [...records].filter(
    ([, { metadata }]) => metadata.lane === lane && metadata.group === group,
  );
  return matching.slice(0, limit).map(([id]) => id);
}

/** A record as a short text in which everything that differs shows. */
export function brief({ embedding, document, metadata }) {
  const entries = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([Array.from(embedding), short(document), entries]);
}

function short(document) {
  if (document === null || document.length < 80) return document;
  let hash = 0;
  for (let i = 0; i < document.length; i += 1) {
    hash = (Math.imul(hash, 31) + document.charCodeAt(i)) | 0;
  }
  return `${document.slice(0, 40)} (${document.length} characters, hash ${hash})`;
}
