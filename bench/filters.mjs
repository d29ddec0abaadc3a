// node bench/filters.mjs: how long filters take in headless Chromium, without search. Prints a table in Markdown.
import { join } from "node:path";
import { buildPackage } from "../scripts/build/package.mjs";
import { buildWasm } from "../scripts/build/wasm.mjs";
import { main } from "../scripts/lib/fail.mjs";
import { ensurePackages } from "../scripts/lib/npm-packages.mjs";
import { buildDir } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { loadDataset } from "./lib/dataset.mjs";
import { load } from "./lib/machine.mjs";
import { readOptions } from "./lib/options.mjs";

const ROUNDS = 40;
const site = join(buildDir, "bench", "filters");

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  await ensurePackages();
  await buildWasm();
  await buildPackage();
  // Only now: they import npm packages.
  const { bundle } = await import("./lib/bundle.mjs");
  const { Browser } = await import("./lib/browser.mjs");
  const { serve } = await import("./lib/server.mjs");
  await bundle(site, ["filters.html"]);

  const { about, records } = loadDataset({ ...options, queries: 1 });
  const server = await serve(site, { records });
  const browser = new Browser(process.env.CHROMIUM || "/usr/bin/chromium", options.headed);
  try {
    await browser.start();
    const page = await browser.page();
    await page.goto(`${server.origin}/filters.html`);
    heading("Adding");
    const filled = await page.evaluate(() => window.bench.fill());
    console.log(`${filled.records} records, ${about}; ${filled.megabytes} MB of documents.`);
    heading("Asking");
    const figures = await page.evaluate((rounds) => window.bench.ask(rounds), ROUNDS);
    console.log(`\nChromium ${browser.version}, load ${load().toFixed(1)}\n`);
    console.log("| get, limit 10, ids only | matches | first | p50 | p95 |");
    console.log("| --- | --: | --: | --: | --: |");
    for (const { name, matches, first, p50, p95 } of figures) {
      const cells = [first, p50, p95].map((ms) => `${ms.toFixed(2)} ms`);
      console.log(`| ${name} | ${matches} | ${cells.join(" | ")} |`);
    }
  } finally {
    server.close();
    await browser.remove();
  }
});
