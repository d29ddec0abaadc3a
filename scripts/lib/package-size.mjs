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

/** A page that opens a store and searches it, as small as such a page can be written. */
const page = `
  import { PersistentClient } from "vecino";
  const client = new PersistentClient({ path: "notes" });
  const notes = client.getOrCreateCollection({ name: "notes" });
  globalThis.search = async (text) => (await notes).query({ queryTexts: [text] });
`;

/**
 * What that page loads: its script with what a bundler takes into it of the package, the worker's
 * scripts, and the module. What is loaded on demand (the glue for pages without a worker, schemas,
 * the modules of `onDemand`) is not among it.
 */
async function loadedFiles() {
  const { build } = await import("esbuild");
  const { outputFiles, metafile: bundled } = await build({
    absWorkingDir: inRoot(),
    stdin: { contents: page, resolveDir: inRoot(), sourcefile: "page.js" },
    alias: { vecino: inRoot("dist/index.js") },
    outdir: inRoot("build/size"),
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    write: false,
  });
  const entry = Object.keys(bundled.outputs).find(
    (file) => bundled.outputs[file].entryPoint === "page.js",
  );
  const scripts = withImports(bundled, entry).map((path) => ({
    file: `page: ${basename(path)}`,
    bytes: outputFiles.find((output) => output.path === inRoot(path)).contents,
  }));
  const worker = withImports(JSON.parse(readFileSync(metafile, "utf8")), "dist/worker.js");
  const files = [...worker, "dist/vecino_bg.wasm"].map((path) => ({
    file: basename(path),
    bytes: readFileSync(inRoot(path)),
  }));
  return [...scripts, ...files];
}

/** A script and all that it imports at once. */
function withImports({ outputs }, entry) {
  const loaded = new Set([entry]);
  for (const file of loaded) {
    for (const { path, kind } of outputs[file].imports) {
      if (kind === "import-statement") loaded.add(path);
    }
  }
  return [...loaded];
}

/** Modules that a page loads when it first calls a method of the one, or gives a filter of the other. */
const onDemand = ["vecino_rare_bg.wasm", "vecino_regex_bg.wasm"];

function sizeOf(file, bytes) {
  return {
    file,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}

/**
 * Rows of `{ file, raw, gzip, brotli }` in bytes, each file compressed by itself as it is served; `later` are those of
 * modules that are loaded on demand.
 */
export async function measure() {
  const rows = (await loadedFiles()).map(({ file, bytes }) => sizeOf(file, bytes));
  const later = onDemand.map((file) => sizeOf(file, readFileSync(inRoot("dist", file))));
  return { pack: await packed(), rows, later };
}

/** Prints the table; throws when the total is above the budget in package.json. */
export async function reportSize() {
  const { pack, rows, later } = await measure();
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { file: "total", raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
  const line = (cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(24) : String(cell).padStart(10))).join("");
  console.log(line(["bytes a page loads", "raw", "gzip", "brotli"]));
  for (const row of [...rows, total]) console.log(line(Object.values(row)));
  console.log("on demand, not in the total");
  for (const row of later) console.log(line(Object.values(row)));
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
