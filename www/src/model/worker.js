// Runs the model beside the page, so that embedding 2,000 passages never makes a key press wait.
//
// In:  {load: url of the model's folder} once, then {call, texts}.
// Out: {progress: {loaded, total}}, {ready: model.json} or {failed: {message}}; {call, vectors} or {call, error}.

import { StaticEmbeddingFunction } from "vecino/static";

let embedding;

async function load(url) {
  embedding = new StaticEmbeddingFunction({
    url,
    onProgress: (progress) => postMessage({ progress }),
  });
  postMessage({ ready: await embedding.load() });
}

async function generate({ call, texts }) {
  try {
    const vectors = await embedding.generate(texts);
    postMessage(
      { call, vectors },
      vectors.map((vector) => vector.buffer),
    );
  } catch (error) {
    // An UnknownTextError names the text.
    const code = error.index === undefined ? error.code : "unknown_text";
    postMessage({ call, error: { message: error.message, code, index: error.index } });
  }
}

addEventListener("message", ({ data }) => {
  if (data.load === undefined) generate(data);
  else load(data.load).catch(({ message }) => postMessage({ failed: { message } }));
});
