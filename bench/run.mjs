// npm run bench: measures the built package in a browser, beside peers, and prints a report in Markdown.
// It is left in build/bench/ with all figures as JSON, and with --publish in bench/ too.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { main } from "../scripts/lib/fail.mjs";
import { buildDir, inRoot } from "../scripts/lib/paths.mjs";
import { heading } from "../scripts/lib/run.mjs";
import { describeMachine, load } from "./lib/machine.mjs";
import { buildMeasureModule } from "./lib/measure-module.mjs";
import { readOptions, usage } from "./lib/options.mjs";
import { ensurePeers, peerVersions } from "./lib/peers.mjs";
import { prepare } from "./lib/prepare.mjs";
import { picture } from "./lib/report/picture.mjs";
import { markdown } from "./lib/report/report.mjs";

const output = join(buildDir, "bench");
/** Of this run alone, so that another may go on beside it. */
const site = join(output, `site-${process.pid}`);
/** By section. */
const pages = {
  search: ["contest"],
  exact: ["contest"],
  planner: ["planner"],
  filters: ["filtered"],
  memory: ["memory"],
  churn: ["churn"],
  threads: ["threads"],
  storing: ["bench", "open"],
  scale: ["scale"],
};

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  await ensurePeers();
  if (options.only.includes("planner")) await buildMeasureModule();
  const needed = [...new Set(options.only.flatMap((section) => pages[section]))];
  const browser = await prepare(
    site,
    options,
    needed.map((name) => `${name}.html`),
  );
  const loadBefore = load();
  try {
    await browser.start();
    const { measureSections } = await import("./lib/sections.mjs");
    const { about, sections } = await measureSections({ browser, site, options });
    const figures = {
      about,
      options,
      machine: describeMachine(),
      load: [loadBefore, load()],
      versions: {
        [browser.name]: browser.version,
        vecino: JSON.parse(readFileSync(inRoot("package.json"), "utf8")).version,
        ...(browser.alone ? {} : peerVersions()),
      },
      sections,
    };
    write(output, figures);
    if (options.publish) publish(figures);
  } finally {
    await browser.remove();
    rmSync(site, { recursive: true, force: true });
  }
});

function write(folder, figures) {
  heading("Report");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "figures.json"), `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(join(folder, "report.md"), `${markdown(figures)}\n`);
  for (const [name, svg] of pictures(figures)) writeFileSync(join(folder, name), svg);
  console.log(`Left in ${relative(process.cwd(), folder)}: report.md, figures.json and pictures.`);
}

function publish(figures) {
  const folder = inRoot("bench");
  writeFileSync(join(folder, "figures.md"), `# Figures\n\n${markdown(figures)}\n`);
  for (const [name, svg] of pictures(figures)) writeFileSync(join(folder, name), svg);
}

function pictures({ sections }) {
  return sections
    .filter(({ figures }) => figures.entries && figures.built)
    .map(({ figures }) => [`recall-${figures.records}.svg`, picture(figures)]);
}
