// The choice of the embedding function: a service that a visitor names, and MiniLM where its files are.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { minilm, missing } from "../models/data.mjs";
import { ask, barriers, fact, factBecomes, hits, picture, ready, startDemo } from "./browser.mjs";
import { startService } from "./service.mjs";

const KEY = "sk-very-secret-0123456789";
const BATCH = 40;

let demo;
let service;
let visitor;
let page;

before(async () => {
  [demo, service] = await Promise.all([startDemo(), startService({ key: KEY })]);
  visitor = await demo.visitor();
  page = await visitor.context.newPage();
  await page.goto(demo.url);
  await ready(page);
});

after(async () => {
  await visitor?.close();
  await demo?.close();
  await service?.close();
});

async function choose(kind, { key = "", ...endpoint } = {}) {
  await page.click("#choose");
  await page.check(`#chooser input[value="${kind}"]`);
  for (const [name, value] of Object.entries({ ...endpoint, ...(key && { key }) })) {
    await page.fill(`#chooser [name="${name}"]`, value);
  }
  await page.click('#chooser button[type="submit"]');
}

const endpoint = (settings) =>
  choose("endpoint", { baseUrl: service.url, model: "words", dimensions: "64", ...settings });

const button = (label) => page.click(`#progress-button:text-is("${label}")`);

const trouble = async (title) => {
  await page.waitForFunction(
    (text) => document.querySelector("#trouble h2")?.textContent === text,
    title,
  );
  return page.textContent("#trouble .detail");
};

const inUse = (name) =>
  page.waitForFunction(
    (text) => document.querySelector("#in-use strong")?.textContent === text,
    name,
  );

/** Looks right after the key was given, too: a later choice without one would write over it. */
async function keyIsNowhere() {
  const kept = await page.evaluate(everythingKept);
  assert.ok(kept.includes('"kind":"endpoint"'), "the choice itself is there");
  assert.ok(!kept.includes(KEY));
  assert.ok(!page.url().includes(KEY));
  assert.ok(!(await page.content()).includes(KEY));
  assert.equal(await page.inputValue("#endpoint-key"), "");
}

const sum = () => [...service.embedded.values()].reduce((total, times) => total + times, 0);

test("the fields are checked before anything is sent", async () => {
  await endpoint({ baseUrl: "http://example.com/v1", model: " ", dimensions: "1.5" });
  assert.match(await page.textContent("#endpoint-url-error"), /begins with https:/);
  assert.equal(await page.textContent("#endpoint-model-error"), "Which model?");
  assert.match(await page.textContent("#endpoint-dimensions-error"), /whole number/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "endpoint-url");
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "choose");
  assert.equal(await page.textContent("#in-use strong"), "static-minilm-256");
});

test("a key that is refused is told, with the way back to the settings", async () => {
  await endpoint({ key: "sk-wrong" });
  assert.match(
    await trouble("The service does not accept the key."),
    /HTTP 401: Incorrect API key/,
  );
  assert.equal(service.embedded.size, 0);
  assert.deepEqual(await barriers(page), []);
  await picture(page, "endpoint-unauthorized");
});

test("another number of dimensions than asked for is told", async () => {
  await endpoint({ key: KEY, dimensions: "32" });
  const detail = await trouble("The service did not give the embeddings that were asked for.");
  assert.match(detail, /64 dimensions .* expected 32/);
  assert.equal(await fact(page, "Records"), "0");
  await keyIsNowhere();
  service.embedded.clear();
});

