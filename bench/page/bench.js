// The page in which stores are filled and asked. The runner calls what is on `window.bench`, in this order.
import { fill, settledStorage, untilLinked } from "./build.js";
import { Data } from "./data.js";
import { plainScan } from "./plain-scan.js";
import { measureQueries, questionForOpening, recall } from "./queries.js";
import { median, quantile } from "./statistics.js";
import { PackageStore } from "./stores/package.js";
import { UnlinkedStore } from "./stores/unlinked.js";

const K = 10;
let data;
let linked;
let unlinked;

window.bench = {
  async load() {
    data = await Data.load();
  },

  async fillPackage(vectorsOnly) {
    linked = new PackageStore();
    const filled = await fill(linked, data, vectorsOnly);
    const { linkMs, queryMs, longestTaskMs } = await untilLinked(linked, data, K);
    return {
      ...summary(filled),
      buildMs: linkMs === undefined ? undefined : filled.addMs + linkMs,
      whileLinking: queryMs.length > 0 ? quantiles(queryMs) : undefined,
      longestTaskMs: Math.max(filled.longestTaskMs, longestTaskMs ?? 0),
      ...(await sizes(linked)),
    };
  },

  async fillUnlinked(vectorsOnly) {
    unlinked = new UnlinkedStore();
    const filled = await fill(unlinked, data, vectorsOnly);
    return { ...summary(filled), ...(await sizes(unlinked)) };
  },

  /**
   * `candidates`: the values of ef_search to measure. Leaves the default behind, and the question for page/open.js.
   */
  async askAll(candidates) {
    const scan = plainScan(data.base, data.shape.dimension);
    const toRows = (ids) => ids.map((id) => data.rows.get(id));
    const standard = linked.defaultCandidates();
    const contenders = [
      ...candidates.map((ef) => ({
        name: `graph, ef_search ${ef}`,
        prepare: () => linked.searchWith(ef),
        ask: async (embedding, k) => toRows(await linked.query(embedding, k)),
      })),
      {
        name: "exact scan",
        ask: async (embedding, k) => toRows(await unlinked.query(embedding, k)),
      },
      { name: "plain JavaScript", ask: scan },
    ];
    const results = await measureQueries(contenders, data, K);
    await linked.searchWith(standard);
    const judged = [results[candidates.indexOf(standard)], results[candidates.length]];
    const question = questionForOpening(judged, data, K);
    localStorage.setItem("question", JSON.stringify(question));
    return results.map(({ name, ms, blockMs, found }) => ({
      name,
      ...quantiles(ms),
      blockMs,
      recall: recall(found, data, K),
    }));
  },

  async close() {
    await Promise.all([linked.close(), unlinked.close()]);
  },
};

const quantiles = (ms) => ({ p50: median(ms), p95: quantile(ms, 0.95) });

function summary({ addMs, batchMs, unlinked: left }) {
  return { addMs, batch: quantiles(batchMs), unlinkedAfterAdd: left };
}

async function sizes(store) {
  const { wasmBytes } = await store.stats();
  return { wasmBytes, originBytes: await settledStorage() };
}
