// Background work in Node: it goes on by itself, lets timers through, and keeps no process alive.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";

/** Runs `body` in a process of its own with a collection of so many records, and returns what it printed. */
function run(count, body) {
  const script = `
    import { EphemeralClient } from ${JSON.stringify(`file://${inRoot("dist/node.js")}`)};
    const client = new EphemeralClient();
    const notes = await client.createCollection({ name: "notes", embeddingFunction: null });
    let seed = 1;
    const number = () => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff - 0.5;
    await notes.add({
      ids: Array.from({ length: ${count} }, (_, i) => "r" + i),
      embeddings: Array.from({ length: ${count} }, () => Array.from({ length: 384 }, number)),
    });
    const left = async () => (await notes.getIndexingStatus()).num_unindexed_ops;
    ${body}`;
  const options = { encoding: "utf8", timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    options,
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("timers fire while records are linked, and all are linked in the end", () => {
  const told = run(
    6_000,
    `const told = [];
    do {
      await new Promise((resolve) => setTimeout(resolve, 20));
      told.push(await left());
    } while (told.at(-1) > 0);
    console.log(JSON.stringify(told));`,
  );
  assert.ok(told.length >= 5, `${told.length} timers fired: ${told.slice(0, 9)}`);
});

test("a process ends although records are still to be linked", () => {
  assert.ok(run(6_000, "console.log(JSON.stringify(await left()));") > 0);
});
