// The browser gives no more space: the call says so with numbers, nothing is half done, and later there is space again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "../tabs/support.mjs";

const profile = profiles();

for (const { place, worker } of places) {
  test(`${place}: a write that finds no space is refused as a whole`, async (t) => {
    const { tab, context, url } = await profile(t, { onDisk: true });
    const one = await tab();
    const debug = await context.newCDPSession(one.page);
    const allow = (quotaSize) =>
      debug.send("Storage.overrideQuotaForOrigin", { origin: url, quotaSize });
    // Before anything is written: Chromium remembers for a while how much space there was.
    const quota = 3_000_000;
    await allow(quota);
    await one.open({ worker });
    await one.write("add", ["a", "b"]);
    const error = await one.failure("writeRandom");
    assert.equal(error.code, "storage_full");
    assert.equal(error.name, "QuotaExceededError");
    assert.deepEqual(error.is, ["QuotaExceededError", "ChromaQuotaExceededError", "VecinoError"]);
    assert.equal(error.quota, quota);
    assert.ok(error.usage >= 0 && error.usage < quota, `${error.usage} bytes in use`);
    assert.deepEqual(await one.ids(), ["a", "b"], "memory is as it was");

    await one.write("add", ["c"]);
    assert.equal(await one.remove(["a"]), 1);
    const two = await tab();
    await two.open({ worker });
    assert.deepEqual(await two.ids(), ["b", "c"], "what fits is still kept");
    await two.close();

    await debug.send("Storage.overrideQuotaForOrigin", { origin: url });
    await one.writeMuch();
    await one.checkpointed();
    await one.close();
    await one.open({ worker });
    assert.equal(await one.count(), 1102);
    assert.equal((await one.storage()).persisted, false);
  });

  test(`${place}: a checkpoint that finds no space is only a warning`, async (t) => {
    const { tab } = await profile(t, {
      // Full for the pages of checkpoints alone.
      before: `const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...args) {
          if (this.name === "pages") throw new DOMException("no space", "QuotaExceededError");
          return put.apply(this, args);
        };`,
    });
    const one = await tab();
    const logged = [];
    one.page.on("console", (message) => logged.push(message.text()));
    await one.open({ worker });
    await one.writeMuch();
    const { code, message } = await one.hears("warning");
    assert.equal(code, "storage_full");
    assert.match(message, /^background work failed; it is tried again after the next write: /);
    assert.deepEqual(logged, [`vecino: ${message}`], "not canceled, so in the console as well");
    assert.equal(await one.count(), 1100);
    await one.close();
    await one.open({ worker });
    assert.equal(await one.count(), 1100);
  });
}
