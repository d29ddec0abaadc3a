// vecino/static with the model that comes with the demo, against embeddings computed by other code, and against what a
// reader would expect of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { EphemeralClient, registerEmbeddingFunction } from "vecino";
import { StaticEmbeddingFunction, UnknownTextError } from "vecino/static";
import { blankPages } from "../conformance/support/browser.mjs";
import { cranfield, dot, missing, ndcg10 } from "./data.mjs";

const folder = new URL("../../www/public/model/", import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));
const lines = (url) =>
  readFileSync(url, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const files = () => ({
  model: read("model.json").toString(),
  tokenizer: read("tokenizer.json").toString(),
  tokenizerConfig: read("tokenizer_config.json").toString(),
  vectors: read("vectors.i8"),
  scales: read("scales.f32"),
});

const blankPage = blankPages();
let embedding;
before(() => {
  embedding = new StaticEmbeddingFunction({ files: files() });
});

test("says which model it is", async () => {
  const { name, dimension, vocabulary } = await embedding.load();
  assert.deepEqual([name, dimension, vocabulary], ["static-minilm-256", 256, 30_522]);
  assert.deepEqual(embedding.getConfig(), { model_name: "static-minilm-256" });
});

test("in a page, the files come from a folder when the first text does, and only once", async () => {
  const page = await blankPage();
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  const vectors = await page.evaluate(async () => {
    const map = {
      imports: {
        "@huggingface/tokenizers": "/node_modules/@huggingface/tokenizers/dist/tokenizers.min.mjs",
      },
    };
    const script = document.createElement("script");
    script.type = "importmap";
    script.textContent = JSON.stringify(map);
    document.head.append(script);
    const { StaticEmbeddingFunction } = await import("/dist/static.js");
    const told = [];
    const embed = new StaticEmbeddingFunction({
      url: "/www/public/model",
      onProgress: (progress) => told.push(progress),
    });
    const ofModel = ({ name }) => name.includes("/model/");
    const before = performance.getEntriesByType("resource").filter(ofModel).length;
    const together = await Promise.all([embed.generate(["undo the last commit"]), embed.load()]);
    await embed.generate(["again"]);
    return { rows: together[0].map((row) => Array.from(row)), told, before };
  });
  assert.equal(vectors.before, 0);
  const fetched = requests.filter((path) => path.includes("/model/")).sort();
  const names = [
    "model.json",
    "scales.f32",
    "tokenizer.json",
    "tokenizer_config.json",
    "vectors.i8",
  ];
  assert.deepEqual(
    fetched,
    names.map((name) => `/www/public/model/${name}`),
  );
  assert.deepEqual(vectors.told.at(-1), { loaded: 7_813_632, total: 7_813_632 });
  const [here] = await embedding.generate(["undo the last commit"]);
  assert.deepEqual(Float32Array.from(vectors.rows[0]), here);
  await page.close();
});

test("what cannot be fetched is named, and tried again the next time", async () => {
  let fails = true;
  const fetch = async (url) => {
    const file = new URL(url).pathname.split("/").at(-1);
    if (fails && file === "scales.f32") return new Response("", { status: 404 });
    return new Response(read(file));
  };
  const embed = new StaticEmbeddingFunction({ url: new URL("https://x.example/m/"), fetch });
  await assert.rejects(embed.generate(["a word"]), {
    code: "connection",
    message: /https:\/\/x\.example\/m\/scales\.f32 could not be fetched: HTTP 404/,
  });
  fails = false;
  assert.equal((await embed.generate(["a word"])).length, 1);
});

test("a collection stores it, and builds it again from its folder", async () => {
  registerEmbeddingFunction("static", StaticEmbeddingFunction);
  const client = new EphemeralClient();
  const notes = await client.createCollection({ name: "notes", embeddingFunction: embedding });
  await notes.add({
    ids: ["git", "rust"],
    documents: ["git revert undoes a commit", "the borrow checker and ownership"],
  });
  assert.equal(notes.configuration.hnsw.space, "cosine");
  const { ids } = await notes.query({ queryTexts: ["how to undo a commit"], nResults: 1 });
  assert.deepEqual(ids, [["git"]]);
  const again = await client.getCollection({ name: "notes" });
  await assert.rejects(again.query({ queryTexts: ["x"] }), /files are not stored/);
  await client.close();
  const config = { model_name: "static-minilm-256", url: "/model/" };
  assert.deepEqual(StaticEmbeddingFunction.buildFromConfig(config).getConfig(), config);
  embedding.validateConfigUpdate(config);
  assert.throws(() => embedding.validateConfigUpdate({ model_name: "x" }), /x cannot take over/);
});

test("agrees with the reference implementation", async () => {
  const reference = JSON.parse(
    readFileSync(new URL("embedding-reference.json", import.meta.url), "utf8"),
  );
  const vectors = await embedding.generate(reference.map(({ text }) => text));
  for (const [i, { text, embedding: expected }] of reference.entries()) {
    assert.equal(vectors[i].length, 256);
    for (const [k, value] of expected.entries()) {
      assert.ok(Math.abs(vectors[i][k] - value) < 1e-6, `"${text.slice(0, 40)}" differs at ${k}`);
    }
  }
});

test("gives vectors of length 1 that do not depend on the other texts of the call", async () => {
  const [first, second] = await embedding.generate(["the borrow checker", "a list comprehension"]);
  const [alone] = await embedding.generate(["a list comprehension"]);
  assert.ok(Math.abs(dot(first, first) - 1) < 1e-6);
  assert.deepEqual(second, alone);
});

test("answers an empty call with no vectors", async () => {
  assert.deepEqual(await embedding.generate([]), []);
});

for (const [what, text, says] of [
  ["an empty text", "", "is empty"],
  ["white space", " \n\t ", "is empty"],
  ["signs that the model does not know", "🦀🦀", "has no word that the model knows"],
  ["control characters", "\u0000\u0007", "has no word that the model knows"],
]) {
  test(`refuses ${what} and names it, instead of giving NaN`, async () => {
    await assert.rejects(embedding.generate(["fine", text]), (error) => {
      assert.ok(error instanceof UnknownTextError);
      assert.equal(error.code, "embedding_function");
      assert.equal(error.index, 1);
      assert.match(error.message, new RegExp(`text 1 ${says}`));
      return true;
    });
  });
}

test("refuses files of the wrong length, of another model, or that are no JSON", async () => {
  const refused = (changes, message) =>
    assert.rejects(
      new StaticEmbeddingFunction({ files: { ...files(), ...changes } }).generate(["a"]),
      message,
    );
  await refused({ vectors: new Int8Array(7) }, /vectors\.i8 has 7 numbers; expected 30522 x 256/);
  await refused({ scales: new Float32Array(7) }, /scales\.f32 has 7 numbers; expected 30522/);
  await refused({ tokenizer: "<html>" }, /tokenizer\.json of the model is not JSON/);
  const other = new StaticEmbeddingFunction({ files: files(), model: "other" });
  await assert.rejects(other.load(), /model\.json is of static-minilm-256, expected other/);
  assert.throws(() => new StaticEmbeddingFunction({}), /either url.* or files/);
  assert.throws(() => new StaticEmbeddingFunction({ file: 1 }), /"file".*"files"/);
});

test("finds the passage that a question asks for among the 2,000", async () => {
  const passages = lines(new URL("../../www/data/passages.jsonl", import.meta.url));
  assert.equal(passages.length, 2000);
  const vectors = await embedding.generate(passages.map(({ document }) => document));
  for (const [question, title] of [
    ["How do I undo the last commit?", "git undo"],
    ["running code in several threads at once", "Using Threads to Run Code Simultaneously"],
    ["which alerts should wake someone up", "Alerting"],
    ["what is ownership", "What Is Ownership?"],
  ]) {
    const [query] = await embedding.generate([question]);
    const best = vectors.reduce(
      (top, vector, i) => (dot(vector, query) > dot(vectors[top], query) ? i : top),
      0,
    );
    assert.equal(passages[best].metadata.title, title, question);
  }
});

test("has the retrieval quality on Cranfield that model.json states", {
  skip: missing("cranfield/docs.jsonl"),
}, async () => {
  const collection = cranfield();
  const embedAll = (rows) => embedding.generate(rows.map(({ document }) => document));
  const ndcg = ndcg10(
    collection,
    await embedAll(collection.documents),
    await embedAll(collection.questions),
  );
  const { reference } = JSON.parse(files().model);
  const stated = reference["Cranfield, graded"]["static-minilm-256"]["ndcg@10"];
  assert.ok(Math.abs(stated - 0.337) < 0.001, "what README.md and the class say");
  assert.ok(Math.abs(ndcg - stated) < 0.001, `${ndcg}, stated ${stated}`);
});
