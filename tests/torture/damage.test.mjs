// The short form of `npm run torture -- damage`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seedFrom } from "./lib/seed.mjs";
import { damage } from "./suites/damage.mjs";

const stores = ["catalog", "log", "manifests", "pages"];

for (const [embeddings, names] of [
  ["memory", stores],
  ["stored", [...stores, "embeddings"]],
]) {
  test(`damaged values are noticed in every object store, embeddings: ${embeddings}`, async (t) => {
    const { outcomes } = await damage({ embeddings, times: 1, seed: seedFrom() });
    t.diagnostic(JSON.stringify(outcomes));
    for (const name of names) {
      assert.ok(
        Object.keys(outcomes).some((key) => key.startsWith(name) && !key.endsWith("whole")),
        `no damage in ${name} was noticed`,
      );
    }
  });
}