test("a service fills a collection of its own; stopped and gone on with, it embeds no text twice", async () => {
  service.allow(3 * BATCH);
  await page.click('#trouble button:text-is("Change the settings")');
  assert.equal(await page.inputValue("#endpoint-key"), "", "the key is not left in the field");
  await page.fill("#endpoint-dimensions", "64");
  await page.click('#chooser button[type="submit"]');
  const shown = `${3 * BATCH} of 2,000.`;
  await page.waitForFunction(
    (text) => document.querySelector("#progress-text").textContent.startsWith(text),
    shown,
  );
  await picture(page, "endpoint-filling");
  await button("Stop");
  await page.waitForFunction(
    () => document.querySelector("#progress-title").textContent === "Stopped",
  );
  await factBecomes(page, "Records", String(3 * BATCH));
  assert.equal(service.embedded.size, 3 * BATCH);
  await picture(page, "endpoint-stopped");

  // The requests under way were given up. Nothing goes on by itself, and what is there is found.
  while (service.held.size > 0) await page.waitForTimeout(20);
  service.release();
  await ask(page, "How do I undo the last commit?");
  assert.equal((await hits(page)).length, 10);
  assert.equal(await fact(page, "Records"), String(3 * BATCH));
  service.embedded.delete("How do I undo the last commit?");

  await button("Go on");
  await ready(page);
  await factBecomes(page, "Records", "2,000");
  assert.equal(new Set(service.embedded.values()).size, 1, "each text as often as any other");
  assert.equal(sum(), 2000);
});

test("switching back and forth embeds nothing again", async () => {
  await page.click("#add");
  await page.fill("#editor-name", "Bees");
  await page.fill("#editor-text", "Bees make honey.");
  await page.click("#editor-save");
  await factBecomes(page, "Records", "2,001, 1 of them your own");
  const before = sum();
  await choose("static");
  await inUse("static-minilm-256");
  await factBecomes(page, "Records", "2,000");
  await ask(page, "How do I undo the last commit?");
  assert.equal((await hits(page))[0].title, "git undo");
  await choose("endpoint");
  await inUse("words");
  await factBecomes(page, "Records", "2,001, 1 of them your own");
  await ask(page, "what is ownership");
  assert.equal((await hits(page)).length, 10);
  // The question that the page showed, and this one.
  for (const question of ["How do I undo the last commit?", "what is ownership"])
    assert.ok(service.embedded.delete(question), question);
  assert.equal(sum(), before);
  assert.match(await page.textContent("#promise"), /are sent to 127\.0\.0\.1:\d+ to be embedded/);
  assert.match(await page.textContent("#model-about"), /was not measured here/);
});

test("the passages can be read in what is kept, the key cannot", async () => {
  await keyIsNowhere();
  assert.ok((await page.evaluate(everythingKept)).includes("Bees make honey."));
});

test("after a reload the page asks for the key, and meanwhile finds with its own model", async () => {
  await page.reload();
  await ready(page);
  assert.match(await page.textContent("#notice-text"), /The key for words was not kept/);
  await inUse("static-minilm-256");
  await ask(page, "How do I undo the last commit?");
  assert.equal((await hits(page))[0].title, "git undo");
  await picture(page, "endpoint-key-asked");
  await page.click("#notice-action");
  assert.equal(await page.evaluate(() => document.activeElement.id), "endpoint-key");
  assert.equal(await page.inputValue("#endpoint-url"), service.url);
  await page.keyboard.type(KEY);
  await page.keyboard.press("Enter");
  await inUse("words");
  await factBecomes(page, "Records", "2,001, 1 of them your own");
  await keyIsNowhere();
});

test("a service that is gone is told, and another function still finds", async () => {
  await service.close();
  await page.fill("#question", "ownership");
  await page.press("#question", "Enter");
  await trouble("The service could not be reached.");
  await choose("static");
  await inUse("static-minilm-256");
  await page.waitForSelector("#trouble", { state: "hidden" });
  await page.waitForFunction(() => document.querySelectorAll(".hit").length === 10);
});

