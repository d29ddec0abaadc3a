// The compiled module, made small: three steps that change nothing of what it does.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Failure } from "../lib/fail.mjs";
import { runNode } from "../lib/run.mjs";

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

/** Optimizes the module at `wasmFile` in place and renames its imports and exports in `glueFile` too. */
export async function optimize(wasmFile, glueFile) {
  await endPanicsAtOnce(wasmFile);
  const optimized = `${wasmFile}.optimized`;
  const flags = ["--mvp-features", ...features.map((name) => `--enable-${name}`)];
  const shorten = "--minify-imports-and-exports-and-modules";
  // Functions with one caller compress better where they are.
  const level = ["-O3", "--one-caller-inline-max-function-size=20"];
  const options = [...level, ...flags, shorten, wasmFile, "-o", optimized];
  const names = await runNode("binaryen/bin/wasm-opt", options, { quiet: true });
  renameSync(optimized, wasmFile);
  rename(JSON.parse(names), glueFile);
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
