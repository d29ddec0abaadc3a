// What a page loads to search, and how large it is on its way there.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { metafile } from "../build/package.mjs";
import { Failure } from "./fail.mjs";
import { inRoot } from "./paths.mjs";
import { run } from "./run.mjs";

/** The files that npm would publish: `{ size, unpackedSize, files: [{ path, size }] }`. */
async function packed() {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"];
  const [pack] = JSON.parse(await run("npm", args, { quiet: true }));
  return pack;
}

/** Loaded when a collection has a schema, by no page that only searches. */
const onDemand = ["js/schema/stored.ts"];

/**
 * The files of dist/ that a page with a worker loads: the page's and the worker's entry, every
 * chunk that these lead to (also the engine's glue for pages without a worker), and the module.
 */
function loadedFiles() {
  const { outputs } = JSON.parse(readFileSync(metafile, "utf8"));
  const loaded = new Set(["dist/index.js", "dist/worker.js"]);
  for (const file of loaded) {
    for (const { path } of outputs[file].imports) {
      if (!onDemand.includes(outputs[path].entryPoint)) loaded.add(path);
    }
  }
  return [...loaded, "dist/vecino_bg.wasm"];
}

/** Rows of `{ file, raw, gzip, brotli }` in bytes, each file compressed by itself as it is served. */
export async function measure() {
  const pack = await packed();
  const published = new Set(pack.files.map(({ path }) => path));
  const rows = loadedFiles().map((path) => {
    if (!published.has(path)) throw new Failure(`${path} would not be published.`);
    const bytes = readFileSync(inRoot(path));
    return {
      file: basename(path),
      raw: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      brotli: brotliCompressSync(bytes).length,
    };
  });
  return { pack, rows };
}

/** Prints the table; throws when the total is above the budget in package.json. */
export async function reportSize() {
  const { pack, rows } = await measure();
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { file: "total", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
  const line = (cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(24) : String(cell).padStart(10))).join("");
  console.log(line(["bytes a page loads", "raw", "gzip", "brotli"]));
  for (const row of [...rows, total]) console.log(line(Object.values(row)));
  const { files, size, unpackedSize } = pack;
  console.log(
    `The package: ${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked.`,
  );

  const { brotli } = JSON.parse(readFileSync(inRoot("package.json"), "utf8")).vecino.sizeBudget;
  if (total.brotli > brotli) {
    throw new Failure(
      `What a page loads is ${total.brotli} bytes with brotli; the budget in package.json is ${brotli}.`,
    );
  }
  console.log(`Budget: ${brotli} bytes with brotli, ${brotli - total.brotli} left.`);
}
