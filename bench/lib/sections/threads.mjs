// How much sooner a collection is linked by two workers than by one, and whether it is as good a graph.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { table, times, whole } from "../report/table.mjs";

const WORKERS = [1, 2];

export async function threads(bench, dataset) {
  const { records, dimension } = dataset.shape;
  const turns = bench.options.quick ? 2 : 3;
  const runs = WORKERS.map(() => []);
  // In turns, so that a machine that slows down slows all of them.
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const [at, workers] of WORKERS.entries()) {
      heading(`Threads: ${workers}, turn ${turn} of ${turns}`);
      const use = (call) => call("measure", workers);
      const run = await withPage(bench, "threads.html", dataset, use);
      console.log(`${run.seconds.toFixed(1)} s, recall ${run.recalls.map((r) => r.toFixed(4))}`);
      runs[at].push(run);
    }
  }
  const figures = WORKERS.map((workers, at) => {
    // Whatever else the machine does makes a run slower, never quicker.
    const seconds = Math.min(...runs[at].map((run) => run.seconds));
    const recalls = [0, 1].map((ef) => mean(runs[at].map((run) => run.recalls[ef])));
    return { workers, seconds, perSecond: records / seconds, recalls, runs: runs[at] };
  });
  const rows = figures.map(({ workers, seconds, perSecond, recalls }) => [
    String(workers),
    seconds.toFixed(1),
    whole(perSecond),
    `${times(figures[0].seconds / seconds)} times`,
    ...recalls.map((recall) => recall.toFixed(4)),
  ]);
  const head = ["workers", "seconds", "vectors/s", "as fast", "recall@10, ef 50", "ef 100"];
  return {
    title: `Building by one worker and by two, ${records} x ${dimension}, M 16, ef_construction 200, best of ${turns}`,
    text: table(head, rows),
    figures,
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