test("nothing bars the way in the dialog, in light, in dark and on a phone", async () => {
  await page.click("#choose");
  await page.check("#kind-endpoint");
  for (const [name, colorScheme, width] of [
    ["chooser-light", "light", 1280],
    ["chooser-dark", "dark", 1280],
    ["chooser-phone", "light", 360],
  ]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    assert.deepEqual(await barriers(page), [], name);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
    await picture(page, name);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
  await page.keyboard.press("Escape");
});

test("where MiniLM is not beside the page, the choice says how to get it", async () => {
  await visitor.context.route("**/models/**", (route) => route.fulfill({ status: 404 }));
  await page.click("#choose");
  await page.waitForFunction(() =>
    document.querySelector("#kind-minilm-about").textContent.startsWith("Not here: "),
  );
  assert.equal(await page.isDisabled("#kind-minilm"), true);
  await page.keyboard.press("Escape");
  await visitor.context.unroute("**/models/**");
});

test("MiniLM embeds in the page, is stopped, searched, and survives a reload", {
  skip: missing(minilm),
}, async () => {
  await page.click("#choose");
  await page.waitForSelector("#kind-minilm:enabled");
  await page.check("#kind-minilm");
  await page.click('#chooser button[type="submit"]');
  await inUse("all-MiniLM-L6-v2");
  await page.waitForFunction(
    () =>
      document.querySelector("#progress-title").textContent === "Adding the passages" &&
      document.querySelector("#progress-bar").value >= 10,
    undefined,
    { timeout: 120_000 },
  );
  await picture(page, "minilm-filling");
  await button("Stop");
  await page.waitForFunction(
    () => document.querySelector("#progress-title").textContent === "Stopped",
  );
  await ask(page, "undo a commit");
  assert.equal((await hits(page)).length, 10);
  assert.match(await page.textContent("#model-about"), /0\.496/);

  await page.reload();
  await inUse("all-MiniLM-L6-v2");
  await page.waitForSelector(".hit");
  assert.equal(await page.textContent("#progress-title"), "Stopped");
  // A batch that was being written when it was stopped may be there as well.
  const records = Number(await fact(page, "Records"));
  assert.ok(records >= 10 && records < 2000, `${records} records`);
  assert.equal((await hits(page)).length, 10);
  await picture(page, "minilm-stopped", { whole: true });
});

test("where MiniLM was chosen and is gone, the page offers its own model", async () => {
  const other = await demo.visitor();
  await other.context.route("**/models/**", (route) => route.fulfill({ status: 404 }));
  const without = await other.context.newPage();
  await without.addInitScript(() => {
    if (localStorage.length === 0)
      localStorage.setItem("vecino-demo-embedding", '{"kind":"minilm"}');
  });
  await without.goto(demo.url);
  await without.waitForSelector("#trouble:not([hidden])");
  assert.equal(await without.textContent("#trouble h2"), "The model could not be loaded.");
  assert.match(
    await without.textContent("#trouble .detail"),
    /all-MiniLM-L6-v2 could not be loaded/,
  );
  await without.click('button:text-is("Use the model of the page")');
  await ready(without);
  assert.equal(await without.textContent("#in-use strong"), "static-minilm-256");
  await other.close();
});

test("nothing was complained of but what the tests did", () => {
  const expected = (text) =>
    text.startsWith(`request to ${service.url}`) ||
    /^Failed to load resource|^Error: .*\/embeddings (answered HTTP 401|returned|could not)/.test(
      text,
    );
  assert.deepEqual(
    visitor.complaints.filter((text) => !expected(text)),
    [],
  );
});

/** Runs in the page: all of its storage as one text, bytes as Latin-1. */
async function everythingKept() {
  const text = (value) =>
    JSON.stringify(value, (_, part) => {
      const bytes = ArrayBuffer.isView(part) ? part.buffer : part;
      if (!(bytes instanceof ArrayBuffer)) return part;
      return new TextDecoder("latin1").decode(bytes);
    });
  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const kept = [{ ...localStorage }, { ...sessionStorage }, document.cookie].map((part) =>
    Object.values(part).join("\n"),
  );
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(rows.getAllKeys()), asked(rows.getAll())]);
      kept.push(text(keys), text(values));
    }
    database.close();
  }
  return kept.join("\n");
}
