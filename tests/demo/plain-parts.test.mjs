// The demo's parts that need no browser: shared words, filters, the address, numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, readAddress } from "../../www/src/address.js";
import { markShared, tellingWords } from "../../www/src/shared-words.js";
import { original, sources } from "../../www/src/sources.js";
import { countFilters, noFilters, whereOf } from "../../www/src/where.js";
import { bytes, milliseconds, plural } from "../../www/src/words.js";

const marked = (text, question) =>
  markShared(text, tellingWords(question))
    .parts.map((part) => (part.shared ? `[${part.text}]` : part.text))
    .join("");

test("words that say nothing are not marked", () => {
  assert.deepEqual(
    [...tellingWords("How do I undo the last commit?").values()],
    ["undo", "last", "commit"],
  );
});

test("a word is shared across case, accents, plural and possessive", () => {
  assert.equal(
    marked("Undo commits; the Café’s latest commit.", "cafe undo commit"),
    "[Undo] [commits]; the [Café’s] latest [commit].",
  );
  assert.equal(marked("boss bus basis", "bos bu basi"), "boss bus basis");
  assert.equal(marked("two libraries", "library"), "two [libraries]");
});

test("marking keeps every character of the text, markup among them", () => {
  const text = '<img src=x onerror="alert(1)"> a\n\tb & c <b>img</b>';
  const { parts, shared } = markShared(text, tellingWords("img"));
  assert.equal(parts.map((part) => part.text).join(""), text);
  assert.deepEqual(shared, ["img"]);
});

test("shared words are named in the question's order and spelling", () => {
  const { shared } = markShared("threads run code", tellingWords("Code in a Thread, code"));
  assert.deepEqual(shared, ["Code", "Thread"]);
});

test("no filter is no where, one is itself, more are joined by $and", () => {
  assert.equal(whereOf(noFilters()), undefined);
  assert.deepEqual(whereOf({ ...noFilters(), code: "no" }), { has_code: { $eq: false } });
  const filters = {
    source: ["tldr", "cargo"],
    type: ["guide"],
    code: "yes",
    words: { from: 20, to: 80 },
    years: { from: 2000, to: undefined },
  };
  assert.deepEqual(whereOf(filters), {
    $and: [
      { source: { $in: ["tldr", "cargo"] } },
      { type: { $in: ["guide"] } },
      { has_code: { $eq: true } },
      { words: { $gte: 20 } },
      { words: { $lte: 80 } },
      { year: { $gte: 2000 } },
    ],
  });
  assert.equal(countFilters(filters), 5);
  assert.equal(countFilters(noFilters()), 0);
});

test("the address gives back what was asked", () => {
  const asked = {
    question: "what is a + b & c?",
    like: "",
    filters: {
      source: ["my notes", "tldr"],
      type: ["guide"],
      code: "no",
      words: { from: 20, to: undefined },
      years: { from: undefined, to: 2010 },
    },
  };
  assert.deepEqual(readAddress(addressOf(asked)), asked);
  const like = { question: "", like: "own/1#a", filters: noFilters() };
  assert.deepEqual(readAddress(addressOf(like)), like);
  assert.equal(addressOf({ question: "", like: "", filters: noFilters() }), "");
});

test("an address that makes no sense asks for nothing", () => {
  assert.deepEqual(readAddress("?code=maybe&words=many&years=1-2-3"), {
    question: "",
    like: "",
    filters: noFilters(),
  });
});

test("each source names its license, and each passage its original", () => {
  assert.equal(sources.length, 8);
  for (const source of sources) assert.ok(source.license && source.by && source.home, source.key);
  for (const [source, path, url] of [
    ["python-peps", "peps/pep-0020.rst", "https://peps.python.org/pep-0020/"],
    ["rust-book", "src/ch16-01-threads.md", "https://doc.rust-lang.org/book/ch16-01-threads.html"],
    [
      "cargo",
      "doc/book/src/reference/config.md",
      "https://doc.rust-lang.org/cargo/reference/config.html",
    ],
    [
      "cargo",
      "doc/contrib/src/process/index.md",
      "https://doc.crates.io/contrib/process/index.html",
    ],
    ["prometheus", "docs/practices/alerting.md", "https://prometheus.io/docs/practices/alerting/"],
    [
      "prometheus",
      "blog/posts/2025-12-16-introducing-info-function.md",
      "https://prometheus.io/blog/2025/12/16/introducing-info-function/",
    ],
  ]) {
    assert.equal(original({ source, path }), url);
  }
  assert.equal(original({ source: "tldr", path: "x", own: true }), undefined);
});

test("numbers read well", () => {
  assert.equal(bytes(0), "0 bytes");
  assert.equal(bytes(6_240_000), "6.2 MB");
  assert.equal(bytes(123_456_789), "123 MB");
  assert.equal(milliseconds(0.04), "under 0.1\u00a0ms");
  assert.equal(milliseconds(1.26), "1.3\u00a0ms");
  assert.equal(plural(1, "passage"), "1 passage");
  assert.equal(plural(2000, "passage"), "2,000 passages");
});
