// One request or transaction of IndexedDB goes wrong, at every place of a scripted scenario and in every way.
import { Profile, startBrowser } from "../lib/browser.mjs";
import { Server } from "../lib/server.mjs";

/** Chances of one kind in one scenario are fewer than this; more mean that the scenario does not end. */
const MOST = 1_000;

/** Which scenario, where, and every how many chances. Of commits, which are few, every `commits`. */
const everything = (every) =>
  ["plain", "withCheckpoints"].flatMap((scenario) =>
    [false, true].map((worker) => ({ scenario, worker, every })),
  );

/** The seed says with which chance a run begins that takes only some of them. */
export async function faults({
  kind = "chromium",
  every = 1,
  plans = everything(every),
  seed,
  note = () => {},
}) {
  const profile = new Profile();
  const server = await Server.start();
  const seen = { faults: 0, rejected: 0, kinds: 0 };
  let browser;
  try {
    browser = await startBrowser(kind, profile, server);
    seen.version = browser.version;
    const names = await browser.call("faultKinds");
    seen.kinds = names.length;
    for (const { scenario, worker, every, commits = every } of plans) {
      for (const name of names) {
        let [chances, rejected] = [0, 0];
        const step = name.includes("commit") ? commits : every;
        for (let at = 1 + (seed % step); ; at += step) {
          const answer = await browser.call("faulted", { scenario, kind: name, at, worker });
          if (!answer.fired) break;
          if (at > MOST) throw new Error(`${name} still strikes at ${at}`);
          chances += 1;
          rejected += answer.rejected.length;
        }
        seen.faults += chances;
        seen.rejected += rejected;
        const place = worker ? "worker" : "page";
        note(`${scenario}, ${place}, ${name}: ${chances} faults, ${rejected} calls rejected`);
      }
    }
    return seen;
  } catch (error) {
    const again = `npm run torture -- faults --seed ${seed}`;
    throw new Error(`seed ${seed}: ${error.message}\nAgain: ${again}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    profile.remove();
  }
}
