// Step 1 of the build: Rust to build/wasm/, the optimized module and the glue that js/ imports.
import { mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { glueDir, inRoot } from "../lib/paths.mjs";
import { heading, run } from "../lib/run.mjs";
import { ensureRust, ensureTool, tools, wasmTarget } from "../lib/rust.mjs";
import { digest, whenChanged } from "../lib/stamp.mjs";
import { optimize } from "./optimize.mjs";

const sources = [
  "src",
  "Cargo.toml",
  "Cargo.lock",
  ".cargo/config.toml",
  "package-lock.json", // wasm-opt's version
  "scripts/build/optimize.mjs",
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
    const options = ["--release", "--locked", "--target", wasmTarget, "--config", withoutHome()];
    await run("cargo", ["build", "--lib", ...options]);
    await makeGlue(bin);
    await optimize(wasmFile, join(glueDir, "vecino.js"));
  });
}

/** Keeps the place of this machine's crates out of the module: they stand in the positions of panics. */
function withoutHome() {
  const home = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flag = JSON.stringify(`--remap-path-prefix=${home}=cargo`);
  return `target.${wasmTarget}.rustflags=[${flag}]`;
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
