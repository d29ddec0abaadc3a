// Search under filters: random ones, and ones that accept what is near to the query, or far from it.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { ms, table, times } from "../report/table.mjs";

const SHARES = [0.001, 0.01, 0.1, 0.5];

export async function filtered(bench, dataset) {
  const { records, dimension } = dataset.shape;
  const use = async (call) => {
    heading("Filters: building");
    await call("fill", "int8");
    heading("Filters: asking");
    return call("ask", SHARES);
  };
  const loose = { strict: false };
  const [unfiltered, ...results] = await withPage(bench, "filtered.html", dataset, use, loose);
  const rows = [unfiltered, ...results].map(({ kind, share, vecino, hnswlib }) => [
    kind === "all" ? "no filter" : `${share * 100} %, ${kind}`,
    vecino.recall.toFixed(3),
    ms(vecino.p50),
    times(vecino.p50 / unfiltered.vecino.p50),
    hnswlib.recall.toFixed(3),
    ms(hnswlib.p50),
    times(hnswlib.p50 / unfiltered.hnswlib.p50),
    times(hnswlib.p50 / vecino.p50),
  ]);
  const head = [
    "filter accepts",
    "vecino: recall@10",
    "p50",
    "of unfiltered",
    "hnswlib-wasm: recall@10",
    "p50",
    "of unfiltered",
    "hnswlib-wasm takes x times that",
  ];
  return {
    title: `Filters, ${records} x ${dimension}, ef 100, engine in the page`,
    text: table(head, rows),
    figures: { records, dimension, unfiltered, results },
  };
}
