// node bench/ingest-frames.mjs: what a page and its queries notice of bringing records in. Prints tables in Markdown.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { main } from "../scripts/lib/fail.mjs";
import { buildDir, root } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { loadDataset, served } from "./lib/dataset.mjs";
import { load } from "./lib/machine.mjs";
import { prepare } from "./lib/prepare.mjs";
import { serve } from "./lib/server.mjs";
import { longestTasks, traced } from "./lib/tracing.mjs";

const site = join(buildDir, "bench", "ingest-frames");
const model = resolve(
  process.env.VECINO_DATA || join(root, "../shared/data"),
  "models/static-minilm-256",
);
const QUERIES = 50;
/** Name, whether embeddings are given, and the call. */
const WAYS = [
  ["ingest, embeddings given", true, "ingest"],
  ["one add of all, embeddings given", true, "add"],
  // The last, since its queries have another dimension.
  ["ingest, static embedding function", false, "ingest"],
];
const FILES = ["model.json", "tokenizer.json", "tokenizer_config.json", "scales.f32", "vectors.i8"];

// The static function has 256 numbers: fewer than 15,000 records of these are never linked.
await main(async () => {
  const { values } = parseArgs({
    options: {
      records: { type: "string", default: "16000" },
      batch: { type: "string" },
      headed: { type: "boolean", default: false },
    },
  });
  const records = Number(values.records);
  const batchSize = values.batch === undefined ? undefined : Number(values.batch);
  const browser = await prepare(site, values, ["ingest-frames.html"]);
  const dataset = loadDataset({ records, queries: QUERIES });
  const files = FILES.map((name) => [`model/${name}`, readFileSync(join(model, name))]);
  const server = await serve(site, { ...served(dataset), ...Object.fromEntries(files) });
  const rows = [];
  let raw;
  try {
    await browser.start();
    const page = await browser.page();
    await page.goto(`${server.origin}/ingest-frames.html`);
    await page.evaluate(() => window.bench.load());
    for (const [name, given, way] of WAYS) {
      heading(`${records} records: ${name}`);
      let result;
      const events = await traced(page, async () => {
        result = await page.evaluate(
          (options) => window.bench.ingest(...options),
          [given, true, batchSize, way],
        );
      });
      rows.push({ name, ...result, tasks: longestTasks(events, "frames-begin", "frames-end") });
    }
    heading("The same without queries, and with add");
    const alone = await page.evaluate(
      (options) => window.bench.ingest(...options),
      [true, false, batchSize],
    );
    raw = { alone, ...(await page.evaluate((size) => window.bench.raw(size), batchSize ?? 500)) };
    console.log(`\nChromium ${browser.version}, load ${load().toFixed(1)}; ${dataset.about}\n`);
    console.log(table(rows));
    const { addSeconds, buildSeconds } = raw;
    const { ingestSeconds } = raw.alone;
    console.log(
      `\nWithout queries: ingest ${ingestSeconds.toFixed(2)} s, add of the same ${addSeconds.toFixed(2)} s (ingest has ` +
        `${(addSeconds / ingestSeconds).toFixed(2)} times its throughput); until all is linked ` +
        `${raw.alone.buildSeconds.toFixed(2)} s and ${buildSeconds.toFixed(2)} s.`,
    );
  } finally {
    server.close();
    await browser.remove();
  }
});

function table(results) {
  const ms = (value) => `${value.toFixed(2)} ms`;
  const lines = [
    ["", ...results.map(({ name }) => name)],
    ["---", ...results.map(() => "--:")],
    [
      "longest task of the page's thread, time",
      ...results.map(({ tasks }) => ms(tasks.page.longest)),
    ],
    ["the same, time on the processor", ...results.map(({ tasks }) => ms(tasks.page.longestCpu))],
    [
      "tasks over 16 ms, by time and on the processor",
      ...results.map(({ tasks: { page } }) => `${page.over}, ${page.overCpu} of ${page.count}`),
    ],
    [
      "longest task of the worker, on the processor",
      ...results.map(({ tasks }) => ms(tasks.worker.longestCpu)),
    ],
    [
      "share of the worker's work in tasks over 2 ms, over 4 ms",
      ...results.map(({ tasks: { worker } }) =>
        [2, 4].map((limit) => `${(worker.shareOver(limit) * 100).toFixed(0)} %`).join(", "),
      ),
    ],
    ["longest delay of a timer", ...results.map(({ frames }) => ms(frames.longest))],
    [
      "longest time between two frames (frames)",
      ...results.map(({ frames }) => `${ms(frames.gap)} (${frames.frames})`),
    ],
    ["long tasks (over 50 ms)", ...results.map(({ frames }) => frames.longTasks)],
  ];
  for (const phase of ["idle", "ingesting", "indexing"]) {
    const cell = ({ times }) => {
      const time = times[phase];
      if (!time) return "none";
      const ratio = phase === "idle" ? "" : `, ${(time.p95 / times.idle.p95).toFixed(2)} x idle`;
      return `${ms(time.p50)}, ${ms(time.p95)}${ratio} (${time.count})`;
    };
    lines.push([`query ${phase}, p50 and p95 (queries)`, ...results.map(cell)]);
  }
  lines.push([
    "ingesting, until all is linked",
    ...results.map(({ ingestSeconds, buildSeconds }) =>
      [ingestSeconds, buildSeconds].map((seconds) => `${seconds.toFixed(2)} s`).join(", "),
    ),
  ]);
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
