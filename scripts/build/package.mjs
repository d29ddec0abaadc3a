// Step 2 of the build: js/ and the module to dist/, which is what npm publishes.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../lib/fail.mjs";
import { buildDir, distDir, inRoot } from "../lib/paths.mjs";
import { heading, runNode } from "../lib/run.mjs";
import { digest, whenChanged } from "../lib/stamp.mjs";
import { keepPublicDeclarations } from "./declarations.mjs";
import { regexFile } from "./regex.mjs";
import { rareFile, wasmFile } from "./wasm.mjs";

const sources = [
  "js",
  "build/wasm",
  "build/regex",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "scripts/build/package.mjs",
  "scripts/build/declarations.mjs",
];

// Imported by none of the page's own code: each is an entry of the package.
const optional = ["embedding-services", "static", "transformers"];
const entries = ["index", "node", "chromadb", "chromadb-node", ...optional];
const declarations = ["index", "chromadb", ...optional].map((name) => `${name}.d.ts`);
const outputs = [
  ...[...entries, "worker"].map((name) => join(distDir, `${name}.js`)),
  ...declarations.map((name) => join(distDir, name)),
  join(distDir, "vecino_bg.wasm"),
  join(distDir, "vecino_rare_bg.wasm"),
  join(distDir, "vecino_regex_bg.wasm"),
];

/** What esbuild tells about the bundles: which file imports which. Read by the size check. */
export const metafile = join(buildDir, "bundles.json");

export async function buildPackage() {
  await whenChanged("package", digest(sources), outputs, async () => {
    heading("Package");
    rmSync(distDir, { recursive: true, force: true });
    mkdirSync(distDir, { recursive: true });
    await bundle();
    copyFileSync(wasmFile, join(distDir, "vecino_bg.wasm"));
    copyFileSync(rareFile, join(distDir, "vecino_rare_bg.wasm"));
    copyFileSync(regexFile, join(distDir, "vecino_regex_bg.wasm"));
    await runNode("typescript/bin/tsc", ["--project", "tsconfig.build.json"]);
    keepPublicDeclarations(distDir, declarations);
  });
}

async function bundle() {
  // The worker shares no file with the page: whoever loads it gets all it needs in two requests.
  const graphs = [await bundleOf(entries), await bundleOf(["worker"])];
  const outputs = Object.assign({}, ...graphs.map((graph) => graph.outputs));
  writeFileSync(metafile, JSON.stringify({ outputs }));
}

/** Bundles these entries, with shared code in files of their own. Resolves with which file imports which. */
async function bundleOf(names) {
  const { build } = await import("esbuild");
  const entryPoints = names.map((name) => inRoot("js", `${name}.ts`));
  const missing = entryPoints.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Failure(`Missing source: ${missing.join(", ")}`);
  const options = {
    absWorkingDir: inRoot(),
    entryPoints,
    outdir: distDir,
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    sourcemap: "linked",
    legalComments: "eof",
    target: ["es2022", "chrome111", "firefox114", "safari16.4"],
    // Flat: the code finds the worker and the module beside itself by `import.meta.url`.
    entryNames: "[name]",
    chunkNames: "chunk-[hash]",
    // Peers that the user has, or does without.
    external: ["node:*", "@huggingface/*"],
    metafile: true,
    logLevel: "warning",
  };
  const { metafile: graph } = await build(options).catch(() => {
    throw new Failure("esbuild could not bundle js/.");
  });
  return graph;
}
