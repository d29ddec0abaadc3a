// Adds the passages that come with the demo. A visit that ends in the middle loses nothing: the next one adds what is
// missing, because every batch that was added is in the store for good.

import passagesUrl from "../data/passages.jsonl?url";

/** Small enough that the progress moves, large enough that the log gets few entries. */
const BATCH = 50;

/** @returns {Promise<{id: string, document: string, metadata: object}[]>} */
async function fetchPassages() {
  const answer = await fetch(passagesUrl).catch((cause) => {
    throw Object.assign(new Error("the passages could not be fetched", { cause }), {
      code: "passages_missing",
    });
  });
  if (!answer.ok) {
    const message = `the passages could not be fetched: HTTP ${answer.status}`;
    throw Object.assign(new Error(message), { code: "passages_missing" });
  }
  const text = await answer.text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/**
 * @param {object} collection
 * @param {(progress: {done: number, total: number, resumed: number}) => Promise<void>} onProgress before the first and
 *   after every batch, which waits for it; `resumed` is how many were there before
 */
export async function addPassages(collection, onProgress) {
  const passages = await fetchPassages();
  const { ids } = await collection.get({ include: [] });
  const there = new Set(ids);
  const missing = passages.filter(({ id }) => !there.has(id));
  const total = passages.length;
  const resumed = total - missing.length;
  await onProgress({ done: resumed, total, resumed });
  for (let start = 0; start < missing.length; start += BATCH) {
    const batch = missing.slice(start, start + BATCH);
    await collection.add({
      ids: batch.map(({ id }) => id),
      documents: batch.map(({ document }) => document),
      metadatas: batch.map(({ metadata }) => metadata),
    });
    await onProgress({ done: resumed + start + batch.length, total, resumed });
  }
}
