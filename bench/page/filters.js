// The page in which filters are timed. The engine runs in the page itself: no messages are timed.
import { EphemeralClient } from "vecino";
import { median, quantile } from "./statistics.js";

const BATCH = 1_000;
const client = new EphemeralClient({ worker: false });
let collection;
let documents;

/** One record in a hundred has each `word`, one in two each `half`; every `time` is different. */
const metadata = (row) => ({
  time: 1_700_000_000_000 + row * 1_000,
  scattered: (row * 7_919) % documents.length,
  word: `word ${row % 100}`,
  half: row % 2 === 0 ? "even" : "odd",
  percent: (row % 100) / 100,
  flag: row % 2 === 0,
  tags: [`tag ${row % 100}`, row % 2 === 0 ? "even" : "odd"],
});

window.bench = {
  async fill() {
    const lines = (await (await fetch("/data/records")).text()).split("\n");
    documents = lines.map((line) => JSON.parse(line).document);
    collection = await client.createCollection({ name: "filters", embeddingFunction: null });
    for (let start = 0; start < documents.length; start += BATCH) {
      const rows = documents.slice(start, start + BATCH).map((_, at) => start + at);
      await collection.add({
        ids: rows.map((row) => `record ${row}`),
        embeddings: rows.map((row) => [row, 1]),
        documents: rows.map((row) => documents[row]),
        metadatas: rows.map(metadata),
      });
    }
    const bytes = new TextEncoder().encode(documents.join("")).length;
    return { records: documents.length, megabytes: (bytes / 1e6).toFixed(1) };
  },

  async ask(rounds) {
    const results = cases().map(({ name, selection, has }) => {
      const expected = documents.filter((document, row) => has(metadata(row), document)).length;
      return { name, selection, expected, ms: [] };
    });
    for (let round = 0; round < rounds; round++) {
      for (const { selection, ms } of results) {
        const start = performance.now();
        await collection.get({ ...selection, limit: 10, include: [] });
        ms.push(performance.now() - start);
      }
    }
    for (const { name, selection, expected } of results) {
      const { ids } = await collection.get({ ...selection, include: [] });
      if (ids.length !== expected) throw new Error(`${name}: ${ids.length}, not ${expected}`);
    }
    return results.map(({ name, expected, ms: [first, ...ms] }) => ({
      name,
      matches: expected,
      first,
      p50: median(ms),
      p95: quantile(ms, 0.95),
    }));
  },
};

/** A selection, and what it should select. "first" includes building the postings of a new key. */
function cases() {
  const all = documents.length;
  const time = (row) => 1_700_000_000_000 + row * 1_000;
  const cases = [];
  const where = (name, clause, has) => cases.push({ name, selection: { where: clause }, has });
  where("unique number, 1 %", { time: { $lt: time(all / 100) } }, (m) => m.time < time(all / 100));
  where("unique number, 50 %", { time: { $lt: time(all / 2) } }, (m) => m.time < time(all / 2));
  where(
    "shuffled number, 1 %",
    { scattered: { $gte: all * 0.99 } },
    (m) => m.scattered >= all * 0.99,
  );
  where("shuffled number, 50 %", { scattered: { $gte: all / 2 } }, (m) => m.scattered >= all / 2);
  where("string, 1 %", { word: "word 7" }, (m) => m.word === "word 7");
  where("string, 99 %", { word: { $ne: "word 7" } }, (m) => m.word !== "word 7");
  where("string, 50 %", { half: "odd" }, (m) => m.half === "odd");
  where("boolean, 50 %", { flag: true }, (m) => m.flag);
  where("fraction, 50 %", { percent: { $lt: 0.5 } }, (m) => m.percent < 0.5);
  where("array, 1 %", { tags: { $contains: "tag 7" } }, (m) => m.tags.includes("tag 7"));
  where("array, 50 %", { tags: { $contains: "odd" } }, (m) => m.tags.includes("odd"));
  const nested = [
    { $or: [{ word: "word 7" }, { half: "even" }] },
    { time: { $lt: time(all / 2) } },
  ];
  const fits = (m) => (m.word === "word 7" || m.half === "even") && m.time < time(all / 2);
  where("three clauses nested, 25 %", { $and: nested }, fits);
  const contains = (text) => {
    const selection = { whereDocument: { $contains: text } };
    cases.push({
      name: `$contains "${text}"`,
      selection,
      has: (_, document) => document.includes(text),
    });
  };
  contains("borrow checker");
  contains("configuration");
  contains("the");
  contains("no passage says this");
  const text = { $contains: "the" };
  const has = (m, document) => m.word === "word 7" && document.includes("the");
  const selection = { where: { word: "word 7" }, whereDocument: text };
  cases.push({ name: `string, 1 %, and $contains "the"`, selection, has });
  return cases;
}
