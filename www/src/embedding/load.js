// Settings in, an embedding function that is ready out. What has been loaded stays: going back to it takes no time.
//
// An embedding is {kind, name, collection, function, batchSize, pause, place}: `name` for the reader, `collection` where
// its passages are kept, `batchSize` how many of them are embedded between two steps of the progress, `pause` how long a
// typed question waits for the next letter, `place` where texts go ("" for nowhere).

import { loadEndpoint } from "./endpoint.js";
import { loadMiniLm } from "./minilm.js";
import { loadStatic } from "./static.js";

const loaded = new Map();

/**
 * @param {object} settings
 * @param {object} [options]
 * @param {string} [options.key] an endpoint's, new or for the first time
 * @param {(progress: {loaded: number, total: number}) => void} [options.onProgress] bytes of the model
 */
export function loadEmbedding(settings, { key, onProgress = () => {} } = {}) {
  if (settings.kind === "endpoint") return loadEndpoint(settings, key);
  let loading = loaded.get(settings.kind);
  if (loading === undefined) {
    loading = settings.kind === "minilm" ? loadMiniLm(onProgress) : loadStatic(onProgress);
    loaded.set(settings.kind, loading);
    // What failed may work the next time.
    loading.catch(() => loaded.delete(settings.kind));
  }
  return loading;
}
