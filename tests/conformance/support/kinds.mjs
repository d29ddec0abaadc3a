// Runs a suite in Chromium in every kind of place: in a worker and in the page, in memory and in IndexedDB.
import { test } from "node:test";
import { root } from "../../../scripts/lib/paths.mjs";
import { blankPages } from "./browser.mjs";

/** `suite` is the path of a module, from the root, that exports `caseNames(persistent)` and `runCase(name, place)`. */
export async function testInEveryKind(suite) {
  const { caseNames } = await import(`${root}${suite}`);
  const blankPage = blankPages();
  for (const worker of [true, false]) {
    for (const persistent of [false, true]) {
      const kind = `${worker ? "worker" : "page"}, ${persistent ? "persistent" : "ephemeral"}`;
      test(kind, async (t) => {
        const page = await blankPage();
        const logged = [];
        page.on("console", (message) => logged.push(message.text()));
        for (const [index, name] of caseNames(persistent).entries()) {
          const path = persistent ? `case ${index}` : undefined;
          await t.test(name, async () => {
            logged.length = 0;
            const failure = await page.evaluate(runInPage, { suite, name, worker, path });
            if (failure) throw new Error([failure, ...logged].join("\n"));
          });
        }
        await page.close();
      });
    }
  }
}

/** Runs in the page; resolves to the failure's text, or null. */
async function runInPage({ suite, name, worker, path }) {
  const vecino = await import("/dist/index.js");
  const chromadb = await import("/dist/chromadb.js");
  const { runCase } = await import(suite);
  try {
    await runCase(name, { vecino, chromadb, worker, path });
    return null;
  } catch (error) {
    return String(error?.stack ?? error);
  }
}
