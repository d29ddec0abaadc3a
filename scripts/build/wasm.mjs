// Step 1 of the build: Rust to build/wasm/, the optimized module and the glue that js/ imports.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { glueDir, inRoot } from "../lib/paths.mjs";
import { heading, run, runNode } from "../lib/run.mjs";
import { ensureRust, ensureTool, tools, wasmTarget } from "../lib/rust.mjs";
import { digest, whenChanged } from "../lib/stamp.mjs";

// What the module uses, named one by one: with --all-features wasm-opt writes a module that
// browsers reject.
const features = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
];

const sources = [
  "src",
  "Cargo.toml",
  "Cargo.lock",
  ".cargo/config.toml",
  "package-lock.json", // wasm-opt's version
  "scripts/build/wasm.mjs",
  "scripts/lib/rust.mjs",
];

export const wasmFile = join(glueDir, "vecino_bg.wasm");
const outputs = [wasmFile, join(glueDir, "vecino.js"), join(glueDir, "vecino.d.ts")];

export async function buildWasm() {
  await ensureRust();
  const compiler = await run("rustc", ["--version", "--verbose"], { quiet: true });
  const inputs = digest(sources, [compiler, process.env.RUSTFLAGS ?? ""]);
  await whenChanged("wasm", inputs, outputs, async () => {
    const bin = await ensureTool(tools.wasmBindgen);
    heading("WebAssembly module");
    await run("cargo", ["build", "--lib", "--release", "--locked", "--target", wasmTarget]);
    await makeGlue(bin);
    await optimize();
  });
}

async function makeGlue(bin) {
  rmSync(glueDir, { recursive: true, force: true });
  mkdirSync(glueDir, { recursive: true });
  const targetDir = process.env.CARGO_TARGET_DIR || inRoot("target");
  const compiled = join(targetDir, wasmTarget, "release", "vecino.wasm");
  // js/ says where the module is; a second place for it in the glue would confuse bundlers.
  const options = ["--target", "web", "--omit-default-module-path", "--out-name", "vecino"];
  await run(join(bin, "wasm-bindgen"), [compiled, ...options, "--out-dir", glueDir]);
}

async function optimize() {
  const optimized = `${wasmFile}.optimized`;
  const flags = ["--mvp-features", ...features.map((name) => `--enable-${name}`)];
  await runNode("binaryen/bin/wasm-opt", ["-O3", ...flags, wasmFile, "-o", optimized]);
  renameSync(optimized, wasmFile);
}
