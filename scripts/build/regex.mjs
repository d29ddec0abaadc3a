// The module of regular expressions, which a page loads when a filter first uses one.
import { join } from "node:path";
import { regexDir } from "../lib/paths.mjs";
import { buildModule } from "./module.mjs";

export const regexFile = join(regexDir, "vecino_regex_bg.wasm");

export function buildRegex() {
  return buildModule({
    title: "WebAssembly module of regular expressions",
    crate: "vecino-regex",
    name: "vecino_regex",
    folder: regexDir,
    sources: ["regex"],
  });
}
