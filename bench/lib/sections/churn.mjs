// What replacing half of a collection five times over leaves of recall, speed and memory.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { mb, ms, table, times } from "../report/table.mjs";

const ROUNDS = 5;

export async function churn(bench, dataset) {
  const measured = (quantization, fresh) => {
    heading(`Churn: ${quantization}, ${fresh ? "built at once" : `replaced ${ROUNDS} times`}`);
    const use = (call) => call("measure", quantization, ROUNDS, fresh);
    return withPage(bench, "churn.html", dataset, use);
  };
  const figures = [];
  for (const quantization of ["int8", "none"]) {
    const replaced = await measured(quantization, false);
    const fresh = await measured(quantization, true);
    figures.push({ quantization, replaced, fresh });
  }
  const rows = figures.flatMap(({ quantization, replaced, fresh }) => [
    ...replaced.searches.map(({ ef, recall, p50 }, at) => [
      `${quantization}: recall@10, ef ${ef}`,
      recall.toFixed(4),
      fresh.searches[at].recall.toFixed(4),
      `${(recall - fresh.searches[at].recall).toFixed(4)} more, p50 ${ms(p50)} and ${ms(fresh.searches[at].p50)}`,
    ]),
    [
      `${quantization}: WebAssembly memory`,
      mb(replaced.wasmBytes),
      mb(fresh.wasmBytes),
      `${times(replaced.wasmBytes / fresh.wasmBytes)} times`,
    ],
    [
      `${quantization}: of it in use`,
      mb(replaced.memoryBytes),
      mb(fresh.memoryBytes),
      `${times(replaced.memoryBytes / fresh.memoryBytes)} times`,
    ],
  ]);
  const { size } = figures[0].fresh;
  return {
    title: `Half of ${size} records replaced ${ROUNDS} times over`,
    text: table(["", "replaced", "built at once", "difference"], rows),
    figures,
  };
}
