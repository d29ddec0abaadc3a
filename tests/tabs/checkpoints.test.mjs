// One of the tabs makes the checkpoints of a collection; the next takes over when it is gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "./support.mjs";

const profile = profiles();

for (const { place, worker } of places) {
  test(`${place}: one tab makes the checkpoints, and the next when it closes or dies`, async (t) => {
    const { tab } = await profile(t);
    const [one, two, three] = [await tab(), await tab(), await tab()];
    for (const each of [one, two, three]) await each.open({ worker });
    await one.elects(0, 0);
    await one.writeMuch();
    await one.checkpointed();
    // The others find a checkpoint due as well and stand for election.
    await one.elects(1, 2);
    await one.write("add", ["a"]);
    await two.seesCount(1101);

    await one.close();
    await two.elects(1, 1);
    await two.writeMuch();
    await two.checkpointed();
    await three.write("add", ["b"]);
    await two.seesCount(1102);

    // Whoever was elected, the last one is.
    await two.page.close();
    await three.elects(1, 0);
    await three.writeMuch();
    await three.checkpointed();
    assert.equal(await three.count(), 1102);
    await three.close();
    const last = await tab();
    await last.open({ worker });
    assert.equal(await last.count(), 1102);
    await last.elects(0, 0);
  });
}

test("a tab that follows reads no page again when another makes a checkpoint", async (t) => {
  // A slow machine needs more than the time that others get to take in the log.
  const before = `const { setTimeout: set } = globalThis;
    globalThis.setTimeout = (call, ms, ...rest) => set(call, ms === 50 ? 1500 : ms, ...rest);`;
  const { tab } = await profile(t, { before });
  const [one, two] = [await tab(), await tab()];
  await one.open({ worker: false });
  await two.open({ worker: false });
  await two.countPagesRead();
  for (const n of [1, 2, 3]) {
    await one.writeMuch();
    await one.checkpointed();
    await two.write("add", [`${n}`]);
    await one.seesCount(1100 + n);
  }
  assert.equal(await two.pagesRead(), 0);
  assert.deepEqual(await two.ids(), await one.ids());
});

test("without Web Locks every tab makes checkpoints and nothing is lost", async (t) => {
  const before = 'Object.defineProperty(Navigator.prototype, "locks", { value: undefined });';
  const { tab } = await profile(t, { before });
  const [one, two] = [await tab(), await tab()];
  await one.open({ worker: false });
  await two.open({ worker: false });
  for (const each of [one, two, one, two]) {
    await each.writeMuch();
    await each.checkpointed();
  }
  await one.write("add", ["a"]);
  await two.write("add", ["b"]);
  await one.seesCount(1102);
  await two.seesCount(1102);
});

for (const { place, worker } of places) {
  test(`${place}: closing waits for writes and a checkpoint under way`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = [await tab(), await tab()];
    for (const round of [1, 2, 3]) {
      await one.open({ worker });
      const heavy = one.writeMuch();
      const results = await one.closeAmidWrites(`round ${round} `, 50);
      assert.deepEqual(results, Array(50).fill("done"));
      await heavy;
      await one.elects(0, 0);
      await two.open({ worker });
      assert.equal(await two.count(), 1100 + 50 * round);
      await two.close();
    }
  });
}
