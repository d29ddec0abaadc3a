// `npm run torture -- quota`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedFrom } from "./lib/seed.mjs";
import { quota } from "./suites/quota.mjs";

for (const worker of [false, true]) {
  test(`a full disk fails single calls and nothing else, ${worker ? "in the worker" : "in the page"}`, async (t) => {
    const seen = await quota({ worker, seed: seedFrom() });
    t.diagnostic(JSON.stringify(seen));
    assert.deepEqual(seen.full.slice(-5), Array(5).fill("storage_full"));
    assert.deepEqual(new Set(seen.full), new Set(["resolved", "storage_full"]));
    assert.deepEqual(new Set(seen.after), new Set(["resolved"]));
  });
}
