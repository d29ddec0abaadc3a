// Collections whose embeddings are left in IndexedDB: they answer as those in memory do, whatever happens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "../tabs/support.mjs";

const profile = profiles("/tests/stored/page.mjs");
const RECORDS = 5_000;
const SOUND = { ok: true, lost: 0, problems: [] };

for (const { place, worker } of places) {
  test(`${place}: a stored collection answers as one in memory does`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker });
    assert.equal(await one.residence(), "stored");
    await one.fill(RECORDS);
    await one.settled();
    const { embeddings } = await one.sizes();
    assert.ok(embeddings > (RECORDS - 1_500) * 1_536, "a checkpoint has stored most of them");
    assert.equal(await one.differences(40, { exact: true }), 0);
    assert.ok((await one.differences(40)) <= 2, "a walk may find others");
    assert.ok((await one.recall()) > 0.97);
    assert.equal(await one.wrongEmbeddings(0, RECORDS), 0);
    assert.deepEqual(await one.aborted(), ["AbortError", 1]);
    assert.equal(await one.fork(), true);

    await one.write("update", 100, 200, 50_000);
    await one.write("upsert", 4_900, 5_100, 60_000);
    await one.remove(2_000, 2_100);
    await one.write("add", 2_050, 2_060, 70_000);
    const right = async () => {
      assert.equal(await one.count(), RECORDS + 100 - 100 + 10);
      assert.equal(await one.differences(40, { exact: true }), 0);
      for (const part of [
        [100, 200, 50_000],
        [4_900, 5_100, 60_000],
        [2_050, 2_060, 70_000],
        [200, 900],
      ]) {
        assert.equal(await one.wrongEmbeddings(...part), 0);
      }
    };
    await right();
    await one.close();
    assert.deepEqual(await one.verify({ worker }), SOUND);
    await one.open({ worker });
    await right();
    // Until a checkpoint has taken in what was in the log.
    await one.write("upsert", 3_000, 4_500, 80_000);
    await one.settled();
    await right();
    assert.equal(await one.wrongEmbeddings(3_000, 4_500, 80_000), 0);
    assert.deepEqual(await one.verify({ worker }), SOUND);
    assert.deepEqual(await one.heard(), []);
  });

  test(`${place}: what has to be fetched while the client closes or the collection ends is refused`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker });
    await one.fill(3_000);
    await one.settled();
    const ended = async (what, code) => {
      for (const outcome of await one.reading(what))
        assert.ok([code, "fulfilled"].includes(outcome), outcome);
    };
    await ended("close", "closed");
    await one.open({ worker });
    assert.equal(await one.count(), 3_000);
    await ended("delete", "not_found");
    assert.deepEqual(await one.sizes(), { log: 0, embeddings: 0 });
  });

  test(`${place}: a group that is damaged or missing loses its records by name and no others`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker });
    await one.fill(3_000);
    await one.settled();
    await one.close();
    await one.damage(10, "damaged");
    await one.damage(20, "missing");
    assert.deepEqual(await one.verify({ worker }), {
      ok: false,
      lost: 16,
      problems: [
        ["group 10 of the embeddings", "damaged"],
        ["group 20 of the embeddings", "missing"],
      ],
    });
    await one.open({ worker });
    assert.equal(await one.count(), 3_000);
    assert.equal(await one.wrongEmbeddings(80, 88), 8);
    assert.equal(await one.count(), 2_992);
    assert.equal(await one.wrongEmbeddings(0, 80), 0);
    assert.equal(await one.wrongEmbeddings(160, 168), 8);
    assert.match((await one.heard()).at(-1), /"stored": .*16 records are lost: 160, 161/);
    for (const first of [80, 160]) await one.write("upsert", first, first + 8, 90_000);
    assert.equal(await one.wrongEmbeddings(80, 88, 90_000), 0);
    assert.equal(await one.count(), 3_000);
    await one.close();
    await one.open({ worker });
    assert.equal(await one.wrongEmbeddings(160, 168, 90_000), 0);
    assert.equal(await one.wrongEmbeddings(200, 1_000), 0);
  });

  test(`${place}: two tabs read what the other has stored`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = [await tab(), await tab()];
    await one.open({ worker });
    await one.fill(3_000);
    await one.settled();
    await two.open({ worker });
    assert.equal(await two.wrongEmbeddings(0, 3_000), 0);
    // The first makes a checkpoint with other slots than the second has.
    await two.write("update", 0, 50, 10_000);
    await one.write("upsert", 2_500, 4_500, 20_000);
    await one.settled();
    await two.write("add", 5_000, 5_010);
    for (const each of [two, one]) {
      assert.equal(await each.wrongEmbeddings(2_500, 4_500, 20_000), 0);
      assert.equal(await each.wrongEmbeddings(0, 50, 10_000), 0);
      assert.equal(await each.wrongEmbeddings(50, 2_500), 0);
      assert.equal(await each.wrongEmbeddings(5_000, 5_010), 0);
    }
    assert.deepEqual(await one.verify({ worker }), SOUND);
    assert.deepEqual([await one.heard(), await two.heard()], [[], []]);
  });
}

test("what cannot be stored is refused with what to do instead", async (t) => {
  const { tab } = await profile(t);
  const one = await tab();
  await one.open({ worker: false });
  const refusals = await one.refusals();
  assert.match(refusals.memory, /^invalid_configuration: .*use PersistentClient/);
  assert.match(refusals.none, /^invalid_configuration: .*needs configuration\.quantization/);
  assert.match(
    refusals.unknown,
    /^invalid_configuration: .*is "disk"; expected "memory" or "stored"/,
  );
  assert.match(refusals.modified, /^invalid_configuration: .*embeddings is fixed/);
  assert.match(refusals.quantization, /^invalid_configuration: .*quantization is fixed/);
});

test("a database without a store for embeddings gets one", async (t) => {
  const { tab } = await profile(t);
  const one = await tab();
  await one.makeOld();
  await one.open({ worker: false });
  assert.equal(await one.count(), 0);
  assert.deepEqual(await one.sizes(), { log: 0, embeddings: 0 });
});
