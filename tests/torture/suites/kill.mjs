// The browser is killed at random moments, and what it had acknowledged must be there.
import { setTimeout as sleep } from "node:timers/promises";
import { Profile, startBrowser } from "../lib/browser.mjs";
import { requireClean } from "../lib/clean.mjs";
import { Ledger } from "../lib/ledger.mjs";
import { below, randomOf } from "../lib/random.mjs";
import { Gone, Server } from "../lib/server.mjs";

const LANES = [0, 1, 2];
const PATH = "killed";

/** How long to wait for a checkpoint that is to be killed, in milliseconds. */
const PATIENCE = 8_000;

/** Kills `kind` of browser `rounds` times. Resolves with what was seen; throws at the first fault. */
export async function kill({ kind = "chromium", rounds, seed, note = () => {} }) {
  const random = randomOf(seed, 1);
  const ledger = new Ledger(seed);
  const profile = new Profile();
  const server = await Server.start();
  const seen = { rounds, inCheckpoints: 0 };
  let browser;
  let round = 0;
  let kept = "";
  try {
    for (; round <= rounds; round += 1) {
      browser = await startBrowser(kind, profile, server);
      seen.version = browser.version;
      const options = {
        durability: round % 2 ? "strict" : "relaxed",
        worker: round % 4 < 2,
      };
      const inspected = await browser.call("inspect", { path: PATH, options, seed });
      const { records, report, existed } = inspected;
      if (ledger.acknowledged > 0 && !existed) throw new Error("the browser has no such database");
      requireClean(report);
      ledger.settle(records);
      if (round === rounds) break;
      const aim = random() < 0.4 ? "checkpoint" : "any";
      const moment = await killWhileWorking({
        browser,
        server,
        ledger,
        seed,
        options,
        aim,
        random,
      });
      if (moment === "checkpoint") seen.inCheckpoints += 1;
      note(`round ${round}: killed at ${moment}, ${ledger.acknowledged} calls acknowledged`);
    }
  } catch (error) {
    const again = `npm run torture -- kill --seed ${seed}`;
    kept = `\nThe profile as it is: ${profile.folder}\nAgain: ${again}`;
    throw new Error(`seed ${seed}, round ${round}: ${error.message}${kept}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    if (!kept) profile.remove();
  }
  const { acknowledged, unacknowledged, happened } = ledger;
  return { ...seen, acknowledged, unacknowledged, happened };
}

async function killWhileWorking({ browser, server, ledger, seed, options, aim, random }) {
  const reached = new Promise((resolve) => {
    server.onSay = (message) => {
      if (message.begins) ledger.begins(message.lane, message.n);
      if (message.resolved) ledger.resolved(message.lane, message.n);
      if (message.begins && aim === "any") resolve("any moment");
      if (message.checkpoint && aim === "checkpoint") resolve("checkpoint");
    };
  });
  await browser.call("open", { path: PATH, options });
  const lanes = LANES.map((lane) => ({ lane, next: ledger.next(lane) }));
  const failed = browser.call("work", { seed, lanes }).catch((error) => {
    if (!(error instanceof Gone)) throw error;
  });
  const late = sleep(PATIENCE, "no checkpoint in time", { ref: false });
  const moment = await Promise.race([reached, late, failed]);
  // A checkpoint of this size takes some milliseconds, a call about one.
  await Promise.race([sleep(aim === "any" ? below(random, 1_500) : below(random, 30)), failed]);
  await browser.kill();
  await failed;
  return moment;
}
