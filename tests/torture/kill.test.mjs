// The short form of `npm run torture -- kill`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedFrom } from "./lib/seed.mjs";
import { kill } from "./suites/kill.mjs";

for (const embeddings of ["memory", "stored"]) {
  test(`what was acknowledged is there after the browser is killed ten times, embeddings: ${embeddings}`, async (t) => {
    const seen = await kill({ embeddings, rounds: 10, seed: seedFrom() });
    t.diagnostic(JSON.stringify(seen));
    assert.ok(seen.acknowledged > 100, "so few calls prove nothing");
  });
}
