// Storing, opening and asking through the package, with documents and metadata; see page/bench.js.
import { heading } from "../../../scripts/lib/run.mjs";
import { served } from "../dataset.mjs";
import { measureReloads, measureRestarts } from "../opening.mjs";
import { storingText } from "../report/storing.mjs";
import { serve } from "../server.mjs";

/** Values of ef_search, the default among them. */
const CANDIDATES = [50, 100, 200];
const DEFAULT_CANDIDATES = 100;
const RESTARTS = 3;
/** The last links before closing may be younger than the last checkpoint; so many are made again at most. */
const REDONE = 1_000;

export async function storing({ browser, site, options }, dataset) {
  const { shape } = dataset;
  const server = await serve(site, served(dataset));
  try {
    const filled = await fillAndAsk(browser, server.origin, options);
    heading("Reloading");
    const built = filled.package.buildMs !== undefined;
    const reloads = await measureReloads(browser, server.origin, options.openings);
    if (built && reloads.package.some(({ unlinked }) => unlinked > REDONE)) {
      throw new Error(`After a reload more than ${REDONE} records were not in the graph.`);
    }
    heading("Starting the browser anew");
    const restarts = await measureRestarts(browser, server.origin, RESTARTS);
    const figures = { defaultCandidates: DEFAULT_CANDIDATES, ...filled, reloads, restarts };
    const without = options.vectorsOnly ? "without" : "with";
    return {
      title: `Storing and opening, ${shape.records} x ${shape.dimension}, ${without} documents and metadata`,
      text: storingText(figures),
      figures,
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
