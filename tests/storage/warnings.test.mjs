// What goes wrong and is mended reaches every client of the engine as an event.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "../tabs/support.mjs";

const profile = profiles();

for (const { place, worker } of places) {
  test(`${place}: damage that is repaired is told to every client of the engine`, async (t) => {
    const { tab } = await profile(t);
    const one = await tab();
    await one.open({ worker });
    await one.writeWide();
    await one.linked();
    await one.close();
    await one.damageGraph();

    const logged = [];
    one.page.on("console", (message) => logged.push(`${message.type()} ${message.text()}`));
    const warnings = await one.warningsOfTwo({ worker }, { cancels: true });
    assert.equal(warnings.length, 2);
    for (const { code, message } of warnings) {
      assert.equal(code, "damaged");
      assert.match(message, /^collection "notes": .*it is built anew from the records$/);
    }
    assert.deepEqual(logged, [], "a canceled warning is nobody else's business");

    await one.damageGraph();
    const [{ message }] = await one.warningsOfTwo({ worker }, { cancels: false });
    assert.deepEqual(logged, [`warning vecino: ${message}`], "once for all clients");

    await one.damageGraph();
    logged.length = 0;
    await one.countSilently({ worker });
    assert.equal(logged.length, 1, "and when nobody listens");
  });
}
