// Where there is no IndexedDB, or the browser refuses it: in memory if that was allowed, else a clear error.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "../tabs/support.mjs";

const profile = profiles();

const missing = {
  "is missing": "Object.defineProperty(globalThis, 'indexedDB', { value: undefined });",
  "may not be looked at": `Object.defineProperty(globalThis, "indexedDB", {
      get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
    });`,
  "refuses to open": `IDBFactory.prototype.open = () => {
      throw new DOMException("access is denied", "SecurityError");
    };`,
  "fails to open": `const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name) {
      const request = open.call(this, name, 1);
      request.onupgradeneeded = () => request.transaction.abort();
      Object.defineProperty(request, "onupgradeneeded", { set() {} });
      return request;
    };`,
};

for (const { place, worker } of places) {
  for (const [how, before] of Object.entries(missing)) {
    test(`${place}: IndexedDB ${how}`, async (t) => {
      const { tab } = await profile(t, { before });
      const one = await tab();
      const refusal = await one.failure("open", { worker });
      assert.equal(refusal.code, "storage_unavailable");
      assert.match(refusal.message, /EphemeralClient/);
      assert.equal((await one.failure("persistence")).code, "storage_unavailable");

      await one.open({ worker, fallback: "memory" });
      assert.equal(await one.persistence(), "memory");
      assert.equal((await one.stats()).persistent, false);
      await one.write("add", ["a"]);
      assert.deepEqual(await one.ids({ consistency: "strong" }), ["a"]);
      assert.deepEqual(await one.besideItself({ worker, fallback: "memory" }), ["a"]);
      // Another client that did not allow it is still refused.
      assert.equal((await one.failure("open", { worker })).code, "storage_unavailable");
    });
  }

  test(`${place}: with IndexedDB the fallback is not used`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker, fallback: "memory" });
    assert.equal(await one.persistence(), "indexeddb");
    assert.equal((await one.stats()).persistent, true);
    await one.write("add", ["a"]);
    await one.close();
    assert.equal((await one.failure("persistence")).code, "closed");
    await one.open({ worker });
    assert.deepEqual(await one.ids(), ["a"]);
  });

  test(`${place}: other failures to open are no reason for memory`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.makeNewerDatabase();
    const error = await one.failure("open", { worker, fallback: "memory" });
    assert.equal(error.code, "unsupported_version");
  });
}
