// The embedding functions of vecino/embeddings against stand-ins for their services: in Node, and in Chromium.
import { after, before, beforeEach, test } from "node:test";
import * as vecino from "vecino";
import * as embeddings from "vecino/embeddings";
import { blankPages } from "../conformance/support/browser.mjs";
import { cases, key, runCase } from "./presets.mjs";
import { startService } from "./service.mjs";
import { answerAs } from "./services.mjs";

const blankPage = blankPages();
let service;

before(async () => {
  service = await startService(answerAs(key));
});
after(() => service?.close());
beforeEach(() => service.reset());

const seen = async () => structuredClone(service.requests);
const reset = async () => service.reset();

for (const name of Object.keys(cases)) {
  test(`node: ${name}`, () => runCase(vecino, embeddings, name, { url: service.url, seen, reset }));
}

test("browser", async (t) => {
  const page = await blankPage();
  await page.exposeFunction("seen", seen);
  await page.exposeFunction("reset", reset);
  for (const name of Object.keys(cases)) {
    await t.test(name, async () => {
      const failure = await page.evaluate(runInPage, { name, base: service.url("") });
      if (failure) throw new Error(failure);
    });
  }
});

/** Runs in the page; resolves to the failure's text, or null. */
async function runInPage({ name, base }) {
  const { runCase } = await import("/tests/http/presets.mjs");
  const vecino = await import("/dist/index.js");
  const embeddings = await import("/dist/embedding-services.js");
  const { seen, reset } = window;
  const service = { url: (path) => base + path, seen, reset };
  return runCase(vecino, embeddings, name, service).then(
    () => null,
    (error) => String(error?.stack ?? error),
  );
}
