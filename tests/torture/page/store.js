// Clients and what they read, in the form that is compared.
import { brief } from "../lib/operations.mjs";

/** A client at `path` with those of the `options` that this build of the package knows. */
export function openClient({ PersistentClient }, path, options) {
  return new PersistentClient({ path, ...known(PersistentClient, options) });
}

/** The options among `options` that the package does not refuse. Making a client does nothing. */
export function known(PersistentClient, options) {
  const accepts = ([name, value]) => {
    try {
      new PersistentClient({ path: "unused", [name]: value });
      return true;
    } catch (error) {
      if (error.code === "invalid_argument") return false;
      throw error;
    }
  };
  return Object.fromEntries(Object.entries(options).filter(accepts));
}

/** Makes the next read see what other tabs have written: by a strong read or, before there was one, by a write. */
export async function catchUp(collection) {
  try {
    await collection.get({ limit: 1, consistency: "strong" });
  } catch (error) {
    if (error.code !== "invalid_argument") throw error;
    // Updates of ids that do not exist write nothing, but take in what others have written.
    await collection.update({ ids: ["nobody"], metadatas: [{ nothing: 0 }] });
  }
}

/** Whether this build of the package sends messages between tabs: it came with strong reads. */
export async function tabsTell(collection) {
  try {
    await collection.get({ limit: 1, consistency: "eventual" });
    return true;
  } catch (error) {
    if (error.code === "invalid_argument") return false;
    throw error;
  }
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
