// Programs written for npm chromadb print in Chromium, over "vecino/chromadb", what they print over a Chroma server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { root } from "../../scripts/lib/paths.mjs";
import { launch, serveFiles } from "../conformance/support/browser.mjs";
import { changed, names, transcript } from "./programs.mjs";
import { startService } from "./service.mjs";

let server;
let service;
let browser;

before(async () => {
  [server, service, browser] = await Promise.all([serveFiles(root), startService(), launch()]);
});

after(async () => {
  await browser?.close();
  await service?.close();
  await server?.close();
});

for (const name of names) {
  test(name, async () => {
    const url = changed(name, "/dist/chromadb.js");
    const page = await browser.newPage();
    await page.goto(`${server.url}/blank`);
    const text = await page.evaluate(run, { url, service: service.url });
    assert.equal(text, transcript(name));
    await page.close();
  });
}

async function run({ url, service }) {
  const { printed } = await import("/tests/programs/printing.mjs");
  return printed(await import(url), { address: {}, service });
}
