// The real models and their reference embeddings, where this machine has them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "../../scripts/lib/paths.mjs";

export const data = process.env.VECINO_DATA ?? join(root, "../shared/data");

/** Undefined, or why a test that needs these files is skipped. */
export function missing(...files) {
  const absent = files.filter((file) => !existsSync(join(data, file)));
  return absent.length > 0 ? `not in ${data}: ${absent.join(", ")}` : undefined;
}

export const minilm = "models/all-MiniLM-L6-v2/onnx/model_quantized.onnx";

/** The first passages of docs/ with their embeddings by the original model. */
export function passages(count) {
  const lines = gunzipSync(readFileSync(join(data, "docs/base.jsonl.gz"))).toString();
  const texts = lines.split("\n", count).map((line) => JSON.parse(line).document);
  return { texts, reference: halves("docs/base.f16", count, 384) };
}

/** Documents, questions and graded judgements: question -> document -> grade. */
export function cranfield() {
  const rows = (file) =>
    readFileSync(join(data, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const judged = new Map();
  const lines = readFileSync(join(data, "cranfield/qrels.tsv"), "utf8").trimEnd().split("\n");
  for (const line of lines.slice(1)) {
    const [question, document, grade] = line.split("\t");
    if (!judged.has(question)) judged.set(question, new Map());
    judged.get(question).set(document, Number(grade));
  }
  const documents = rows("cranfield/docs.jsonl");
  const questions = rows("cranfield/queries.jsonl");
  return { documents, questions, judged };
}

/** The mean over all questions of what the first ten documents gain, against the best ten there are. */
export function ndcg10({ documents, questions, judged }, ofDocuments, ofQuestions) {
  const gain = (grades) =>
    grades.reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0);
  let total = 0;
  for (const [i, { id }] of questions.entries()) {
    const grades = judged.get(String(id));
    const nearest = documents
      .map((document, row) => ({
        id: document.id,
        similarity: dot(ofDocuments[row], ofQuestions[i]),
      }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 10);
    const best = [...grades.values()].sort((a, b) => b - a).slice(0, 10);
    total += gain(nearest.map((document) => grades.get(String(document.id)) ?? 0)) / gain(best);
  }
  return total / questions.length;
}

export function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

export const cosine = (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** Rows of half-precision numbers. */
function halves(file, rows, dimension) {
  const bytes = readFileSync(join(data, file));
  const number = (i) => {
    const bits = bytes.readUInt16LE(2 * i);
    const fraction = bits & 0x3ff;
    const exponent = (bits >> 10) & 0x1f;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  };
  return Array.from({ length: rows }, (_, row) =>
    Float32Array.from({ length: dimension }, (_, i) => number(row * dimension + i)),
  );
}
