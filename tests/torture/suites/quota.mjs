// The disk is full, and later it is not: Chromium's quota for the page's origin is lowered, then raised again.
import { Profile, startBrowser } from "../lib/browser.mjs";
import { requireClean } from "../lib/clean.mjs";
import { Server } from "../lib/server.mjs";

const PATH = "full";

export async function quota({ worker, seed, note = () => {} }) {
  const options = { worker };
  const profile = new Profile();
  const server = await Server.start();
  let browser;
  try {
    browser = await startBrowser("chromium", profile, server);
    const session = await browser.session();
    const setQuota = (quotaSize) =>
      session.send("Storage.overrideQuotaForOrigin", { origin: server.origin, quotaSize });
    // Before anything is stored: Chromium remembers for half a minute how much space it has left.
    await setQuota(8_000_000);
    await browser.call("openFull", { path: PATH, options });
    const full = await browser.call("fill", { seed, times: 100, failures: 5 });
    note(`full: ${full.join(", ")}`);
    const reopened = await browser.call("reopenFull", { path: PATH, options });
    requireClean(reopened.report);
    const room = await browser.call("makeRoom");
    note(`deleting while full: ${room}`);
    await setQuota(1_000_000_000);
    const after = await browser.call("fill", { seed, times: 12, failures: 1 });
    const end = await browser.call("reopenFull", { path: PATH, options });
    requireClean(end.report);
    return { full, after, records: end.records, room, version: browser.version };
  } catch (error) {
    throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    profile.remove();
  }
}
