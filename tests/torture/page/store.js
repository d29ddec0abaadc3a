// Clients and what they read, in the form that is compared.
import { brief } from "../lib/operations.mjs";

export function openClient({ PersistentClient }, path, options) {
  return new PersistentClient({ path, ...options });
}

/** Makes the next read see what other tabs have written. */
export async function catchUp(collection) {
  await collection.get({ limit: 1, consistency: "strong" });
}

/** All records as a Map from id to record, in order of insertion. */
export async function readAll(collection, options = {}) {
  const include = ["documents", "metadatas", "embeddings"];
  const { ids, documents, metadatas, embeddings } = await collection.get({ include, ...options });
  const record = (i) => ({
    document: documents[i],
    metadata: metadatas[i],
    embedding: Array.from(embeddings[i]),
  });
  return new Map(ids.map((id, i) => [id, record(i)]));
}

/** All records as `[id, brief record]`. */
export async function readBrief(collection, options) {
  return [...(await readAll(collection, options))].map(([id, record]) => [id, brief(record)]);
}

/** What `client.verify()` finds; undefined where the package has no such call. */
export async function verify(client) {
  return client.verify ? JSON.stringify(await client.verify()) : undefined;
}

/** Opens the object stores themselves, beside the package. */
export function rawDatabase(path) {
  return promised(indexedDB.open(`vecino:${path}`));
}

export function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
