/** Regular expressions in filters: noticed here, compiled by a module that is loaded on first use. */
import { setRegexCompiler } from "../build/wasm/vecino.js";
import { readWasm } from "./wasm-source.js";

/** Whether a filter anywhere in `value` has a regular expression. */
export function usesRegex(value: unknown): boolean {
  const found = new Set([value]);
  // The set grows while it is walked, and holds what contains itself only once.
  for (const item of found) {
    if (typeof item !== "object" || item === null || ArrayBuffer.isView(item)) continue;
    if ("$regex" in item || "$not_regex" in item) return true;
    for (const part of Object.values(item)) found.add(part);
  }
  return false;
}

let loading: Promise<void> | undefined;

/** Resolves when the engine, loaded before, takes regular expressions. After a failure the next call tries again. */
export function loadRegex(): Promise<void> {
  loading ??= import("./regex-compiler.js")
    .then(async ({ regexCompiler }) => setRegexCompiler(await regexCompiler(readWasm)))
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}
