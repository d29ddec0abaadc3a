// The short form of `npm run torture -- tabs`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedFrom } from "./lib/seed.mjs";
import { tabs } from "./suites/tabs.mjs";

test("three tabs write at the same time, and all see the same in the end", async (t) => {
  const seed = seedFrom();
  let seen;
  // On a machine that is busy with other things five seconds are over before much has happened.
  for (const milliseconds of [5_000, 20_000, 60_000]) {
    seen = await tabs({ count: 3, milliseconds, seed });
    if (seen.acknowledged > 50 && seen.crashed + seen.closed > 0) break;
  }
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.acknowledged > 50, "so few calls prove nothing");
  assert.ok(seen.crashed + seen.closed > 0, "no tab ended while it worked");
});
