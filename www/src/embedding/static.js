// The model that comes with the demo, in a worker.

import { loadEmbedder } from "../model/embedder.js";

const startWorker = () =>
  new Worker(new URL("../model/worker.js", import.meta.url), {
    type: "module",
    name: "vecino-demo model",
  });

export async function loadStatic(onProgress) {
  const url = new URL("model/", document.baseURI).href;
  const embedder = await loadEmbedder(startWorker, { url }, onProgress);
  return {
    kind: "static",
    name: embedder.name,
    collection: "passages",
    function: embedder,
    batchSize: 50,
    pause: 150,
    place: "",
  };
}
