// npm run bench: measures the built package in headless Chromium, and prints a report in Markdown.
// The same as JSON, and the report, are left in build/bench/.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "../scripts/lib/fail.mjs";
import { buildDir, inRoot } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { loadDataset, served } from "./lib/dataset.mjs";
import { describeMachine, load } from "./lib/machine.mjs";
import { readOptions, usage } from "./lib/options.mjs";
import { prepare } from "./lib/prepare.mjs";
import { markdown } from "./lib/report.mjs";
import { serve } from "./lib/server.mjs";

/** Values of ef_search, the default among them. */
const CANDIDATES = [50, 100, 200];
const DEFAULT_CANDIDATES = 100;
const RESTARTS = 3;

const output = join(buildDir, "bench");

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  const browser = await prepare(join(output, "site"), options);

  heading("Data");
  const dataset = loadDataset(options);
  console.log(`${dataset.shape.records} x ${dataset.shape.dimension}: ${dataset.about}.`);
  try {
    const figures = await measure(browser, dataset, options);
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, "figures.json"), `${JSON.stringify(figures, null, 2)}\n`);
    const report = markdown(figures);
    writeFileSync(join(output, "report.md"), `${report}\n`);
    console.log(`\n${report}`);
  } finally {
    await browser.remove();
  }
});

async function measure(browser, dataset, options) {
  const { measureReloads, measureRestarts } = await import("./lib/opening.mjs");
  const { about, shape } = dataset;
  const server = await serve(join(output, "site"), served(dataset));
  const loadBefore = load();
  const version = JSON.parse(readFileSync(inRoot("package.json"), "utf8")).version;
  try {
    await browser.start();
    const filled = await fillAndAsk(browser, server.origin, options);
    heading("Reloading");
    const built = filled.package.buildMs !== undefined;
    const reloads = await measureReloads(browser, server.origin, options.openings);
    // The last links before closing may be younger than the last checkpoint; they are made again.
    const redone = 1_000;
    if (built && reloads.package.some(({ unlinked }) => unlinked > redone)) {
      throw new Error(`After a reload more than ${redone} records were not in the graph.`);
    }
    heading("Starting the browser anew");
    const restarts = await measureRestarts(browser, server.origin, RESTARTS);
    return {
      dataset: { about, shape },
      options,
      defaultCandidates: DEFAULT_CANDIDATES,
      package: filled.package,
      unlinked: filled.unlinked,
      asked: filled.asked,
      reloads,
      restarts,
      machine: describeMachine(),
      load: [loadBefore, load()],
      versions: { chromium: browser.version, vecino: version },
    };
  } finally {
    server.close();
  }
}

async function fillAndAsk(browser, origin, { vectorsOnly }) {
  const page = await browser.page();
  await page.goto(`${origin}/bench.html`);
  await page.evaluate(() => window.bench.load());
  heading("Adding and linking, through the package");
  const linked = await page.evaluate((only) => window.bench.fillPackage(only), vectorsOnly);
  heading("Adding, never linked");
  const unlinked = await page.evaluate((only) => window.bench.fillUnlinked(only), vectorsOnly);
  heading("Asking");
  const results = await page.evaluate((candidates) => window.bench.askAll(candidates), CANDIDATES);
  const exact = results.find(({ name }) => name === "exact scan");
  if (exact.recall < 0.9999) throw new Error(`The exact scan has a recall of ${exact.recall}.`);
  await page.evaluate(() => window.bench.close());
  await page.close();
  linked.storedBytes = linked.originBytes;
  unlinked.storedBytes = unlinked.originBytes - linked.originBytes;
  return { package: linked, unlinked, asked: results };
}
