// Adds the passages that come with the demo. A visit that ends in the middle loses nothing: the next one adds what is
// missing, because every batch that was added is in the store for good.

import passagesUrl from "../data/passages.jsonl?url";

/** @returns {Promise<{id: string, document: string, metadata: object}[]>} */
async function fetchPassages(signal) {
  const answer = await fetch(passagesUrl, { signal }).catch((cause) => {
    signal.throwIfAborted();
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
 * @param {object} store
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(progress: {done: number, total: number, resumed: number}) => void} options.onProgress before the first and
 *   after every batch; `resumed` is how many were there before
 */
export async function addPassages({ collection, embedding }, { signal, onProgress }) {
  const passages = await fetchPassages(signal);
  const { ids } = await collection.get({ include: [] });
  const there = new Set(ids);
  const total = passages.length;
  const resumed = passages.filter(({ id }) => there.has(id)).length;
  onProgress({ done: resumed, total, resumed });
  await collection.ingest(passages, {
    batchSize: embedding.batchSize,
    resume: true,
    signal,
    // What it passes over counts as done only when it has come by.
    onProgress: ({ done }) => onProgress({ done: Math.max(done, resumed), total, resumed }),
  });
}
