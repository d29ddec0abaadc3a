// What users read when the engine cannot start, and when it stops.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./support/visits.mjs";

const visit = visits();

/** Runs in the page: the error of the first call, and of the second. */
async function firstCalls(worker) {
  const { EphemeralClient } = await import("/index.js");
  const client = new EphemeralClient({ worker });
  const describe = ({ name, code, message }) => ({ name, code, message });
  const failed = () => client.countCollections().then((n) => `it worked: ${n}`, describe);
  const errors = [await failed(), await failed()];
  await client.close();
  return errors;
}

function assertErrors(errors, { code, name, says }) {
  for (const error of errors) {
    assert.equal(error.code, code, JSON.stringify(error));
    if (name) assert.equal(error.name, name);
    for (const part of says) assert.match(error.message, part);
  }
}

test("a missing worker file is named, with what to do", async () => {
  assertErrors(await visit({ missing: ["worker.js"] }, firstCalls, true), {
    code: "connection",
    name: "ChromaConnectionError",
    says: [/http:\/\/localhost:\d+\/worker\.js/, /Serve that file/, /worker: false/],
  });
});

test("a worker that the page's policy forbids is named, with the directive", async () => {
  const headers = { "content-security-policy": "worker-src 'none'" };
  assertErrors(await visit({ headers }, firstCalls, true), {
    code: "connection",
    says: [
      /http:\/\/localhost:\d+\/worker\.js/,
      /Content-Security-Policy forbids it/,
      /worker-src 'self'/,
    ],
  });
});

for (const worker of [true, false]) {
  const where = worker ? "in the worker" : "in the page";
  test(`a missing engine file is named, ${where}`, async () => {
    assertErrors(await visit({ missing: ["vecino_bg.wasm"] }, firstCalls, worker), {
      code: "connection",
      says: [/http:\/\/localhost:\d+\/vecino_bg\.wasm/, /HTTP 404/],
    });
  });

  test(`a policy that forbids WebAssembly is named, ${where}`, async () => {
    const headers = { "content-security-policy": "script-src 'self' 'unsafe-inline'" };
    assertErrors(await visit({ headers }, firstCalls, worker), {
      code: "internal",
      says: [/could not be compiled/, /'wasm-unsafe-eval'/],
    });
  });
}

test("the strict policy that the package asks for is enough", async () => {
  const headers = {
    "content-security-policy":
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  };
  for (const worker of [true, false]) {
    assert.deepEqual(await visit({ headers }, firstCalls, worker), [
      "it worked: 0",
      "it worked: 0",
    ]);
  }
});

test("when the worker stops, pending and later calls say so", async () => {
  const outcome = await visit({}, async () => {
    const workers = [];
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        workers.push(this);
      }
    };
    const { EphemeralClient } = await import("/index.js");
    const client = new EphemeralClient();
    const notes = await client.createCollection({ name: "notes" });
    const pending = [notes.count(), notes.get()];
    workers[0].dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    const settled = await Promise.allSettled([...pending, notes.count()]);
    await client.close(); // there is nothing left to close, and that is no error
    return settled.map(({ reason }) => ({ code: reason?.code, message: reason?.message }));
  });
  assert.equal(outcome.length, 3);
  assertErrors(outcome, {
    code: "internal",
    says: [/worker .* stopped: out of memory/, /new client/],
  });
});

test("nothing of the engine is loaded before the first call, nor into the page beside a worker", async () => {
  const loaded = await visit({}, async () => {
    const names = () =>
      performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    const { EphemeralClient, PersistentClient } = await import("/index.js");
    new PersistentClient({ path: "notes" });
    const client = new EphemeralClient();
    const before = names();
    await client.countCollections();
    const after = names();
    await client.close();
    return { before, after };
  });
  assert.ok(!loaded.before.some((name) => /wasm|worker/.test(name)), String(loaded.before));
  assert.ok(!loaded.after.some((name) => name.includes("wasm")), "the page itself loads no engine");
});
