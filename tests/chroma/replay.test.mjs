// What a Chroma server answered to random operations, against the package in Chromium and in Node.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as chromadb from "vecino/chromadb";
import { blankPages } from "../conformance/support/browser.mjs";
import { replay } from "./replay.mjs";
import { readTrace } from "./trace.mjs";

const traces = readTrace();
const blankPage = blankPages();

test("the recording holds at least ten seeds of a hundred operations", () => {
  const lengths = [...traces.values()].map((trace) => trace.length);
  assert.ok(lengths.length >= 10 && Math.min(...lengths) >= 100, String(lengths));
});

test("node, memory", async (t) => {
  for (const [seed, trace] of traces) {
    await t.test(`seed ${seed}`, async () => {
      assert.equal(await replay(chromadb, trace, { memory: true }, false), null);
    });
  }
});

for (const worker of [true, false]) {
  for (const memory of [true, false]) {
    const kind = `${worker ? "worker" : "page"}, ${memory ? "memory" : "IndexedDB, reopened half way"}`;
    test(kind, async (t) => {
      const page = await blankPage();
      for (const [seed, trace] of traces) {
        const options = { host: `seed-${seed}`, memory, worker };
        await t.test(`seed ${seed}`, async () => {
          assert.equal(await page.evaluate(replayInPage, { trace, options }), null);
        });
      }
      await page.close();
    });
  }
}

async function replayInPage({ trace, options }) {
  const chromadb = await import("/dist/chromadb.js");
  const { replay } = await import("/tests/chroma/replay.mjs");
  return replay(chromadb, trace, options, !options.memory);
}
