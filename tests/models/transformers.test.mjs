// vecino/transformers with the real MiniLM model, in Chromium. All of Cranfield: npm run test:models.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EphemeralClient, registerEmbeddingFunction } from "vecino";
import { TransformersEmbeddingFunction } from "vecino/transformers";
import { cosine, minilm, missing, passages } from "./data.mjs";
import { openModel } from "./page.mjs";

const skip = missing(minilm, "docs/base.jsonl.gz", "docs/base.f16");
let model;
let texts;
let reference;

before(async () => {
  if (skip) return;
  ({ texts, reference } = passages(30));
  model = await openModel();
});
after(() => model?.close());

test("embeddings are those of the original model, and nobody else is asked for anything", {
  skip,
}, async () => {
  const rows = await model.embed(texts);
  const cosines = rows.map((row, i) => cosine(row, reference[i]));
  const mean = cosines.reduce((sum, value) => sum + value) / cosines.length;
  assert.ok(mean >= 0.99, `mean cosine ${mean}`);
  for (const row of rows) assert.ok(Math.abs(cosine(row, row) - 1) < 1e-6 && row.length === 384);
  const elsewhere = model.requests.filter(
    (url) => !url.startsWith("blob:") && !model.origins.includes(new URL(url).origin),
  );
  assert.deepEqual(elsewhere, []);
  assert.ok(!model.requests.some((url) => url.startsWith(model.origins[1])));
});

test("a text's embedding does not depend on the others of the call", { skip }, async () => {
  const [alone] = await model.embed([texts[3]]);
  const [, second] = await model.embed([texts[5], texts[3]]);
  assert.deepEqual(second, alone);
});

test("the download is reported", { skip }, async () => {
  const progress = await model.page.evaluate(() => window.progress);
  const bytes = progress.filter(({ status, file }) => status === "progress" && /onnx/.test(file));
  assert.ok(bytes.length > 0, "the model's file is reported");
  assert.equal(bytes.at(-1).loaded, 22_931_210);
});

test("a collection is filled and asked with it, and builds it again", { skip }, async () => {
  const found = await model.page.evaluate(async (settings) => {
    const { EphemeralClient, registerEmbeddingFunction } = await import("/dist/index.js");
    const { TransformersEmbeddingFunction } = await import("/dist/transformers.js");
    registerEmbeddingFunction("transformers", TransformersEmbeddingFunction);
    const client = new EphemeralClient();
    const embeddingFunction = new TransformersEmbeddingFunction(settings);
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({
      ids: ["cat", "dog", "car"],
      documents: ["A kitten naps on the sofa", "A hound barks at night", "The engine starts"],
    });
    const again = await client.getCollection({ name: "notes" });
    const { ids } = await again.query({ queryTexts: ["sleeping feline"], nResults: 1 });
    const { space } = notes.configuration.hnsw;
    await client.close();
    return { ids, space, stored: notes.configuration.embedding_function };
  }, model.settings);
  assert.deepEqual(found.ids, [["cat"]]);
  assert.equal(found.space, "cosine");
  assert.equal(found.stored.name, "transformers");
  assert.equal(found.stored.config.model, "all-MiniLM-L6-v2");
});

test("abort ends the call between two texts, or while the model loads", { skip }, async () => {
  const outcome = await model.page.evaluate(async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 500 }, (_, i) => `text ${i}`);
    const start = performance.now();
    setTimeout(() => controller.abort(new Error("enough")), 30);
    const { message } = await window.model
      .generate(many, { signal: controller.signal })
      .catch((error) => error);
    return { message, took: performance.now() - start };
  });
  assert.equal(outcome.message, "enough");
  assert.ok(outcome.took < 5000, `${outcome.took} ms`);
});

test("a model from another server, and one that is not there", { skip }, async () => {
  const other = await openModel({ apart: true });
  try {
    const [row] = await other.embed([texts[0]]);
    assert.ok(cosine(row, reference[0]) > 0.98);
    const failure = await other.page.evaluate(async (settings) => {
      const { TransformersEmbeddingFunction } = await import("/dist/transformers.js");
      const missing = new TransformersEmbeddingFunction({ ...settings, model: "nothing" });
      const { code, message } = await missing.generate(["a"]).catch((error) => error);
      return { code, message };
    }, other.settings);
    assert.equal(failure.code, "embedding_function");
    assert.match(failure.message, /The model nothing could not be loaded from http/);
  } finally {
    await other.close();
  }
});

test("the library is imported when the first text comes, and named where it is missing", async () => {
  const library = () => Promise.reject(new Error("no such package"));
  const absent = new TransformersEmbeddingFunction({ library });
  assert.deepEqual(await absent.generate([]), []);
  await assert.rejects(absent.generate(["a"]), /no such package/);
  const calls = [];
  const env = { backends: { onnx: { wasm: {} } }, remoteHost: "hub" };
  const pipeline = async (...args) => {
    calls.push([...args, env.localModelPath]);
    return async (texts, options) => {
      calls.push([texts, options]);
      return { data: Float32Array.from(texts.flatMap(() => [1, 0])), dims: [texts.length, 2] };
    };
  };
  const embed = new TransformersEmbeddingFunction({
    library: { pipeline, env },
    localModelPath: "/models",
    wasmPath: "/ort",
    queryPrefix: "query: ",
    batchSize: 2,
    pooling: "cls",
  });
  assert.equal((await embed.generate(["a", "b", "c"])).length, 3);
  await embed.generateForQueries(["q"]);
  const options = { pooling: "cls", normalize: true };
  assert.deepEqual(calls, [
    ["feature-extraction", "Xenova/all-MiniLM-L6-v2", {}, "/models/"],
    [["a", "b"], options],
    [["c"], options],
    [["query: q"], options],
  ]);
  assert.equal(env.backends.onnx.wasm.wasmPaths, "/ort/");
  assert.equal(env.localModelPath, undefined);
});

test("registered as Chroma's default, it serves collections that were created without a function", async () => {
  registerEmbeddingFunction("default", TransformersEmbeddingFunction);
  const client = new EphemeralClient();
  const notes = await client.createCollection({ name: "notes" });
  for (const found of [notes, await client.getCollection({ name: "notes" })]) {
    assert.ok(found.embeddingFunction instanceof TransformersEmbeddingFunction);
    assert.deepEqual(found.embeddingFunction.getConfig(), { model: "Xenova/all-MiniLM-L6-v2" });
  }
  await client.close();
});

test("it is stored without the library, and tells another model from its own", () => {
  const embed = new TransformersEmbeddingFunction({ dtype: "q8", progressCallback: () => {} });
  const config = { model: "Xenova/all-MiniLM-L6-v2", dtype: "q8" };
  assert.deepEqual(embed.getConfig(), config);
  assert.deepEqual(TransformersEmbeddingFunction.buildFromConfig(config).getConfig(), config);
  // What Chroma stores of its default function.
  const chroma = TransformersEmbeddingFunction.buildFromConfig({ revision: "main" });
  assert.deepEqual(chroma.getConfig(), { model: config.model, revision: "main" });
  embed.validateConfigUpdate({ ...config, device: "webgpu", revision: "main" });
  assert.throws(() => embed.validateConfigUpdate({ model: "other" }), /other .*cannot take over/);
  assert.throws(() => new TransformersEmbeddingFunction({ batchSize: 0 }), {
    code: "invalid_argument",
    message: /batchSize/,
  });
  assert.throws(() => new TransformersEmbeddingFunction({ modell: "x" }), /"model"/);
});
