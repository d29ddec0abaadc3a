// Recall against queries per second, and the time of building, beside peers.
import { heading } from "../../../scripts/lib/run.mjs";
import { CHUNK, K, measure } from "../contest.mjs";
import { withPage } from "../page.mjs";
import { buildTable, searchTables } from "../report/search.mjs";
import { nativeContender } from "./native-contender.mjs";

const EFS = [12, 20, 30, 50, 80, 120, 200, 320];
/** Above it, contenders that scan or build slowly are left out: their figures grow with the number of records. */
const SMALL = 10_000;
const quantizations = ["int8", "binary", "none"];

const ours = quantizations.flatMap((quantization) => {
  const given = { quantization };
  const name = `vecino ${quantization}`;
  return [
    {
      name: `${name}, engine`,
      together: `${name}, engine, ${CHUNK} a call`,
      module: "engine",
      given,
      efs: EFS,
    },
    { name: `${name}, client`, module: "client", given, efs: EFS },
  ];
});
const peers = [
  { name: "hnswlib-wasm", module: "hnswlib-wasm", efs: EFS },
  { name: "plain JavaScript", module: "plain" },
];
const smallPeers = [
  { name: "edgevec, ef 100", module: "edgevec", given: { ef: 100 } },
  { name: "voy", module: "voy" },
  { name: "orama", module: "orama" },
];

/** `{ title, text, figures }` of one size. */
export async function search(bench, dataset) {
  const { records, dimension } = dataset.shape;
  const inPage = bench.browser.alone
    ? ours
    : [...ours, ...peers, ...(records <= SMALL ? smallPeers : [])];
  const native = await nativeContender(bench, dataset, EFS);
  const contest = async (call) => {
    await call("load");
    const built = [];
    const contenders = [];
    for (const contender of inPage) {
      heading(`${contender.name}: ${records} vectors`);
      const ms = await call("fill", contender);
      built.push({ name: contender.name, ms });
      const { name, together, efs } = contender;
      contenders.push({ name, efs, block: (what) => call("block", { name, ...what }) });
      if (!together) continue;
      const block = (what) => call("block", { name, together: true, ...what });
      contenders.push({ name: together, efs, block });
    }
    if (native.block) {
      heading(`native hnswlib: ${records} vectors`);
      built.push({ name: native.name, ms: await native.fill() });
      contenders.push(native);
    }
    heading("Asking");
    const entries = await measure(contenders, dataset);
    const callMs = await call("callMs", { vectors: 20, calls: 1_000, k: K });
    const figures = { records, dimension, k: K, entries, built, callMs, missing: native.missing };
    return {
      title: `Search and building, ${records} x ${dimension}`,
      text: `${searchTables(figures)}\n\n${buildTable(figures)}`,
      figures,
    };
  };
  try {
    return await withPage(bench, "contest.html", dataset, contest, { strict: false });
  } finally {
    native.close?.();
  }
}
