// cachedEmbeddingFunction in Node, in Chromium, and across visits, tabs and failures of IndexedDB.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as vecino from "vecino";
import * as embeddings from "vecino/embeddings";
import { blankPages } from "../conformance/support/browser.mjs";
import { cases, runCase } from "./cases.mjs";

const blankPage = blankPages();

for (const name of Object.keys(cases)) {
  test(`node: ${name}`, () => runCase(vecino, embeddings, name));
}

test("browser", async (t) => {
  const page = await blankPage();
  for (const name of Object.keys(cases)) {
    await t.test(name, async () => {
      const failure = await page.evaluate(async (name) => {
        const { runCase } = await import("/tests/cache/cases.mjs");
        const [vecino, embeddings] = await Promise.all([
          import("/dist/index.js"),
          import("/dist/embedding-services.js"),
        ]);
        const failed = (error) => String(error?.stack ?? error);
        return runCase(vecino, embeddings, name).then(() => null, failed);
      }, name);
      if (failure) throw new Error(failure);
    });
  }
  await page.close();
});

/** Runs in the page: adds documents through a cache, with `asked` what the function was asked for. */
async function addThroughCache(documents) {
  const { cachedEmbeddingFunction } = await import("/dist/embedding-services.js");
  const { Counting } = await import("/tests/cache/cases.mjs");
  const { EphemeralClient } = await import("/dist/index.js");
  const inner = new Counting(5);
  const client = new EphemeralClient();
  const embeddingFunction = cachedEmbeddingFunction(inner);
  const notes = await client.createCollection({ name: "notes", embeddingFunction });
  await notes.add({ ids: documents.map((_, i) => `${i}`), documents });
  const { embeddings } = await notes.get({ include: ["embeddings"] });
  await client.close();
  return { asked: inner.asked, embeddings };
}

test("what one visit embedded, the next and another tab know", async () => {
  const page = await blankPage();
  const first = await page.evaluate(addThroughCache, ["a", "bb"]);
  assert.deepEqual(first.asked, ["a", "bb"]);
  await page.reload();
  const second = await page.evaluate(addThroughCache, ["a", "bb", "ccc"]);
  assert.deepEqual(second.asked, ["ccc"]);
  assert.deepEqual(second.embeddings.slice(0, 2), first.embeddings);
  const [tab] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate(() => void window.open(location.href)),
  ]);
  assert.deepEqual((await tab.evaluate(addThroughCache, ["ccc", "d"])).asked, ["d"]);
  assert.deepEqual((await page.evaluate(addThroughCache, ["d"])).asked, []);
  await page.close();
  await tab.close();
});

test("the cache is a database of its own, deleted without harm while a page uses it", async () => {
  const page = await blankPage();
  await page.evaluate(addThroughCache, ["a"]);
  const names = await page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase("vecino-embeddings");
      request.onsuccess = resolve;
      request.onblocked = () => reject(new Error("blocked"));
    });
    return names;
  });
  assert.ok(names.includes("vecino-embeddings"), String(names));
  assert.deepEqual((await page.evaluate(addThroughCache, ["a"])).asked, ["a"]);
  assert.deepEqual((await page.evaluate(addThroughCache, ["a"])).asked, []);
  await page.close();
});

test("where IndexedDB fails, texts are embedded all the same, and a warning says so", async () => {
  const page = await blankPage();
  const warnings = [];
  page.on("console", (message) => warnings.push(message.text()));
  await page.evaluate(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  assert.deepEqual((await page.evaluate(addThroughCache, ["a"])).asked, ["a"]);
  assert.deepEqual((await page.evaluate(addThroughCache, ["a"])).asked, ["a"]);
  assert.ok(warnings.some((text) => /cache of embeddings could not be used.*denied/.test(text)));
  await page.close();
});

test("a page that does not ask for a cache loads nothing of its database", async () => {
  const page = await blankPage();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const before = await page.evaluate(async () => {
    const { cachedEmbeddingFunction } = await import("/dist/embedding-services.js");
    window.embed = cachedEmbeddingFunction(
      { generate: (t) => t.map(() => [1]) },
      { identity: "x" },
    );
    return performance.getEntriesByType("resource").length;
  });
  await page.evaluate(() => window.embed.generate(["a"]));
  const after = await page.evaluate(() => performance.getEntriesByType("resource").length);
  assert.equal(after, before + 1, `one chunk more: ${requests}`);
  await page.close();
});
