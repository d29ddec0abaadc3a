// Wrong bytes in every object store: a clear error or the rest, never a wrong answer, a crash or a silent loss.
import { Profile, startBrowser } from "../lib/browser.mjs";
import { below, randomOf } from "../lib/random.mjs";
import { Server } from "../lib/server.mjs";

/** A missing definition is a collection that was deleted, a missing manifest one that never had a checkpoint. */
const CANNOT_BE_NOTICED = [["catalog", "missing"]];

export async function damage({
  kind = "chromium",
  embeddings = "memory",
  times,
  seed,
  note = () => {},
}) {
  const random = randomOf(seed, 5);
  const profile = new Profile();
  const server = await Server.start();
  const outcomes = {};
  let browser;
  try {
    browser = await startBrowser(kind, profile, server);
    const stored = await browser.call("store", { seed, embeddings });
    note(`stored: ${JSON.stringify(stored)}`);
    const kinds = await browser.call("damageKinds");
    for (let time = 0; time < times; time += 1) {
      for (const [name, count] of Object.entries(stored)) {
        if (count === 0) continue;
        for (const what of kinds) {
          if (CANNOT_BE_NOTICED.some(([a, b]) => a === name && b === what)) continue;
          const at = below(random, count);
          const place = { seed: seed + time, name, at, kind: what };
          const outcome = await browser.call("damage", place);
          const key = `${name}: ${outcome}`;
          outcomes[key] = (outcomes[key] ?? 0) + 1;
          note(`${name}, ${what}: ${outcome}`);
        }
      }
    }
    return { version: browser.version, outcomes };
  } catch (error) {
    const stored = embeddings === "stored" ? " --stored" : "";
    const again = `npm run torture -- damage --seed ${seed}${stored}`;
    throw new Error(`seed ${seed}: ${error.message}\nAgain: ${again}`, { cause: error });
  } finally {
    await browser?.kill();
    server.close();
    profile.remove();
  }
}
