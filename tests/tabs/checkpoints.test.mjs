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

for (const { place, worker } of places) {
  test(`${place}: who is elected and does nothing loses the office`, async (t) => {
    // Background work goes on with a message; where these are held up it stands still, as in a frozen tab.
    const before = `const held = [];
      let holding = false;
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (...message) {
        const send = () => postMessage.apply(this, message);
        if (holding) held.push(send);
        else send();
      };
      new BroadcastChannel("hold").onmessage = ({ data }) => {
        holding = data;
        while (!holding && held.length > 0) held.pop()();
      };`;
    const { tab } = await profile(t, { before });
    const one = await tab();
    const hold = (on) =>
      one.page.evaluate((on) => new BroadcastChannel("hold").postMessage(on), on);
    await one.open({ worker });
    await one.writeMuch();
    await one.checkpointed();
    await hold(true);
    const two = await tab();
    await two.open({ worker });

    // Once is no reason yet.
    await two.writeMuch();
    await two.elects(1, 1);
    assert.notEqual(await two.stored("log"), 0);
    for (let n = 2; n <= 5; n += 1) await two.writeMuch();
    await two.checkpointed();
    await two.elects(1, 0);
    await two.write("add", ["a"]);

    await hold(false);
    await one.write("add", ["b"]);
    assert.equal(await one.count(), 1102);
    await two.seesCount(1102);
    // It stands for election like any other.
    await one.writeMuch();
    await one.elects(1, 1);
    await two.checkpointed();
    await two.close();
    await one.elects(1, 0);
    await one.writeMuch();
    await one.checkpointed();
    assert.deepEqual((await one.ids()).length, 1102);
  });
}

test("who does its work keeps the office, however much others write", async (t) => {
  const before = `globalThis.timesTaken = 0;
    const { request } = LockManager.prototype;
    LockManager.prototype.request = function (name, how, ...rest) {
      if (how.steal) globalThis.timesTaken += 1;
      return request.call(this, name, how, ...rest);
    };`;
  const { tab } = await profile(t, { before });
  const [one, two] = [await tab(), await tab()];
  await one.open({ worker: false });
  await one.writeMuch();
  await one.checkpointed();
  await two.open({ worker: false });
  for (let n = 1; n <= 10; n += 1) {
    await two.writeMuch();
    await one.checkpointed();
  }
  assert.equal(await two.page.evaluate(() => globalThis.timesTaken), 0);
  await two.elects(1, 1);
});

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
