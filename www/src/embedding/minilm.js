// all-MiniLM-L6-v2 in a worker, where its files lie beside the page.

import { loadEmbedder } from "../model/embedder.js";

const MODEL = "all-MiniLM-L6-v2";

const beside = (path) => new URL(path, document.baseURI).href;

const startWorker = () =>
  new Worker(new URL("../model/minilm-worker.js", import.meta.url), {
    type: "module",
    name: "vecino-demo MiniLM",
  });

/** Whether the model's files are beside the page. */
export async function miniLmIsThere() {
  const config = beside(`models/${MODEL}/config.json`);
  const answer = await fetch(config, { method: "HEAD" }).catch(() => undefined);
  return answer?.ok === true;
}

export async function loadMiniLm(onProgress) {
  const load = { model: MODEL, models: beside("models/"), wasm: beside("onnxruntime-web/") };
  return {
    kind: "minilm",
    name: MODEL,
    collection: "passages-minilm",
    function: await loadEmbedder(startWorker, load, onProgress),
    // About a second's work.
    batchSize: 10,
    pause: 300,
    place: "",
  };
}
