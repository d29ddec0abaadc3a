// The compiled module, made small: steps that change nothing of what it does.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Failure } from "../lib/fail.mjs";
import { runNode } from "../lib/run.mjs";
import { clearUnused } from "./unused-data.mjs";

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

/** Functions of Rust's library that never return because they panic, by their names without hashes. */
const panics =
  /^(core|<?alloc|__rustc)::.*::(panic\w*|\w+_fail(ed|ed_inner|_rt)?|capacity_overflow|handle(_alloc)?_error)(::<[^>]*>)?$|^__rustc::rust_(begin_unwind|panic)$/;

/**
 * Optimizes the module at `wasmFile` in place and renames its imports and exports in `glueFile` too. `links` is
 * what the linker told of it.
 */
export async function optimize(wasmFile, glueFile, links) {
  await endPanicsAtOnce(wasmFile);
  // Data stays in its place as long as it is looked at by address.
  await wasmOpt(wasmFile, "--skip-pass=memory-packing");
  await clearAllUnused(wasmFile, links);
  const names = await wasmOpt(wasmFile, "--minify-imports-and-exports-and-modules");
  rename(JSON.parse(names), glueFile);
}

async function wasmOpt(wasmFile, ...more) {
  const optimized = `${wasmFile}.optimized`;
  const flags = ["--mvp-features", ...features.map((name) => `--enable-${name}`)];
  // Functions with one caller compress better where they are.
  const level = ["-O3", "--one-caller-inline-max-function-size=20"];
  const options = [...level, ...flags, ...more, wasmFile, "-o", optimized];
  const output = await runNode("binaryen/bin/wasm-opt", options, { quiet: true });
  renameSync(optimized, wasmFile);
  return output;
}

/** Functions that only unused data leads to go, and what only they use, and so on. */
async function clearAllUnused(wasmFile, links) {
  const { default: binaryen } = await import("binaryen");
  let bytes = readFileSync(wasmFile);
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const module = binaryen.readBinary(bytes);
    module.runPasses(["remove-unused-module-elements"]);
    const result = clearUnused(Buffer.from(module.emitBinary()), module.emitText(), links);
    module.dispose();
    bytes = result.bytes;
    if (result.inUse === before) break;
    before = result.inUse;
  }
  writeFileSync(wasmFile, bytes);
}

/**
 * Makes a panic trap where it happens. Its message would go to a standard error that browsers do
 * not have; what the page sees is the trap, with or without it.
 */
async function endPanicsAtOnce(wasmFile) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(readFileSync(wasmFile));
  let ended = 0;
  for (let index = 0; index < module.getNumFunctions(); index += 1) {
    const at = module.getFunctionByIndex(index);
    // "core[c5930c85a12de822]::panicking::panic" is core::panicking::panic.
    const name = binaryen.getFunctionInfo(at).name.replace(/\[[0-9a-f]{16}\]/g, "");
    if (!panics.test(name) || !neverReturns(binaryen, at)) continue;
    binaryen.Function(at).setBody(module.unreachable());
    ended += 1;
  }
  if (ended === 0) throw new Failure("The module has no panics under the names expected here.");
  writeFileSync(wasmFile, module.emitBinary());
  module.dispose();
}

function neverReturns(binaryen, at) {
  const { base, body } = binaryen.getFunctionInfo(at);
  return !base && binaryen.getExpressionType(body) === binaryen.unreachable;
}

/** The names carry hashes that do not compress: the optimizer's short ones replace them. */
function rename({ imports, exports }, glueFile) {
  let glue = readFileSync(glueFile, "utf8");
  const replace = (pattern, short) => {
    if (!pattern.test(glue)) throw new Failure(`${glueFile} does not have ${pattern}.`);
    glue = glue.replace(pattern, short);
  };
  const [[from]] = imports;
  replace(new RegExp(`"${from.replaceAll(".", "\\.")}": import0`), '"a": import0');
  for (const [, name, short] of imports) replace(new RegExp(`\\b${name}:`), `${short}:`);
  for (const [name, short] of exports) {
    // Some exports are for the tools alone.
    glue = glue.replaceAll(new RegExp(`\\bwasm\\.${name}\\b`, "g"), `wasm.${short}`);
  }
  writeFileSync(glueFile, glue);
}
