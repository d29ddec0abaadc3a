// The demo's embedding model against vectors computed by other code, and against what a reader would expect of it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { StaticEmbedding, UnknownTextError } from "../../www/src/model/static-embedding.js";

const path = (name) => new URL(`../../www/public/model/${name}`, import.meta.url);
const json = (name) => JSON.parse(readFileSync(path(name), "utf8"));
const bytes = (name) => Uint8Array.from(readFileSync(path(name))).buffer;
const lines = (url) =>
  readFileSync(url, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

const files = () => ({
  model: json("model.json"),
  tokenizer: json("tokenizer.json"),
  tokenizerConfig: json("tokenizer_config.json"),
  vectors: new Int8Array(bytes("vectors.i8")),
  scales: new Float32Array(bytes("scales.f32")),
});

let embedding;
before(() => {
  embedding = new StaticEmbedding(files());
});

test("says which model it is", () => {
  assert.equal(embedding.name, "static-minilm-256");
  assert.equal(embedding.dimension, 256);
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
      assert.equal(error.code, "unknown_text");
      assert.equal(error.index, 1);
      assert.match(error.message, new RegExp(`text 1 ${says}`));
      return true;
    });
  });
}

test("refuses files of the wrong length", () => {
  assert.throws(
    () => new StaticEmbedding({ ...files(), vectors: new Int8Array(7) }),
    /vectors\.i8 has 7 numbers/,
  );
  assert.throws(
    () => new StaticEmbedding({ ...files(), scales: new Float32Array(7) }),
    /scales\.f32 has 7 numbers/,
  );
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

const root = fileURLToPath(new URL("../..", import.meta.url));
const data = process.env.VECINO_DATA ?? join(root, "../shared/data");
const cranfield = pathToFileURL(join(data, "cranfield/"));

test("has the retrieval quality on Cranfield that model.json states", {
  skip: !existsSync(cranfield),
}, async () => {
  const docs = lines(new URL("docs.jsonl", cranfield));
  const queries = lines(new URL("queries.jsonl", cranfield));
  const judged = new Map();
  for (const row of readFileSync(new URL("qrels.tsv", cranfield), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)) {
    const [query, doc, grade] = row.split("\t");
    if (!judged.has(query)) judged.set(query, new Map());
    judged.get(query).set(doc, Number(grade));
  }
  const gain = (grades) =>
    grades.reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0);
  const vectors = await embedding.generate(docs.map(({ document }) => document));
  const questions = await embedding.generate(queries.map(({ document }) => document));
  let total = 0;
  for (const [i, { id }] of queries.entries()) {
    const grades = judged.get(String(id));
    const nearest = docs
      .map((doc, row) => ({ id: String(doc.id), similarity: dot(vectors[row], questions[i]) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 10);
    const best = [...grades.values()].sort((a, b) => b - a).slice(0, 10);
    total += gain(nearest.map((doc) => grades.get(doc.id) ?? 0)) / gain(best);
  }
  const stated = json("model.json").reference["Cranfield, graded"]["static-minilm-256"]["ndcg@10"];
  assert.ok(
    Math.abs(total / queries.length - stated) < 0.001,
    `${total / queries.length}, stated ${stated}`,
  );
});
