// Which sections are measured over which data.
import { heading } from "../../scripts/lib/run.mjs";
import { loadDataset } from "./dataset.mjs";
import { churn } from "./sections/churn.mjs";
import { exact } from "./sections/exact.mjs";
import { filtered } from "./sections/filtered.mjs";
import { memory } from "./sections/memory.mjs";
import { planner } from "./sections/planner.mjs";
import { scale } from "./sections/scale.mjs";
import { search } from "./sections/search.mjs";
import { storing } from "./sections/storing.mjs";
import { threads } from "./sections/threads.mjs";

/** Records of the sections about small collections. */
const SMALL = 10_000;

const all = { scale, search, exact, planner, filters: filtered, memory, churn, storing, threads };

/** `{ about: where the data comes from, sections: [{ title, text, figures }] }`. */
export async function measureSections(bench) {
  const { options } = bench;
  const datasets = new Map();
  const dataset = (records) => {
    if (!datasets.has(records)) {
      heading(`Data: ${records} records`);
      datasets.set(records, loadDataset({ records, queries: options.queries }));
    }
    return datasets.get(records);
  };
  const sections = [];
  for (const name of options.only) {
    for (const records of sizes(name, options)) {
      const section = { name, ...(await all[name](bench, dataset(records))) };
      // Whatever fails later, this is said.
      console.log(`\n${section.title}\n\n${section.text}`);
      sections.push(section);
    }
  }
  return { about: [...datasets.values()][0].about, sections };
}

function sizes(name, { records, quick }) {
  const small = Math.min(SMALL, records);
  if (name === "exact") return [small];
  if (name === "search" && !quick && records > SMALL) return [small, records];
  return [records];
}
