// A collection or a database that one tab deletes is gone for the others: a clear error, never a hang.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "./support.mjs";

const profile = profiles();

for (const { place, worker } of places) {
  test(`${place}: a collection that another tab deletes is not found`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = [await tab(), await tab()];
    await one.open({ worker });
    await two.open({ worker });
    await one.write("add", ["a"]);
    await two.sees(["a"]);
    await one.deleteCollection();
    assert.equal(await two.refuses(), "not_found");
    assert.deepEqual(await two.everyCall(), Array(8).fill("not_found"));
    // Another of the same name is another collection.
    await two.open({ worker });
    await two.write("add", ["b"]);
    assert.deepEqual(await two.ids(), ["b"]);
    assert.equal(await one.refuses(), "not_found");
  });

  test(`${place}: writes under way while another tab deletes end with a refusal`, async (t) => {
    for (const [deletes, code] of [
      ["deleteCollection", "not_found"],
      ["destroy", "closed"],
    ]) {
      const { tab } = await profile(t);
      const [one, two, three] = [await tab(), await tab(), await tab()];
      for (const each of [one, two, three]) await each.open({ worker });
      const writing = [two, three].map((each) => each.writeUntilRefused());
      await one.seesSome();
      await one[deletes]();
      assert.deepEqual(await Promise.all(writing), [code, code], deletes);
    }
  });

  test(`${place}: collections of a database that another tab deletes are not found`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = [await tab(), await tab()];
    await one.open({ worker });
    await one.createDatabase("zoo");
    await two.open({ worker, database: "zoo" });
    await two.write("add", ["a"]);
    await one.deleteDatabase("zoo");
    assert.equal(await two.refuses(), "not_found");
    assert.deepEqual(await two.everyCall(), Array(8).fill("not_found"));
  });

  test(`${place}: a destroyed database closes the clients of other tabs and tells them`, async (t) => {
    const { tab } = await profile(t);
    const [one, two] = [await tab(), await tab()];
    await one.open({ worker });
    await two.open({ worker });
    await one.write("add", ["a"]);
    await two.sees(["a"]);
    await one.close();
    await one.destroy();
    const { code, message } = await two.hears("close");
    assert.equal(code, "closed");
    assert.match(message, /another tab deletes or upgrades it/);
    assert.deepEqual(await two.everyCall(), Array(8).fill("closed"));
    assert.equal((await two.heard()).length, 1, "told once");
    // A new client finds a new database; the old one is closed for good.
    await two.close();
    await two.open({ worker });
    assert.equal(await two.count(), 0);
    await two.write("add", ["b"]);
    assert.deepEqual(await two.ids(), ["b"]);
  });

  test(`${place}: destroying tells every client of the same page`, async (t) => {
    const { tab } = await profile(t);
    const page = await tab();
    assert.deepEqual(await page.destroyedUnderTwo({ worker }), ["closed", "closed"]);
  });
}
