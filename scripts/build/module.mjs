// A WebAssembly module from a crate of the workspace: compiled, with its glue, optimized.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { heading, run } from "../lib/run.mjs";
import { ensureRust, ensureTool, tools, wasmTarget } from "../lib/rust.mjs";
import { digest, whenChanged } from "../lib/stamp.mjs";
import { optimize } from "./optimize.mjs";
import { readLinks } from "./unused-data.mjs";

const commonSources = [
  "Cargo.toml",
  "Cargo.lock",
  ".cargo/config.toml",
  "package-lock.json", // wasm-opt's version
  "scripts/build/data-check.mjs",
  "scripts/build/module.mjs",
  "scripts/build/module-text.mjs",
  "scripts/build/moved-data.mjs",
  "scripts/build/optimize.mjs",
  "scripts/build/plain-code.mjs",
  "scripts/build/reach.mjs",
  "scripts/build/split.mjs",
  "scripts/build/unused-data.mjs",
  "scripts/build/wasm-binary.mjs",
  "scripts/lib/rust.mjs",
];

/**
 * Builds the module of the package `crate` into `folder`, unless its `sources` are as they were:
 * `<name>_bg.wasm`, and `<name>.js` with its types, where `name` is the crate's library. `features` of the crate make
 * it another module. What only the export `rare` leads to goes to `<name>_rare_bg.wasm`.
 */
export async function buildModule({ title, crate, name, folder, sources, features = [], rare }) {
  await ensureRust();
  const compiler = await run("rustc", ["--version", "--verbose"], { quiet: true });
  const inputs = digest([...sources, ...commonSources], [compiler, process.env.RUSTFLAGS ?? ""]);
  const [wasm, glue] = [join(folder, `${name}_bg.wasm`), join(folder, `${name}.js`)];
  const secondary = rare && { file: join(folder, `${name}_rare_bg.wasm`), entry: rare };
  const outputs = [wasm, glue, join(folder, `${name}.d.ts`)];
  if (secondary) outputs.push(secondary.file);
  await whenChanged([crate, ...features].join("-"), inputs, outputs, async () => {
    const bin = await ensureTool(tools.wasmBindgen);
    heading(title);
    const options = ["--release", "--locked", "--target", wasmTarget, "--config", rustFlags()];
    const chosen = features.flatMap((feature) => ["--features", feature]);
    await run("cargo", ["build", "--package", crate, "--lib", ...chosen, ...options]);
    const links = await makeGlue(bin, name, folder);
    await optimize(wasm, glue, links, secondary);
  });
}

/**
 * Has the linker tell where everything is, number functions so high that hardly any other constant looks like one of
 * them (unused-data.mjs keeps what looks used), and keeps the place of this machine's crates out of the module: they
 * stand in the positions of panics.
 */
function rustFlags() {
  const home = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flags = [
    `--remap-path-prefix=${home}=cargo`,
    "-Clink-arg=--emit-relocs",
    "-Clink-arg=--table-base=7000",
  ];
  return `target.${wasmTarget}.rustflags=${JSON.stringify(flags)}`;
}

/** Resolves with what the linker tells of the module. */
async function makeGlue(bin, name, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const targetDir = process.env.CARGO_TARGET_DIR || inRoot("target");
  const { links, module } = readLinks(
    readFileSync(join(targetDir, wasmTarget, "release", `${name}.wasm`)),
  );
  const compiled = join(folder, `${name}.wasm`);
  writeFileSync(compiled, module);
  // js/ says where the module is; a second place for it in the glue would confuse bundlers.
  const options = ["--target", "web", "--omit-default-module-path", "--out-name", name];
  await run(join(bin, "wasm-bindgen"), [compiled, ...options, "--out-dir", folder]);
  rmSync(compiled);
  return links;
}
