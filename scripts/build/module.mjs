// A WebAssembly module from a crate of the workspace: compiled, with its glue, optimized.
import { mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { heading, run } from "../lib/run.mjs";
import { ensureRust, ensureTool, tools, wasmTarget } from "../lib/rust.mjs";
import { digest, whenChanged } from "../lib/stamp.mjs";
import { optimize } from "./optimize.mjs";

const commonSources = [
  "Cargo.toml",
  "Cargo.lock",
  ".cargo/config.toml",
  "package-lock.json", // wasm-opt's version
  "scripts/build/module.mjs",
  "scripts/build/optimize.mjs",
  "scripts/lib/rust.mjs",
];

/**
 * Builds the module of the package `crate` into `folder`, unless its `sources` are as they were:
 * `<name>_bg.wasm`, and `<name>.js` with its types, where `name` is the crate's library.
 */
export async function buildModule({ title, crate, name, folder, sources }) {
  await ensureRust();
  const compiler = await run("rustc", ["--version", "--verbose"], { quiet: true });
  const inputs = digest([...sources, ...commonSources], [compiler, process.env.RUSTFLAGS ?? ""]);
  const [wasm, glue] = [join(folder, `${name}_bg.wasm`), join(folder, `${name}.js`)];
  const outputs = [wasm, glue, join(folder, `${name}.d.ts`)];
  await whenChanged(crate, inputs, outputs, async () => {
    const bin = await ensureTool(tools.wasmBindgen);
    heading(title);
    const options = ["--release", "--locked", "--target", wasmTarget, "--config", withoutHome()];
    await run("cargo", ["build", "--package", crate, "--lib", ...options]);
    await makeGlue(bin, name, folder);
    await optimize(wasm, glue);
  });
}

/** Keeps the place of this machine's crates out of the module: they stand in the positions of panics. */
function withoutHome() {
  const home = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flag = JSON.stringify(`--remap-path-prefix=${home}=cargo`);
  return `target.${wasmTarget}.rustflags=[${flag}]`;
}

async function makeGlue(bin, name, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const targetDir = process.env.CARGO_TARGET_DIR || inRoot("target");
  const compiled = join(targetDir, wasmTarget, "release", `${name}.wasm`);
  // js/ says where the module is; a second place for it in the glue would confuse bundlers.
  const options = ["--target", "web", "--omit-default-module-path", "--out-name", name];
  await run(join(bin, "wasm-bindgen"), [compiled, ...options, "--out-dir", folder]);
}
