// WebAssembly memory of a vector: ids and vectors alone, in a page of its own for each quantization.
import { heading } from "../../../scripts/lib/run.mjs";
import { withPage } from "../page.mjs";
import { mb, table, whole } from "../report/table.mjs";

const quantizations = ["int8", "binary", "none"];

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
  return {
    title: `WebAssembly memory, ${records} x ${dimension}, without documents`,
    text: table(head, rows),
    figures,
  };
}
