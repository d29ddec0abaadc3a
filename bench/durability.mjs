// node bench/durability.mjs: what it costs to keep everything, in headless Chromium. Prints a table in Markdown.
import { join } from "node:path";
import { main } from "../scripts/lib/fail.mjs";
import { buildDir } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { loadDataset, served } from "./lib/dataset.mjs";
import { load } from "./lib/machine.mjs";
import { readOptions } from "./lib/options.mjs";
import { prepare } from "./lib/prepare.mjs";
import { serve } from "./lib/server.mjs";
import { median } from "./page/statistics.js";

/** Single adds of which each time and each count is made. As many as make a checkpoint due. */
const ADDS = 1_000;
const OPENINGS = 5;
const site = join(buildDir, "bench", "durability");

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  const browser = await prepare(site, options, ["durability.html"]);

  const dataset = loadDataset({ ...options, queries: 100 });
  const { shape } = dataset;
  const server = await serve(site, served(dataset));
  const visit = async () => {
    const page = await browser.page();
    await page.goto(`${server.origin}/durability.html`);
    return page;
  };
  try {
    await browser.start();
    const page = await visit();
    await page.evaluate(() => window.bench.load());
    heading("Single adds");
    const times = {};
    for (const durability of ["relaxed", "strict"]) {
      times[durability] = await page.evaluate(
        ([name, count]) => window.bench.times(name, count),
        [durability, ADDS],
      );
    }
    heading("Bytes");
    const sizes = [1_000, 10_000, 50_000].filter((size) => size <= shape.records);
    const bytes = await page.evaluate(
      ([all, count]) => window.bench.bytes(all, count),
      [sizes, ADDS],
    );
    await page.close();
    heading("Opening");
    const openings = [];
    for (let time = 0; time < OPENINGS; time += 1) {
      const opened = await visit();
      openings.push(await opened.evaluate(() => window.bench.opening()));
      await opened.close();
    }
    const empty = await (await visit()).evaluate(() => window.bench.empty());
    console.log(`\nChromium ${browser.version}, load ${load().toFixed(1)}; ${dataset.about}\n`);
    console.log(table(rows({ times, bytes, openings, empty, shape })));
  } finally {
    server.close();
    await browser.remove();
  }
});

function rows({ times, bytes, openings, empty, shape }) {
  const ms = (value) => `${value.toFixed(2)} ms`;
  const mb = (value) => `${(value / 1e6).toFixed(1)} MB`;
  const middle = (key) => median(openings.map((opening) => opening[key]));
  const ratio = median(openings.map(({ answerMs, rawMs }) => answerMs / rawMs));
  const [{ wasmBytes, memoryBytes }] = openings;
  const needed = memoryBytes + empty;
  return [
    ...Object.entries(times).map(([name, time]) => [
      `single add, ${name}, p50 and p95`,
      time ? `${ms(time.p50)}, ${ms(time.p95)}` : "this build has no such option",
    ]),
    ...bytes.map(({ records, log, checkpoints }) => [
      `bytes of a single add to ${records} records: log, share of the checkpoint`,
      `${log.toFixed(0)}, ${checkpoints.toFixed(0)}`,
    ]),
    [
      `opening ${openings[0].records} x ${shape.dimension} to the first correct answer`,
      ms(middle("answerMs")),
    ],
    [`reading the same ${mb(openings[0].rawBytes)} raw`, ms(middle("rawMs"))],
    ["ratio of the two", ratio.toFixed(2)],
    ["WebAssembly memory: most while opening", mb(wasmBytes)],
    ["what the opened engine needs of it", mb(needed)],
    ["ratio of the two", (wasmBytes / needed).toFixed(2)],
  ];
}

function table(lines) {
  return ["| | |", "| --- | --: |", ...lines.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}
