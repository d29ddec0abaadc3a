// The module of methods that few pages call: loaded by the first of them, whichever that is, and by nothing else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./support/project.mjs";
import { visits } from "./support/visits.mjs";

const FILE = "vecino_rare_bg.wasm";
const TENANT = "default_tenant";

/** Each method with its arguments, where KEY and HEIR are collections' keys, and a part of what it resolves with. */
const calls = {
  modifyCollection: [["KEY", { name: "other" }], /"name":"other"/],
  forkCollection: [["KEY", "copy"], /"name":"copy"/],
  inherit: [["KEY", "HEIR", 5], /^\[1,1,"a"\]$/],
  createTenant: [["zoo"], /^undefined$/],
  getTenant: [[TENANT], /^"default_tenant"$/],
  createDatabase: [[TENANT, "animals"], /"name":"animals"/],
  getDatabase: [[TENANT, "default_database"], /"name":"default_database"/],
  deleteDatabase: [[TENANT, "plants"], /^not_found$/],
  listDatabases: [[TENANT, 9, 0], /^\[\{.*"name":"default_database"/],
  reset: [[], /^undefined$/],
  search: [["KEY", [{ rank: { $knn: { query: [1, 2] } } }]], /^\[\{"ids":\["a"\]/],
  stats: [[], /"records":1,/],
  overview: [[], /^\[null,"/],
  verify: [["KEY"], /^\["notes",1,0\]$/],
  exchange: [["KEY", 0, null], /^null$/],
  assist: [["no definition", "no message"], /^damaged$/],
  fetchEmbeddings: [["KEY", []], /^undefined$/],
};

const visit = visits();

/**
 * Runs in the page: the calls that most pages make, then `method`, then a read again. Resolves with what the method
 * came to, and with the requests before and after.
 */
async function callFirst({ worker, method, args }) {
  const { PersistentClient } = await import("/index.js");
  const client = new PersistentClient({ path: "notes", worker });
  const notes = await client.getOrCreateCollection({ name: "notes", embeddingFunction: null });
  await notes.add({
    ids: ["a", "b"],
    embeddings: [
      [1, 2],
      [3, 4],
    ],
    documents: ["one", "two"],
  });
  await notes.upsert({ ids: ["a"], embeddings: [[1, 2]], metadatas: [{ n: 1 }] });
  await notes.update({ ids: ["b"], metadatas: [{ n: 2 }] });
  await notes.query({ queryEmbeddings: [[1, 2]], where: { n: { $gt: 0 } } });
  await notes.get({ whereDocument: { $contains: "o" } });
  await notes.delete({ where: { n: 2 } });
  await notes.peek();
  await notes.getIndexingStatus();
  await client.getCollectionById(notes.id);
  await client.listCollections();
  await client.createCollection({ name: "gone", embeddingFunction: null });
  await client.deleteCollection({ name: "gone" });
  const heir = await client.createCollection({ name: "heir", embeddingFunction: null });
  const scope = { tenant: "default_tenant", database: "default_database" };
  const keyOf = async ({ name }) =>
    (await client.connection.call("getCollection", scope, name)).key;
  const keys = { KEY: await keyOf(notes), HEIR: await keyOf(heir) };
  const before = [...(await window.requests())];
  const given = args.map((value) => keys[value] ?? value);
  const answer = await client.connection.call(method, ...given).then(
    (value) => String(JSON.stringify(value)),
    ({ code }) => code,
  );
  const after = await window.requests();
  await client.close();
  return { answer, before, after };
}

test("every method of the module is called here", () => {
  const api = readFileSync(join(root, "src/wasm/api.rs"), "utf8");
  const [, rare] = api.split(/fn dispatch_rare\(/);
  const [body] = rare.split("_ =>");
  const methods = [...body.matchAll(/"(\w+)" =>/g)].map(([, name]) => name);
  assert.deepEqual(methods, Object.keys(calls));
});

for (const worker of [true, false]) {
  const where = worker ? "in the worker" : "in the page";
  for (const [method, [args, expected]] of Object.entries(calls)) {
    test(`${method} is the first to load the module, ${where}`, async () => {
      const { answer, before, after } = await visit({}, callFirst, { worker, method, args });
      assert.match(answer, expected);
      assert.ok(before.includes("vecino_bg.wasm") && !before.includes(FILE), String(before));
      assert.equal(after.filter((file) => file === FILE).length, 1, String(after));
    });
  }

  test(`without the module's file its methods say so, and all others go on, ${where}`, async () => {
    const { failed, counted, found } = await visit({ missing: [FILE] }, failThenRestore, worker);
    for (const { code, message } of failed) {
      assert.equal(code, "connection");
      assert.match(message, /http:\/\/localhost:\d+\/vecino_rare_bg\.wasm: HTTP 404/);
      assert.match(message, /must be there/);
    }
    assert.deepEqual([counted, found], [1, 1]);
  });

  test(`the module of another version is refused, ${where}`, async () => {
    const primaryName = /primaryName = "(\w+)"/.exec(
      readFileSync(join(root, "build/wasm/vecino.js"), "utf8"),
    )[1];
    const change = (bytes) => {
      const at = bytes.indexOf(primaryName);
      assert.ok(at > 0);
      for (let i = at; i >= 0; i = bytes.indexOf(primaryName, i)) bytes.write("another1", i);
      return bytes;
    };
    const how = { changed: FILE, change };
    const { failed, counted, found } = await visit(how, failThenRestore, worker);
    for (const { code, message } of failed) {
      assert.equal(code, "internal");
      assert.match(message, /vecino_rare_bg\.wasm does not fit .*Reload the page.* one version/);
    }
    assert.deepEqual([counted, found], [1, 1]);
  });

  test(`closing waits for a call that waits for the module, ${where}`, async () => {
    const collections = await visit(
      {},
      async (inWorker) => {
        const { EphemeralClient } = await import("/index.js");
        const client = new EphemeralClient({ worker: inWorker });
        await client.createCollection({ name: "notes", embeddingFunction: null });
        const stats = client.stats();
        await client.close();
        return (await stats).collections;
      },
      worker,
    );
    assert.equal(collections, 1);
  });
}

test("engines that share a thread share the module", async () => {
  const requests = await visit({}, async () => {
    const { EphemeralClient } = await import("/index.js");
    const clients = [1, 2, 3].map(() => new EphemeralClient({ worker: false }));
    await Promise.all(clients.map((client) => client.stats()));
    await Promise.all(clients.map((client) => client.stats()));
    return window.requests();
  });
  assert.equal(requests.filter((file) => file === FILE).length, 1, String(requests));
});

/** Runs in the page: two errors of two methods, a count between, and a fork once the file is as it was built. */
async function failThenRestore(worker) {
  const { EphemeralClient } = await import("/index.js");
  const client = new EphemeralClient({ worker });
  const notes = await client.createCollection({ name: "notes", embeddingFunction: null });
  await notes.add({ ids: ["a"], embeddings: [[1, 2]] });
  const describe = ({ code, message }) => ({ code, message });
  const worked = () => "it worked";
  const failed = [await notes.fork({ name: "copy" }).then(worked, describe)];
  const counted = await notes.count();
  failed.push(await client.stats().then(worked, describe));
  await window.restore("vecino_rare_bg.wasm");
  const found = await (await notes.fork({ name: "copy" })).count();
  await client.close();
  return { failed, counted, found };
}
