// Scan and walk over the same records, and whether the planner takes the faster.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { ms, table, times } from "../report/table.mjs";

const SIZES = [1_000, 2_000, 5_000, 10_000, 20_000];
const quantizations = ["int8", "none"];

export async function planner(bench, dataset) {
  const { records, dimension } = dataset.shape;
  const use = async (call) => {
    await call("load");
    const results = [];
    for (const quantization of quantizations) {
      for (const size of SIZES.filter((size) => size <= records)) {
        heading(`Scan and walk: ${quantization}, ${size} records`);
        const measured = await call("measure", size, quantization);
        results.push({ quantization, size, ...measured });
      }
    }
    return results;
  };
  const results = await withPage(bench, "planner.html", dataset, use);
  const rows = results.map(({ quantization, size, scan, walk, chosen }) => [
    quantization,
    size,
    ms(scan.p50),
    ms(walk.p50),
    walk.recall.toFixed(3),
    ms(chosen.p50),
    times(chosen.p50 / Math.min(scan.p50, walk.p50)),
  ]);
  const head = [
    "quantization",
    "records",
    "scan, p50",
    "walk, p50",
    "walk, recall@10",
    "what the planner takes, p50",
    "times the faster of both",
  ];
  return {
    title: `The planner's choice, ${dimension} dimensions, ef 100, engine in the page`,
    text: table(head, rows),
    figures: { dimension, results },
  };
}
