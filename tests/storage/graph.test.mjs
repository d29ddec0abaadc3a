// A damaged graph costs nothing but time: it is noticed, told and built anew, and answers stay right meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "../tabs/support.mjs";

const profile = profiles();

for (const { place, worker } of places) {
  test(`${place}: a damaged graph is told, answers stay right, and it is built anew`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker });
    await one.writeWide();
    await one.linked();
    assert.deepEqual(await one.verify({ worker }), { ok: true, lost: [], problems: [] });
    await one.close();
    await one.damageGraph();
    const damaged = { ok: false, lost: [], problems: [{ where: "the graph", code: "damaged" }] };
    assert.deepEqual(await one.verify({ worker }), damaged);

    await one.open({ worker });
    const { code, message } = await one.hears("warning");
    assert.equal(code, "damaged");
    assert.match(message, /^collection "notes": .*graph page.*it is built anew from the records$/);
    assert.equal(await one.rightAnswers(20), 20);
    await one.soundAgain({ worker });
    assert.equal(await one.rightAnswers(20), 20);
    await one.close();

    await one.open({ worker });
    assert.equal(await one.count(), 1100);
    assert.equal(await one.rightAnswers(20), 20);
    assert.deepEqual(await one.heard(), []);
  });
}
