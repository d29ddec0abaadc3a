// The conformance suite over the package in Node, where a client lives in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as vecino from "vecino";
import * as chromadb from "vecino/chromadb";
import { caseNames, runCase } from "./suite.mjs";

test("node, ephemeral", async (t) => {
  for (const name of caseNames(false)) {
    await t.test(name, () =>
      runCase(name, { vecino, chromadb, worker: undefined, path: undefined }),
    );
  }
});

test("a persistent client says that there is no IndexedDB and what works instead", async () => {
  const client = new vecino.PersistentClient({ path: "notes" });
  const expected = { code: "storage_unavailable", message: /IndexedDB.*EphemeralClient works/s };
  await assert.rejects(client.countCollections(), expected);
  await assert.rejects(vecino.PersistentClient.destroy({ path: "notes" }), expected);
  await assert.rejects(client.persistence, expected);
  await client.close();
});

test("a persistent client that may works in memory", async () => {
  const client = new vecino.PersistentClient({ path: "notes", fallback: "memory" });
  assert.equal(await client.persistence, "memory");
  assert.equal((await client.stats()).persistent, false);
  const notes = await client.createCollection({ name: "notes", embeddingFunction: null });
  await notes.add({ ids: ["a"], embeddings: [[1, 2]] });
  assert.deepEqual((await notes.get()).ids, ["a"]);
  await client.close();
});

test("a worker that does not exist is said to be missing", async () => {
  const client = new vecino.EphemeralClient({ worker: true });
  await assert.rejects(client.countCollections(), { code: "connection", message: /worker: false/ });
});
