// Runs MiniLM beside the page: a text takes about a tenth of a second.

import { TransformersEmbeddingFunction } from "vecino/transformers";
import { answer } from "./answer.js";

answer(async ({ model, models, wasm }) => {
  const embedding = new TransformersEmbeddingFunction({
    model,
    localModelPath: models,
    wasmPath: wasm,
    dtype: "q8",
    progressCallback: ({ status, file, loaded, total }) => {
      if (status === "progress" && file.endsWith(".onnx"))
        postMessage({ progress: { loaded, total } });
    },
  });
  await embedding.load();
  return { embedding, model: { name: model, dimension: 384 } };
});
