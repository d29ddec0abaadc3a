// What one tab writes, another sees: as soon as the message arrives, at the latest with its next write or strong read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "./support.mjs";

const profile = profiles();
const noMessages = { before: "globalThis.BroadcastChannel = undefined;" };

for (const { place, worker } of places) {
  test(`${place}: writes reach another tab by themselves`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = await openTabs(tab, 2, { worker });
    await one.write("add", ["a", "b", "c"]);
    await two.sees(["a", "b", "c"]);
    await two.write("update", ["a"], { documents: ["changed"] });
    await two.remove(["b"]);
    await one.sees(["a", "c"]);
    await one.write("upsert", ["d"]);
    await two.sees(["a", "c", "d"]);
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => one.write("add", [`one ${i}`])),
      ...Array.from({ length: 20 }, (_, i) => two.write("add", [`two ${i}`])),
    ]);
    await one.seesCount(43);
    await two.seesCount(43);
    assert.deepEqual(await one.ids(), await two.ids());
  });

  test(`${place}: what was written right before closing reaches another tab`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = await openTabs(tab, 2, { worker });
    assert.deepEqual(new Set(await one.closeAmidWrites("n", 10)), new Set(["done"]));
    await two.seesCount(10);
  });

  test(`${place}: a changed definition reaches another tab`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = await openTabs(tab, 2, { worker });
    await one.modify({ metadata: { v: 1 }, configuration: { hnsw: { ef_search: 77 } } });
    const expected = { metadata: { v: 1 }, ef_search: 77 };
    const deadline = Date.now() + 20_000;
    let seen;
    do seen = await two.definitionInMemory("fork");
    while (seen.ef_search !== 77 && Date.now() < deadline);
    assert.deepEqual(seen, expected);
  });

  test(`${place}: without messages a strong read and a write catch up, others do not`, async (t) => {
    const { tab } = await profile(t, noMessages);
    const [one, two] = await openTabs(tab, 2, { worker });
    await one.write("add", ["a", "b", "c"]);
    const all = (n) => ({ count: n, get: n, peek: n, query: n, search: n, status: n });
    assert.deepEqual(await two.numberByEveryRead(), all(0));
    assert.deepEqual(await two.numberByEveryRead({ consistency: "eventual" }), all(0));
    assert.equal(await two.count({ consistency: "strong" }), 3);
    assert.deepEqual(await two.numberByEveryRead(), all(3));
    let n = 3;
    for (const read of ["count", "ids"]) {
      await one.write("add", [`for ${read}`]);
      n += 1;
      const seen = await two[read]({ consistency: "strong" });
      assert.equal(seen.length ?? seen, n, read);
    }
    await one.write("add", ["d"]);
    await two.write("add", ["e"]);
    assert.equal(await two.count(), n + 2);
    // Every acknowledged write, every time.
    for (let i = 0; i < 20; i++) {
      await one.write("add", [`again ${i}`]);
      assert.equal(await two.count({ consistency: "strong" }), n + 3 + i);
    }
  });

  test(`${place}: each kind of strong read looks by itself`, async (t) => {
    const { tab } = await profile(t, noMessages);
    const [one, two] = await openTabs(tab, 2, { worker });
    const kinds = ["count", "get", "peek", "query", "search", "status"];
    for (const [i, kind] of kinds.entries()) {
      await one.write("add", [kind]);
      assert.equal(await two.numberByOneRead(kind, { consistency: "strong" }), i + 1, kind);
    }
  });

  test(`${place}: a tab that slept past a trimmed log loads the checkpoint`, async (t) => {
    const { tab } = await profile(t, noMessages);
    const [one, two] = await openTabs(tab, 2, { worker });
    await two.write("add", ["first"]);
    await one.writeMuch();
    await one.checkpointed();
    await one.write("add", ["last"]);
    assert.equal(await two.count(), 1);
    assert.equal(await two.count({ consistency: "strong" }), 1102);
    assert.deepEqual(await two.ids(), await one.ids());
  });
}

test("an engine in a worker and one in the page follow each other", async (t) => {
  const { tab } = await profile(t);
  const [one, two] = [await tab(), await tab()];
  await one.open({ worker: true });
  await two.open({ worker: false });
  await one.write("add", ["a"]);
  await two.sees(["a"]);
  await two.write("add", ["b"]);
  await one.sees(["a", "b"]);
});

test("clients of one page that differ in durability follow each other", async (t) => {
  const { tab } = await profile(t);
  const page = await tab();
  await page.open({ durability: "strict" });
  assert.deepEqual(await page.besideAnother({ durability: "relaxed" }), ["a", "b"]);
});

async function openTabs(tab, n, options) {
  const tabs = [];
  for (let i = 0; i < n; i++) {
    tabs.push(await tab());
    await tabs[i].open(options);
  }
  return tabs;
}
