// The plainest use in any browser that opens an address: open, write, read; reload the page, read; start the browser anew,
// read.
import { Profile, startBrowser } from "../lib/browser.mjs";
import { requireClean } from "../lib/clean.mjs";
import { Ledger } from "../lib/ledger.mjs";
import { Server } from "../lib/server.mjs";

const CALLS = 300;

export async function reload({ kind, seed }) {
  const profile = new Profile();
  const server = await Server.start();
  const ledger = new Ledger(seed);
  let browser;
  server.onSay = ({ begins, resolved, lane, n }) => {
    if (begins) ledger.begins(lane, n);
    if (resolved) ledger.resolved(lane, n);
  };
  try {
    for (const worker of [true, false]) {
      browser = await startBrowser(kind, profile, server);
      const place = { path: "reloaded", options: { worker }, seed };
      await browser.call("open", place);
      const lanes = [{ lane: 0, next: ledger.next(0) }];
      await browser.call("work", { seed, lanes, calls: CALLS });
      await browser.call("close");
      for (const renew of ["reload", "restart"]) {
        if (renew === "reload") {
          void browser.call("reload").catch(() => {});
        } else {
          await browser.kill();
          browser = await startBrowser(kind, profile, server);
        }
        const { records, report } = await browser.call("inspect", place);
        requireClean(report);
        ledger.settle(records);
      }
      await browser.kill();
    }
    return { version: browser.version, acknowledged: ledger.acknowledged };
  } finally {
    await browser?.kill();
    server.close();
    profile.remove();
  }
}
