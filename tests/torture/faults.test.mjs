// The short form of `npm run torture -- faults`: some of the places, others in every run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedFrom } from "./lib/seed.mjs";
import { faults } from "./suites/faults.mjs";

const plans = [
  { scenario: "plain", worker: false, every: 11, commits: 1 },
  { scenario: "plain", worker: true, every: 41 },
  { scenario: "withCheckpoints", worker: false, every: 41 },
];

test("a request or transaction that fails leaves memory and storage as they were", async (t) => {
  const seen = await faults({ plans, seed: seedFrom() });
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.faults > 70, "so few faults prove nothing");
  assert.ok(seen.rejected > 25, "so few rejected calls prove nothing");
});
