// The rules in Chromium, and the table that numbers them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { testInEveryKind } from "../conformance/support/kinds.mjs";
import { caseNames } from "./suite.mjs";

test("the table lists every rule that is tested, and no other", async () => {
  const text = await readFile(new URL("README.md", import.meta.url), "utf8");
  const listed = [...text.matchAll(/^\| (\d+\.\d+) \| (.*) \|$/gm)].map(
    ([, n, rule]) => `${n} ${rule}`,
  );
  assert.deepEqual(listed, caseNames());
});

await testInEveryKind("/tests/rules/suite.mjs");
