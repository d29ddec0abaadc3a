// npm run torture -- kill|faults|tabs|quota|damage|browsers|cost|all [--long] [--seed n] [--stored] [--browser chromium|firefox]
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { buildPackage } from "../../scripts/build/package.mjs";
import { buildWasm } from "../../scripts/build/wasm.mjs";
import { ensureFirefox, ensureWebKit } from "../../scripts/lib/browsers.mjs";
import { ensureChromium } from "../../scripts/lib/chromium.mjs";
import { Failure, main } from "../../scripts/lib/fail.mjs";
import { ensurePackages } from "../../scripts/lib/npm-packages.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { heading } from "../../scripts/lib/run.mjs";
import { seedFrom } from "./lib/seed.mjs";

/** By suite: the options of the short and of the long form. */
const forms = {
  kill: [{ rounds: 10 }, { rounds: 200 }],
  faults: [{ every: 7 }, { every: 1 }],
  tabs: [
    { count: 3, milliseconds: 5_000 },
    { count: 8, milliseconds: 60_000 },
  ],
  quota: [{}, {}],
  damage: [{ times: 1 }, { times: 25 }],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: "boolean", default: false },
    seed: { type: "string" },
    stored: { type: "boolean", default: false },
    browser: { type: "string", default: "chromium" },
    "no-build": { type: "boolean", default: false },
  },
});

await main(async () => {
  const [wanted = "all"] = positionals;
  const names = wanted === "all" ? Object.keys(forms) : [wanted];
  if (!["browsers", "cost", ...Object.keys(forms)].includes(names[0])) {
    const known = ["all", ...Object.keys(forms), "browsers", "cost"].join(", ");
    throw new Failure(`There is no suite "${wanted}"; there are ${known}.`);
  }
  if (wanted === "cost") return runCost();
  if (!values["no-build"]) {
    await ensurePackages();
    await buildWasm();
    await buildPackage();
  }
  const seed = seedFrom(values.seed);
  if (wanted === "browsers") return inOtherBrowsers(seed);
  if (values.browser === "firefox") process.env.FIREFOX = await ensureFirefox();
  else process.env.CHROMIUM = (await ensureChromium()).chromium;
  for (const name of names) await runSuite(name, values.browser, seed, values.long);
});

async function runSuite(name, kind, seed, long) {
  heading(`${name} in ${kind}, seed ${seed}`);
  const started = Date.now();
  const embeddings = values.stored ? "stored" : "memory";
  const options = { kind, seed, embeddings, note: console.log, ...forms[name][long ? 1 : 0] };
  const run = (await import(`./suites/${name}.mjs`))[name];
  const places = name === "quota" ? [false, true] : [undefined];
  for (const worker of places) console.log(await run({ ...options, worker }));
  console.log(`${name}: passed after ${Math.round((Date.now() - started) / 1000)} s`);
}

/** The suites that need nothing of Chromium's own in Firefox, and plain use in WebKitGTK. */
async function inOtherBrowsers(seed) {
  process.env.FIREFOX = await ensureFirefox();
  process.env.MINIBROWSER = await ensureWebKit();
  for (const name of ["kill", "faults", "tabs", "damage"]) {
    await runSuite(name, "firefox", seed, values.long);
  }
  heading("Open, write, reload, read in WebKitGTK");
  console.log(await (await import("./suites/reload.mjs")).reload({ kind: "webkit", seed }));
}

function runCost() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inRoot("bench/durability.mjs")], { stdio: "inherit" });
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Failure(`bench/durability.mjs ended with code ${code}.`));
    });
  });
}
