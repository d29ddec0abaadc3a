// A tab that is killed while it embeds a collection anew, again and again, and one that ends the work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankPages, crash } from "../conformance/support/browser.mjs";

const COUNT = 6_000;
const openPage = blankPages();

/** In the page: makes the collection, with three numbers a record. */
async function fillInPage(count) {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "reembed-killed" });
  const notes = await client.createCollection({ name: "notes", embeddingFunction: null });
  const ids = Array.from({ length: count }, (_, i) => `d${i}`);
  await notes.add({
    ids,
    embeddings: ids.map((_, i) => [i, 1, 2]),
    documents: ids.map((_, i) => `document ${i}`),
    metadatas: ids.map((_, i) => ({ number: i })),
  });
  await client.close();
}

/** In the page: two numbers a record now. Tells what it embeds and what is stored. */
async function reembedInPage() {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "reembed-killed" });
  const notes = await client.getCollection({ name: "notes" });
  const embeddingFunction = {
    name: "numbers",
    async generate(texts) {
      const numbers = texts.map((text) => Number(text.slice(9)));
      await globalThis.embedded(numbers);
      return numbers.map((number) => [number + 0.5, 1]);
    },
  };
  const onProgress = ({ done }) => globalThis.stored(done);
  return notes.reembed({ embeddingFunction, batchSize: 100, onProgress });
}

/** In the page: what a program sees of the collection. */
async function readInPage(destroy) {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "reembed-killed" });
  const notes = await client.getCollection({ name: "notes" });
  const { ids, embeddings, documents, metadatas } = await notes.get({
    include: ["documents", "embeddings", "metadatas"],
  });
  const shown = await client.listCollections();
  const { ok, collections } = await client.verify();
  await client.close();
  if (destroy) await PersistentClient.destroy({ path: "reembed-killed" });
  return {
    ids,
    embeddings,
    documents,
    metadatas,
    shown: shown.length,
    ok,
    known: collections.length,
  };
}

test("the old embeddings stay until the end, and what was stored is not embedded again", async () => {
  const blank = await openPage();
  const url = blank.url();
  const context = await blank.context().browser().newContext();
  const newPage = async () => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const first = await newPage();
  await first.evaluate(fillInPage, COUNT);
  await first.close();
  const embedded = [];
  let stored = 0;

  for (const killAt of [900, 2_700, 4_400, COUNT]) {
    const page = await newPage();
    const known = new Set(embedded.slice(0, stored));
    const mine = [];
    await page.exposeFunction("embedded", (numbers) => {
      mine.push(...numbers);
    });
    const before = stored;
    const far = new Promise((resolve) => {
      page.exposeFunction("stored", (done) => {
        stored = Math.max(stored, done);
        if (done >= killAt) resolve();
      });
    });
    await page.waitForFunction(() => globalThis.embedded && globalThis.stored);
    const ended = page.evaluate(reembedInPage).catch(() => undefined);
    await far;
    if (killAt < COUNT) {
      await crash(page);
    } else {
      const { done, total } = await ended;
      assert.deepEqual([done, total], [COUNT, COUNT]);
    }
    const again = mine.filter((number) => known.has(number) && number < before);
    assert.deepEqual(again, [], "what was stored is embedded again");
    embedded.push(...mine);
    await page.close();
    if (killAt === COUNT) continue;
    const reader = await newPage();
    const seen = await reader.evaluate(readInPage, false);
    assert.deepEqual([seen.ids.length, seen.shown, seen.ok, seen.known], [COUNT, 1, true, 2]);
    assert.deepEqual(seen.embeddings[COUNT - 1], [COUNT - 1, 1, 2]);
    await reader.close();
  }

  const page = await newPage();
  const seen = await page.evaluate(readInPage, true);
  assert.deepEqual([seen.shown, seen.ok, seen.known], [1, true, 1]);
  assert.deepEqual(
    seen.ids,
    Array.from({ length: COUNT }, (_, i) => `d${i}`),
  );
  for (const [i, embedding] of seen.embeddings.entries()) {
    assert.deepEqual(embedding, [i + 0.5, 1]);
  }
  assert.equal(seen.documents[77], "document 77");
  assert.deepEqual(seen.metadatas[77], { number: 77 });
  // Each kill can cost the batch that was being written and the one that was being embedded.
  assert.ok(embedded.length <= COUNT + 3 * 2 * 100, `${embedded.length} texts embedded`);
  assert.equal(new Set(embedded).size, COUNT);
});
