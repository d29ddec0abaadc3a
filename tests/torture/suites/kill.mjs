// The browser is killed at random moments, and what it had acknowledged must be there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
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

/** Kills `kind` of browser `rounds` times; `embeddings` says where the collection has them. Resolves with what was seen; throws at the first fault. */
export async function kill({
  kind = "chromium",
  embeddings = "memory",
  rounds,
  seed,
  note = () => {},
}) {
  const random = randomOf(seed, 1);
  let ledger = new Ledger(seed);
  let profile = new Profile();
  const server = await Server.start();
  const seen = { rounds, inCheckpoints: 0, corruptedByBrowser: 0 };
  const calls = { acknowledged: 0, unacknowledged: 0, happened: 0 };
  const count = () => {
    for (const key of Object.keys(calls)) calls[key] += ledger[key];
  };
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
      const corruption = await verified({ browser, profile, ledger, options, embeddings, seed });
      if (corruption) {
        note(`round ${round}: the browser's own database is corrupt, a new profile: ${corruption}`);
        seen.corruptedByBrowser += 1;
        await browser.kill();
        profile.remove();
        count();
        [ledger, profile] = [new Ledger(seed), new Profile()];
        browser = await startBrowser(kind, profile, server);
      }
      if (round === rounds) break;
      const aim = random() < 0.4 ? "checkpoint" : "any";
      const moment = await killWhileWorking({
        browser,
        server,
        ledger,
        seed,
        options,
        embeddings,
        aim,
        random,
      });
      if (moment === "checkpoint") seen.inCheckpoints += 1;
      note(`round ${round}: killed at ${moment}, ${ledger.acknowledged} calls acknowledged`);
    }
  } catch (error) {
    const stored = embeddings === "stored" ? " --stored" : "";
    const again = `npm run torture -- kill --seed ${seed}${stored}`;
    kept = `\nThe profile as it is: ${profile.folder}\nAgain: ${again}`;
    throw new Error(`seed ${seed}, round ${round}: ${error.message}${kept}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    if (!kept) profile.remove();
  }
  count();
  return { ...seen, ...calls };
}

/**
 * Throws unless what is stored is what was acknowledged. Resolves with the browser's own words if it has found its
 * database corrupt: Chromium does when it was killed in the middle of a write to its LevelDB log and later appended to
 * that log. It then deletes everything, below whatever a page can do.
 */
async function verified({ browser, profile, ledger, options, embeddings, seed }) {
  try {
    const place = { path: PATH, options, embeddings, seed };
    const { records, report, existed } = await browser.call("inspect", place);
    if (ledger.acknowledged > 0 && !existed) throw new Error("the browser has no such database");
    requireClean(report);
    ledger.settle(records);
  } catch (error) {
    const corruption = corruptionIn(profile.folder);
    if (!corruption) throw error;
    return corruption;
  }
}

/** What Chromium's log of its LevelDB says of corruption; undefined if it says nothing. */
function corruptionIn(folder) {
  const under = join(folder, "Default", "IndexedDB");
  const files = existsSync(under) ? readdirSync(under, { recursive: true }) : [];
  const logs = files.filter((name) => ["LOG", "LOG.old"].includes(basename(name)));
  const texts = logs.map((name) => readFileSync(join(under, name), "utf8"));
  return /\d+\.log: .*Corruption: .*/.exec(texts.join("\n"))?.[0];
}

async function killWhileWorking({
  browser,
  server,
  ledger,
  seed,
  options,
  embeddings,
  aim,
  random,
}) {
  const reached = new Promise((resolve) => {
    server.onSay = (message) => {
      if (message.begins) ledger.begins(message.lane, message.n);
      if (message.resolved) ledger.resolved(message.lane, message.n);
      if (message.begins && aim === "any") resolve("any moment");
      if (message.checkpoint && aim === "checkpoint") resolve("checkpoint");
    };
  });
  await browser.call("open", { path: PATH, options, embeddings });
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
