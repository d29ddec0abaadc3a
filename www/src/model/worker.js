// Runs the static model beside the page, so that embedding 2,000 passages never makes a key press wait.

import { StaticEmbeddingFunction } from "vecino/static";
import { answer } from "./answer.js";

answer(async ({ url }) => {
  const embedding = new StaticEmbeddingFunction({
    url,
    onProgress: (progress) => postMessage({ progress }),
  });
  return { embedding, model: await embedding.load() };
});
