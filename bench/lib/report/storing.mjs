// Tables of storing and opening.
import { median } from "../../page/statistics.js";
import { mb, ms, seconds, table } from "./table.mjs";

const linkedSeconds = (value) => (value === undefined ? "not linked" : seconds(value));

/** How many times slower `slow` is than `fast`: the median over the blocks, which were measured in turns. */
export function ratio(slow, fast) {
  return median(slow.blockMs.map((value, block) => value / fast.blockMs[block]));
}

export function storingText(figures) {
  return [headline(figures), searching(figures), storing(figures), notes].join("\n\n");
}

const notes =
  "Exact scan: the engine's Database class in a worker of its own, without background work. " +
  "Browser start: from the navigation, not from the start of the process.";

const find = ({ asked }, name) => asked.find((result) => result.name === name);

function headline(figures) {
  const graph = find(figures, `graph, ef_search ${figures.defaultCandidates}`);
  if (figures.package.buildMs === undefined) {
    return "So few records are never linked: the package scans them, whatever its ef_search.";
  }
  const times = (name) => ratio(find(figures, name), graph).toFixed(1);
  return (
    `Through the graph with the default ef_search of ${figures.defaultCandidates} a query is ` +
    `${times("exact scan")} times as fast as the exact scan and ${times("plain JavaScript")} times as fast as a ` +
    `plain JavaScript loop, with a recall@10 of ${graph.recall.toFixed(4)}.`
  );
}

function searching(figures) {
  const exact = find(figures, "exact scan");
  const rows = figures.asked.map((result) => [
    result.name,
    result.recall.toFixed(4),
    ms(result.p50),
    ms(result.p95),
    ratio(exact, result).toFixed(2),
  ]);
  return table(["query, k 10", "recall@10", "p50", "p95", "exact scan takes x times that"], rows);
}

function storing({ package: linked, unlinked, reloads, restarts }) {
  const opening = (all) => {
    const times = all.map(({ answerMs }) => answerMs);
    return `${ms(median(times))} (${ms(Math.min(...times))} - ${ms(Math.max(...times))})`;
  };
  const steps = (all) => {
    const between = [
      ({ scriptMs }) => scriptMs,
      ({ scriptMs, openMs }) => openMs - scriptMs,
      ({ openMs, answerMs }) => answerMs - openMs,
    ];
    return between.map((step) => ms(median(all.map(step)))).join(", ");
  };
  const middle = (all, key) => median(all.map((result) => result[key] ?? Number.NaN));
  const rows = [
    ["add, until all can be found", seconds(linked.addMs), seconds(unlinked.addMs)],
    [
      "add, p50 and p95 of a batch of 1,000",
      ...[linked, unlinked].map(({ batch }) => `${ms(batch.p50)}, ${ms(batch.p95)}`),
    ],
    ["build, until all is linked", linkedSeconds(linked.buildMs), "-"],
    [
      "query while linking, p50 and p95",
      linked.whileLinking ? `${ms(linked.whileLinking.p50)}, ${ms(linked.whileLinking.p95)}` : "-",
      "-",
    ],
    ["longest task of the page meanwhile", ms(linked.longestTaskMs), "-"],
    ["reload to first correct answer", opening(reloads.package), opening(reloads.unlinked)],
    [
      "of it: page's script, engine and database, records and answer",
      steps(reloads.package),
      steps(reloads.unlinked),
    ],
    [
      "browser start to first correct answer",
      opening(restarts.package),
      opening(restarts.unlinked),
    ],
    ["IndexedDB after building", mb(linked.storedBytes), mb(unlinked.storedBytes)],
    ["WebAssembly memory after building", mb(linked.wasmBytes), mb(unlinked.wasmBytes)],
    [
      "WebAssembly memory after a reload",
      mb(middle(reloads.package, "wasmBytes")),
      mb(middle(reloads.unlinked, "wasmBytes")),
    ],
    [
      "JavaScript memory after a reload, page and worker",
      mb(middle(reloads.package, "heapBytes")),
      mb(middle(reloads.unlinked, "heapBytes")),
    ],
  ];
  return table(["storing and opening", "package (graph)", "not linked (exact scan)"], rows);
}
