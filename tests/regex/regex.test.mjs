// Regular expressions in filters, through the built package: loaded on first use, Rust's syntax with
// Unicode, in linear time.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { EphemeralClient } from "../../dist/node.js";

const documents = {
  greek: "Ελλάδα 2024-11-22",
  city: "Zürich\nBERN",
  empty: "",
  none: null,
};

let collection;

before(async () => {
  collection = await new EphemeralClient().createCollection({
    name: "texts",
    embeddingFunction: null,
  });
  const ids = Object.keys(documents);
  await collection.add({
    ids,
    embeddings: ids.map((_, at) => [at, 1]),
    documents: Object.values(documents),
    metadatas: ids.map((id) => ({ kind: id })),
  });
});

const found = async (options) => (await collection.get(options)).ids;
const matching = (pattern) => found({ whereDocument: { $regex: pattern } });

test("patterns are Rust's, unanchored, with all of Unicode", async () => {
  assert.deepEqual(await matching("\\p{Greek}+ \\d{4}"), ["greek"]);
  assert.deepEqual(await matching("(?i)ZÜRICH"), ["city"]);
  assert.deepEqual(await matching("^BERN"), []);
  assert.deepEqual(await matching("(?m)^BERN$"), ["city"]);
  assert.deepEqual(await matching("h.B"), []);
  assert.deepEqual(await matching("(?s)h.B"), ["city"]);
  assert.deepEqual(await matching("^$"), ["empty"]);
  assert.deepEqual(await matching(""), ["greek", "city", "empty"]);
  assert.deepEqual(await matching("\\w{6}\\b.*\\d"), ["greek"]);
});

test("they stand wherever a filter does, and negated match records without a document", async () => {
  assert.deepEqual(await found({ whereDocument: { $not_regex: "\\d" } }), [
    "city",
    "empty",
    "none",
  ]);
  const where = { $and: [{ kind: { $ne: "city" } }, { "#document": { $not_regex: "2" } }] };
  assert.deepEqual(await found({ where }), ["empty", "none"]);
  const whereDocument = { $or: [{ $regex: "^Z" }, { $contains: "2024" }] };
  assert.deepEqual(await found({ whereDocument }), ["greek", "city"]);
  const nearest = await collection.query({
    queryEmbeddings: [[0, 1]],
    whereDocument: { $regex: "[A-Z]{4}" },
  });
  assert.deepEqual(nearest.ids, [["city"]]);
});

test("what cannot be compiled is refused with the reason", async () => {
  const refused = (pattern, message) =>
    assert.rejects(matching(pattern), { code: "invalid_regex", message }, pattern);
  await refused("a(", /"a\(" cannot be compiled: .*unclosed group/s);
  await refused("(?=a)", /look-around.* is not supported/s);
  await refused("(a)\\1", /backreferences are not supported/);
  await refused("(\\w{1000}){1000}", /size limit/);
  // The engine goes on.
  assert.deepEqual(await matching("BERN"), ["city"]);
});

test("matching takes time linear in the text", { timeout: 20_000 }, async () => {
  const id = "long";
  await collection.add({ ids: [id], embeddings: [[9, 9]], documents: ["a".repeat(1_000_000)] });
  assert.deepEqual(await matching("^(a+)+$"), [id]);
  assert.deepEqual(await matching("^(a+)+b"), []);
  await collection.delete({ whereDocument: { $regex: "^a{1000}" } });
  assert.equal(await collection.count(), 4);
});
