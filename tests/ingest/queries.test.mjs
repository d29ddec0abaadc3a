// Queries that are asked while many records are added in one call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankPages } from "../conformance/support/browser.mjs";

const openPage = blankPages();

/** In the page: what queries that were asked one after the other found, and which had an answer before the add had. */
async function addInPage(count) {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "queries" });
  const notes = await client.createCollection({ name: "notes", embeddingFunction: null });
  await notes.add({ ids: ["first"], embeddings: [new Array(64).fill(1)] });
  const records = {
    ids: Array.from({ length: count }, (_, i) => `r${i}`),
    embeddings: Array.from({ length: count }, (_, i) => new Array(64).fill(0).with(i % 64, 1)),
    documents: Array.from({ length: count }, (_, i) => `document ${i}`),
  };
  let added = false;
  const adding = notes.add(records).then(() => {
    added = true;
  });
  // The lists are those that were given at the time of the call.
  records.ids[count - 1] = "changed";
  records.documents[count - 1] = "changed";
  records.embeddings[count - 1] = new Array(64).fill(1000);
  const before = [];
  while (!added) {
    const [found, number] = await Promise.all([
      notes.query({ queryEmbeddings: [new Array(64).fill(1)], nResults: 3 }),
      notes.count(),
    ]);
    if (!added) before.push([found.ids[0].length, number]);
  }
  await adding;
  const all = await notes.count();
  const last = await notes.get({ ids: [`r${count - 1}`], include: ["embeddings", "documents"] });
  const refused = await notes
    .add({
      ids: Array.from({ length: 500 }, (_, i) => `s${i}`),
      embeddings: Array.from({ length: 500 }, (_, i) => new Array(64).fill(i < 499 ? 1 : 0)),
      metadatas: Array.from({ length: 500 }, (_, i) => (i < 499 ? null : { f: () => {} })),
    })
    .then(() => "added", String);
  const later = await notes.count();
  await client.close();
  await PersistentClient.destroy({ path: "queries" });
  return { before, all, last, refused, later };
}

test("queries are answered while a large add is under way, and see none of it", async () => {
  const COUNT = 5_000;
  const page = await openPage();
  const { before, all, last, refused, later } = await page.evaluate(addInPage, COUNT);
  // Were it written in one go, there would be an answer or two before it begins.
  assert.ok(before.length >= 8, `${before.length} queries were answered`);
  const seen = new Set(before.map(String));
  seen.delete(String([3, COUNT + 1])); // applied, while the add's own answer is on its way
  assert.deepEqual([...seen], ["1,1"]);
  assert.equal(all, COUNT + 1);
  assert.deepEqual(last.documents, [`document ${COUNT - 1}`]);
  assert.equal(last.embeddings[0][0], 0);
  assert.notEqual(refused, "added");
  assert.equal(later, COUNT + 1, "of an add that fails in its last part nothing is there");
});
