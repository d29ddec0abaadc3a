// A tab that is killed while it brings 20,000 documents in, again and again, and one that ends the work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankPages, crash } from "../conformance/support/browser.mjs";

const COUNT = 20_000;
const openPage = blankPages();

/** In the page: ingests documents 0 to COUNT - 1, and tells what it embeds and what is stored. */
async function ingestInPage(count) {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "killed" });
  const embeddingFunction = {
    name: "numbers",
    async generate(texts) {
      const numbers = texts.map((text) => Number(text.slice(9)));
      await globalThis.embedded(numbers);
      return numbers.map((number) => [number, number % 7, 1]);
    },
  };
  const notes = await client.getOrCreateCollection({ name: "notes", embeddingFunction });
  function* source() {
    for (let i = 0; i < count; i += 1) yield { id: `d${i}`, document: `document ${i}` };
  }
  const onProgress = ({ done, skipped }) => globalThis.stored(done, skipped);
  return notes.ingest(source(), { batchSize: 200, total: count, resume: true, onProgress });
}

/** In the page: the numbers of all documents in order of insertion, and of the nearest to one of them. */
async function readInPage() {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "killed" });
  const notes = await client.getCollection({ name: "notes" });
  const { ids, documents } = await notes.get();
  const nearest = await notes.query({ queryEmbeddings: [[12_345, 12_345 % 7, 1]], nResults: 1 });
  await client.close();
  await PersistentClient.destroy({ path: "killed" });
  return { ids, documents, nearest: nearest.ids[0][0] };
}

test("nothing is lost, nothing comes twice, and what was stored is not embedded again", async () => {
  const blank = await openPage();
  const url = blank.url();
  const context = await blank.context().browser().newContext();
  const embedded = [];
  /** How many documents were stored for sure, from the first on. */
  let stored = 0;

  for (const killAt of [3_000, 9_400, 15_000, COUNT]) {
    const page = await newPage(context, url);
    const known = stored;
    const mine = [];
    await page.exposeFunction("embedded", (numbers) => {
      mine.push(...numbers);
    });
    const far = new Promise((resolve) => {
      page.exposeFunction("stored", (done) => {
        stored = Math.max(stored, done);
        if (done >= killAt) resolve();
      });
    });
    await page.waitForFunction(() => globalThis.embedded && globalThis.stored);
    const ended = page.evaluate(ingestInPage, COUNT).catch(() => undefined);
    await far;
    if (killAt < COUNT) {
      await crash(page);
    } else {
      const { done, skipped, total } = await ended;
      assert.deepEqual([done, total], [COUNT, COUNT]);
      assert.ok(skipped >= known, `${skipped} skipped, ${known} were stored`);
    }
    const again = mine.filter((number) => number < known);
    assert.deepEqual(again, [], "what was stored is embedded again");
    embedded.push(...mine);
    if (killAt < COUNT) await page.close();
  }

  const page = await newPage(context, url);
  const { ids, documents, nearest } = await page.evaluate(readInPage);
  assert.equal(ids.length, COUNT);
  assert.deepEqual(
    ids,
    Array.from({ length: COUNT }, (_, i) => `d${i}`),
  );
  assert.equal(documents[COUNT - 1], `document ${COUNT - 1}`);
  assert.equal(nearest, "d12345");
  // Each kill can cost the batch that was being written and the one that was being embedded.
  assert.ok(embedded.length <= COUNT + 3 * 2 * 200, `${embedded.length} texts embedded`);
  assert.equal(new Set(embedded).size, COUNT);
});

async function newPage(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
