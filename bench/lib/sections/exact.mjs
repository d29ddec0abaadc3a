// The exact scan of a small collection, beside a loop in JavaScript.
import { heading } from "../../../scripts/lib/run.mjs";
import { measure } from "../contest.mjs";
import { withPage } from "../page.mjs";
import { ms, table, times } from "../report/table.mjs";

const scanned = (quantization) => ({
  name: `vecino ${quantization}, never linked`,
  module: "engine",
  given: { quantization },
  linked: false,
});
const contenders = [
  scanned("int8"),
  scanned("none"),
  { name: "plain JavaScript", module: "plain" },
];

export async function exact(bench, dataset) {
  return withPage(bench, "contest.html", dataset, async (call) => {
    await call("load");
    heading("Exact scan");
    for (const contender of contenders) {
      await call("fill", contender);
    }
    const asked = contenders.map(({ name }) => ({
      name,
      block: (what) => call("block", { name, ...what }),
    }));
    const entries = await measure(asked, dataset);
    for (const { name, recall } of entries) {
      if (recall < 0.999) throw new Error(`${name}: the exact scan has a recall of ${recall}.`);
    }
    const { records, dimension } = dataset.shape;
    const plain = entries.at(-1);
    const rows = entries.map(({ name, recall, qps, p50, p95 }) => [
      name,
      recall.toFixed(4),
      ms(p50),
      ms(p95),
      times(qps / plain.qps),
    ]);
    return {
      title: `Exact scan, ${records} x ${dimension}, engine in the page`,
      text: table(["", "recall@10", "p50", "p95", "times as fast as plain JavaScript"], rows),
      figures: { records, dimension, entries },
    };
  });
}
