// node bench/filters.mjs: how long filters take in headless Chromium, without search. Prints a table in Markdown.
import { join } from "node:path";
import { main } from "../scripts/lib/fail.mjs";
import { buildDir } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { loadDataset } from "./lib/dataset.mjs";
import { load } from "./lib/machine.mjs";
import { readOptions } from "./lib/options.mjs";
import { prepare } from "./lib/prepare.mjs";
import { serve } from "./lib/server.mjs";

const ROUNDS = 40;
const site = join(buildDir, "bench", "filters");

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  const browser = await prepare(site, options, ["filters.html"]);

  const { about, records } = loadDataset({ ...options, queries: 1 });
  const server = await serve(site, { records });
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
