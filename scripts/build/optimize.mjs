// The compiled module, made small: steps that change nothing of what it does.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Failure } from "../lib/fail.mjs";
import { runNode } from "../lib/run.mjs";
import { checkData } from "./data-check.mjs";
import { plainCode } from "./plain-code.mjs";
import { assembled, split } from "./split.mjs";
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
 * what the linker told of it. Given a `secondary` module as `{ file, entry }`, what only that export leads to moves there.
 */
export async function optimize(wasmFile, glueFile, links, secondary) {
  await endPanicsAtOnce(wasmFile);
  const original = readFileSync(wasmFile);
  const plain = await clearAllUnused(wasmFile, links);
  // Data stays in its place as long as it is looked at by address.
  await wasmOpt(wasmFile, "--skip-pass=memory-packing");
  const parts = secondary && (await splitFile(wasmFile, plain, secondary.entry, links));
  if (parts) writeFileSync(wasmFile, await assembled(parts.primary));
  const names = JSON.parse(await wasmOpt(wasmFile, "--minify-imports-and-exports-and-modules"));
  rename(names, glueFile);
  if (parts) {
    writeFileSync(secondary.file, await assembled(withImports(parts.secondary, names.exports)));
    await wasmOpt(secondary.file);
    nameInGlue(parts.name, glueFile);
  }
  const files = parts ? [wasmFile, secondary.file] : [wasmFile];
  checkData(await Promise.all(files.map(readModule)), original, links);
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

/**
 * Functions that only unused data leads to go, and what only they use, and so on. Resolves with the plain code of
 * what is left.
 */
async function clearAllUnused(wasmFile, links) {
  const { default: binaryen } = await import("binaryen");
  let bytes = readFileSync(wasmFile);
  let plain;
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const module = binaryen.readBinary(bytes);
    module.runPasses(["remove-unused-module-elements"]);
    bytes = Buffer.from(module.emitBinary());
    module.dispose();
    plain = await plainCode(bytes);
    const result = clearUnused(bytes, plain, links);
    bytes = result.bytes;
    if (result.inUse === before) break;
    before = result.inUse;
  }
  writeFileSync(wasmFile, bytes);
  return plain;
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

/** The `primary` and the `secondary` part of the module, and the `name` by which the latter imports the former. */
async function splitFile(wasmFile, plain, entry, links) {
  const { text } = await readModule(wasmFile);
  // Who has the primary module of another build knows it by another name, and cannot mix the two up.
  const name = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { name, ...split(text, plain, entry, name, links) };
}

async function readModule(file) {
  const { default: binaryen } = await import("binaryen");
  const bytes = readFileSync(file);
  const module = binaryen.readBinary(bytes);
  const text = module.emitText();
  module.dispose();
  return { bytes, text };
}

/** The secondary part with the short names for what it imports. */
function withImports({ text, data }, exports) {
  const short = new Map(exports);
  const rename = (_, start, name) => {
    if (!short.has(name)) throw new Failure(`The primary module does not export ${name}.`);
    return `${start} "${short.get(name)}"`;
  };
  return { text: text.replace(/^( \(import "[^"]*") "([^"]*)"/gm, rename), data };
}

/** Has the glue tell by which name the secondary module imports the primary one. */
function nameInGlue(name, glueFile) {
  appendFileSync(glueFile, `\nexport const primaryName = "${name}";\n`);
  const types = glueFile.replace(/\.js$/, ".d.ts");
  appendFileSync(types, "\nexport const primaryName: string;\n");
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
