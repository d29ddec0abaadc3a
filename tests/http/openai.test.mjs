// OpenAIEmbeddingFunction against a local service: in Node, and in Chromium across origins.
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import * as vecino from "vecino";
import { launch, serveFiles } from "../conformance/support/browser.mjs";
import { cases, key, runCase } from "./cases.mjs";
import { startService } from "./service.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
let service;
let server;
let browser;

before(async () => {
  [service, server, browser] = await Promise.all([startService(), serveFiles(root), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
  await service?.close();
});

beforeEach(() => service.reset());

const seen = async () => structuredClone(service.requests);
/** Whether the service saw a request end before it answered. */
const gone = async (behavior) => {
  for (let i = 0; i < 50 && !service.aborted.includes(behavior); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return service.aborted.includes(behavior);
};

for (const name of Object.keys(cases)) {
  test(`node: ${name}`, () => {
    const client = new vecino.EphemeralClient();
    const shown = (object) => inspect(object, { depth: 10, showHidden: true });
    return runCase(vecino, name, { url: service.url, seen, gone }, { inspect: shown, client });
  });
}

test("browser", async (t) => {
  const page = await browser.newPage();
  await page.goto(`${server.url}/blank`);
  await page.exposeFunction("seen", seen);
  await page.exposeFunction("gone", gone);
  for (const name of Object.keys(cases)) {
    await t.test(name, async () => {
      const base = service.url("");
      const failure = await page.evaluate(runInPage, { name, base });
      if (failure) throw new Error(failure);
    });
  }

  await t.test("the key is nowhere in what the browser keeps", async () => {
    const kept = await page.evaluate(storeWithKey, { key, baseUrl: service.url("good") });
    if (kept.records === 0) throw new Error("nothing was kept, so nothing was searched");
    if (kept.found.length > 0) throw new Error(`the key is in ${kept.found}`);
  });
});

/** Runs in the page; resolves to the failure's text, or null. */
async function runInPage({ name, base }) {
  const { runCase } = await import("/tests/http/cases.mjs");
  const vecino = await import("/dist/index.js");
  const service = { url: (behavior) => base + behavior, seen: window.seen, gone: window.gone };
  const client = new vecino.EphemeralClient();
  try {
    await runCase(vecino, name, service, {
      inspect: (object) => Object.entries(object).join(),
      client,
    });
    return null;
  } catch (error) {
    return String(error?.stack ?? error);
  }
}

/** Runs in the page: keeps records that were embedded with the key, then searches all that is kept for it. */
async function storeWithKey({ key, baseUrl }) {
  const { OpenAIEmbeddingFunction, PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "secrets" });
  const notes = await client.createCollection({
    name: "notes",
    metadata: { about: "fruit" },
    embeddingFunction: new OpenAIEmbeddingFunction({ apiKey: key, baseUrl, model: "m" }),
  });
  await notes.add({ ids: ["a"], documents: ["apple"] });
  await client.close();

  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const found = [];
  let records = 0;
  const latin = new TextDecoder("latin1");
  const textOf = (value) => {
    if (value instanceof ArrayBuffer) return latin.decode(value);
    if (ArrayBuffer.isView(value)) return latin.decode(value);
    if (typeof value === "object" && value !== null)
      return Object.entries(value).flat().map(textOf).join();
    return String(value);
  };
  for (const { name } of await indexedDB.databases()) {
    const database = await result(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([
        result(objects.getAllKeys()),
        result(objects.getAll()),
      ]);
      records += values.length;
      if (textOf([keys, values]).includes(key)) found.push(`${name}/${store}`);
    }
    database.close();
  }
  const storages = { localStorage, sessionStorage, cookie: document.cookie };
  for (const [name, storage] of Object.entries(storages)) {
    if (textOf(storage).includes(key)) found.push(name);
  }
  return { found, records };
}
