// Step 1 of the build: Rust to build/wasm/ and build/regex/, the modules and the glue that js/ imports.
import { join } from "node:path";
import { glueDir } from "../lib/paths.mjs";
import { buildModule } from "./module.mjs";
import { buildRegex } from "./regex.mjs";

export const wasmFile = join(glueDir, "vecino_bg.wasm");

export async function buildWasm() {
  await buildModule({
    title: "WebAssembly module",
    crate: "vecino",
    name: "vecino",
    folder: glueDir,
    sources: ["src", "kernels"],
  });
  await buildRegex();
}
