// Several tabs write to one path at the same time, some of them end without a word, and all must agree at the end.
//
// What is checked: every tab sees its own writes at once (page/lanes.js); every replica, after catching up, holds the
// same; a client that opens afterwards holds the same; and that is what the acknowledged calls make: each lane's own ids
// exactly, in order, the shared ids as the last of the calls that touched them, where "last" leaves open only the order of
// calls that overlapped. A call that was cut off happened whole or not at all.
import { setTimeout as sleep } from "node:timers/promises";
import { Profile, startBrowser } from "../lib/browser.mjs";
import { requireClean } from "../lib/clean.mjs";
import { Ledger } from "../lib/ledger.mjs";
import { below, randomOf } from "../lib/random.mjs";
import { Gone, Server } from "../lib/server.mjs";

const PATH = "tabs";

/** How long replicas may take to hear of each other's last writes, in milliseconds. */
const HEARING = 10_000;

export async function tabs({ kind = "chromium", count, milliseconds, seed, note = () => {} }) {
  const random = randomOf(seed, 2);
  const ledger = new Ledger(seed);
  const profile = new Profile();
  const server = await Server.start();
  const seen = { tabs: count, crashed: 0, closed: 0 };
  let browser;
  try {
    browser = await startBrowser(kind, profile, server);
    seen.version = browser.version;
    server.onSay = ({ begins, resolved, lane, n }) => {
      if (begins) ledger.begins(lane, n);
      if (resolved) ledger.resolved(lane, n);
    };
    const end = Date.now() + milliseconds;
    // A lane outlives its tab: the next tab finds what the last call left behind.
    const ends = (lane) => lane !== 0;
    const working = Array.from({ length: count }, (_, lane) =>
      workOnLane({ browser, ledger, seed, lane, end, milliseconds, seen, random, ends, note }),
    );
    const open = await Promise.all(working);
    await compareReplicas({ browser, ledger, seed, open, seen });
  } catch (error) {
    const again = `npm run torture -- tabs --seed ${seed}`;
    throw new Error(`seed ${seed}: ${error.message}\nAgain: ${again}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    profile.remove();
  }
  const { acknowledged, unacknowledged, happened } = ledger;
  return { ...seen, acknowledged, unacknowledged, happened };
}

/** Keeps one tab at work until `end`, a new one when it went away. Resolves with the last tab. */
async function workOnLane({
  browser,
  ledger,
  seed,
  lane,
  end,
  milliseconds,
  seen,
  random,
  ends,
  note,
}) {
  for (;;) {
    const tab = await browser.tab();
    const options = { worker: lane % 3 !== 2, durability: lane % 2 ? "strict" : "relaxed" };
    await tab.call("open", { path: PATH, options });
    if (ledger.isPending(lane)) {
      ledger.settleLane(lane, await tab.call("own", { lane }));
    }
    const left = end - Date.now();
    if (left <= 0) return tab;
    const life = ends(lane) ? lifetime(milliseconds, random) : Number.POSITIVE_INFINITY;
    const work = tab
      .call("work", { seed, lanes: [{ lane, next: ledger.next(lane) }], milliseconds: left })
      .catch((error) => {
        if (!(error instanceof Gone)) throw error;
      });
    if (life >= left) {
      await work;
      return tab;
    }
    await Promise.race([sleep(life), work]);
    const crashes = tab.crash && random() < 0.5;
    note(`lane ${lane}: its tab ${crashes ? "crashes" : "is closed"}`);
    seen[crashes ? "crashed" : "closed"] += 1;
    await (crashes ? tab.crash() : tab.close());
    await work;
  }
}

/** How long a tab lives, in milliseconds: short enough that some end in a run of any length. */
function lifetime(run, random) {
  return 500 + below(random, Math.min(6_000, run / 2));
}

async function compareReplicas({ browser, ledger, seed, open, seen }) {
  const fresh = await browser.call("inspect", { path: PATH, options: {}, seed });
  requireClean(fresh.report);
  ledger.settle(fresh.records);
  const text = (records) => JSON.stringify(records);
  const expected = text(fresh.records);
  seen.heard = await open[0].call("hears", { expected: fresh.records, within: HEARING });
  for (const [lane, tab] of open.entries()) {
    const found = text(await tab.call("replica", { seed }));
    if (found !== expected)
      throw new Error(`the replica of lane ${lane} differs: ${diff(found, expected)}`);
  }
}

function diff(found, expected) {
  const [a, b] = [JSON.parse(found), JSON.parse(expected)].map((list) => list.map(String));
  const only = (one, other) => one.filter((line) => !other.includes(line)).slice(0, 3);
  return `${a.length} records, ${b.length} expected; only here ${only(a, b)}; only there ${only(b, a)}`;
}
