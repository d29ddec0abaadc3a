// Step 1 of the build: Rust to build/wasm/ and build/regex/, the modules and the glue that js/ imports.
import { join } from "node:path";
import { glueDir } from "../lib/paths.mjs";
import { buildModule } from "./module.mjs";
import { buildRegex } from "./regex.mjs";

export const wasmFile = join(glueDir, "vecino_bg.wasm");
export const rareFile = join(glueDir, "vecino_rare_bg.wasm");

/** The export behind `callRare`. */
export const rareCalls = "database_callRare";

export async function buildWasm() {
  await buildModule({
    title: "WebAssembly module",
    crate: "vecino",
    name: "vecino",
    folder: glueDir,
    sources: ["src", "kernels"],
    rare: rareCalls,
  });
  await buildRegex();
}
