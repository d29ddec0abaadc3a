// A collection larger than the real set: building, searching, memory, opening.
import { heading } from "../../../scripts/lib/run.mjs";
import { recallOf } from "../../page/recall.js";
import { K } from "../contest.mjs";
import { mb, ms, seconds, table, whole } from "../report/table.mjs";
import { RunningTruth } from "../running-truth.mjs";
import { nearNeighbors, scaled } from "../scaled.mjs";
import { serve } from "../server.mjs";
import { unitNumbers } from "../unit-numbers.mjs";

/** Vectors that are made and served at a time. */
const BATCH = 10_000;
const QUERIES = 300;
const EFS = [50, 100, 200];

export async function scale({ browser, site, options }, dataset) {
  const { dimension } = dataset.shape;
  const records = options.scale;
  const base = unitNumbers(dataset.base, dataset.shape);
  const asked = Math.min(QUERIES, dataset.shape.queries);
  const queries = unitNumbers(dataset.queries, dataset.shape).subarray(0, asked * dimension);
  heading("Near neighbors of every real row");
  const neighbors = nearNeighbors(base, dimension);
  const batches = () => scaled(base, dimension, neighbors, records, BATCH);
  heading(`True neighbors of ${asked} queries among ${records}`);
  const truth = new RunningTruth(queries, dimension, K);
  for (const batch of batches()) truth.add(batch);
  const rows = truth.rows();

  const data = { queries: bytes(queries) };
  const server = await serve(site, data);
  const url = `${server.origin}/scale.html`;
  try {
    const { call, close } = await browser.visit(url);
    await call("create", "int8", options.stored ? "stored" : "memory");
    heading(`Adding ${records} vectors`);
    let [first, addMs] = [0, 0];
    const begun = performance.now();
    for (const batch of batches()) {
      data.batch = bytes(batch);
      addMs += await call("add", first, dimension);
      first += batch.length / dimension;
    }
    heading("Linking");
    await call("link");
    const buildMs = performance.now() - begun;
    heading("Asking");
    const searches = [];
    for (const ef of EFS) {
      const { rows: found, ...times } = await call("ask", ef, dimension);
      searches.push({ ef, ...times, recall: recallOf(found, (at) => rows[at]) });
    }
    const stats = await call("stats");
    await call("close");
    const storedBytes = await call("storedBytes");
    await close();
    heading("Opening");
    const again = await browser.visit(url);
    const openMs = await again.call("open", dimension);
    const opened = await again.call("stats");
    await again.call("close");
    await again.close();
    const figures = {
      records,
      dimension,
      addMs,
      buildMs,
      searches,
      stats,
      storedBytes,
      openMs,
      opened,
    };
    return {
      title: `${records} x ${dimension}, mixed from near neighbors among ${dataset.shape.records} real vectors${options.stored ? ", embeddings stored" : ""}`,
      text: tables(figures),
      figures,
    };
  } finally {
    server.close();
  }
}

function tables({ records, addMs, buildMs, searches, stats, storedBytes, openMs, opened }) {
  const found = searches.map(({ ef, recall, p50, p95 }) => [
    ef,
    recall.toFixed(4),
    ms(p50),
    ms(p95),
  ]);
  const rows = [
    ["calls of add", seconds(addMs)],
    ["from the first add until all is linked, making the vectors meanwhile", seconds(buildMs)],
    ["opening, to the first answer", seconds(openMs)],
    ["IndexedDB", mb(storedBytes)],
    ["WebAssembly memory after building", mb(stats.wasmBytes)],
    ["of it a vector", `${whole(stats.wasmBytes / records)} B`],
    ["WebAssembly memory after opening", mb(opened.wasmBytes)],
  ];
  return `${table(["ef", `recall@${K}`, "p50", "p95"], found)}\n\n${table(["", ""], rows)}`;
}

const bytes = (numbers) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
