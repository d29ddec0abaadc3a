// Runs the model beside the page, so that embedding 2,000 passages never makes a key press wait.
//
// In:  {load: url of the model's folder} once, then {call, texts}.
// Out: {progress: {loaded, total}}, {ready: model.json} or {failed: {message, file}}; {call, vectors} or {call, error}.

import { StaticEmbedding } from "./static-embedding.js";

let embedding;

async function response(url) {
  const file = url.pathname.split("/").pop();
  let answer;
  try {
    answer = await fetch(url);
  } catch (cause) {
    throw Object.assign(new Error(`${file} could not be fetched`, { cause }), { file });
  }
  if (!answer.ok)
    throw Object.assign(new Error(`${file} could not be fetched: HTTP ${answer.status}`), { file });
  return answer;
}

const json = async (url) => (await response(url)).json();

/** Often enough for a bar that moves, seldom enough that telling takes no time, in milliseconds. */
const TELL_EVERY = 100;

/** The body as one buffer; while it comes in, its size so far is told. */
async function buffer(url, onProgress) {
  const pieces = [];
  let size = 0;
  let told = performance.now();
  for (let reader = (await response(url)).body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.length;
    if (performance.now() - told < TELL_EVERY) continue;
    onProgress?.(size);
    told = performance.now();
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.buffer;
}

async function load(folder) {
  const at = (file) => new URL(file, folder);
  const model = await json(at("model.json"));
  const total = model.vocabulary * model.dimension;
  const [tokenizer, tokenizerConfig, scales, vectors] = await Promise.all([
    json(at("tokenizer.json")),
    json(at("tokenizer_config.json")),
    buffer(at("scales.f32")),
    buffer(at("vectors.i8"), (loaded) => postMessage({ progress: { loaded, total } })),
  ]);
  embedding = new StaticEmbedding({
    model,
    tokenizer,
    tokenizerConfig,
    vectors: new Int8Array(vectors),
    scales: new Float32Array(scales),
  });
  postMessage({ ready: model });
}

async function generate({ call, texts }) {
  try {
    const vectors = await embedding.generate(texts);
    postMessage(
      { call, vectors },
      vectors.map((vector) => vector.buffer),
    );
  } catch (error) {
    postMessage({ call, error: { message: error.message, code: error.code, index: error.index } });
  }
}

addEventListener("message", ({ data }) => {
  if (data.load === undefined) generate(data);
  else load(data.load).catch(({ message, file }) => postMessage({ failed: { message, file } }));
});
