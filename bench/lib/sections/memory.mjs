// WebAssembly memory of a vector: ids and vectors alone, in a page of its own for each quantization.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { mb, ms, table, whole } from "../report/table.mjs";

const quantizations = ["int8", "binary", "none"];
/** Quantizations of collections whose embeddings are left in IndexedDB. */
const storedQuantizations = ["int8"];

export async function memory(bench, dataset) {
  const { records, dimension } = dataset.shape;
  const figures = [];
  for (const quantization of quantizations) {
    heading(`Memory: ${quantization}`);
    const measured = await withPage(bench, "memory.html", dataset, (call) =>
      call("measure", quantization),
    );
    figures.push({ quantization, ...measured });
  }
  const rows = figures.map(({ quantization, empty, added, linked, used }) => [
    quantization,
    whole((linked - empty) / records),
    whole(used / records),
    mb(empty),
    mb(added),
    mb(linked),
  ]);
  const head = [
    "quantization",
    "bytes a vector",
    "of it in use",
    "empty engine",
    "all added",
    "all linked",
  ];
  const stored = [];
  for (const quantization of storedQuantizations) {
    heading(`Memory: ${quantization}, embeddings stored`);
    const measured = await withPage(bench, "memory.html", dataset, (call) =>
      call("measureStored", quantization),
    );
    stored.push({ quantization, embeddings: "stored", ...measured });
  }
  const storedHead = [
    "embeddings stored",
    "bytes a vector",
    "all linked",
    "after the queries",
    "recall@10",
    "p50",
    "p95",
  ];
  const storedRows = stored.map(({ quantization, empty, linked, asked, recall, p50, p95 }) => [
    quantization,
    whole((linked - empty) / records),
    mb(linked),
    mb(asked),
    recall.toFixed(4),
    ms(p50),
    ms(p95),
  ]);
  return {
    title: `WebAssembly memory, ${records} x ${dimension}, without documents`,
    text: `${table(head, rows)}\n\n${table(storedHead, storedRows)}`,
    figures: [...figures, ...stored],
  };
}
