// The module with the feature that lets a page force a plan.
import { join } from "node:path";
import { buildModule } from "../../scripts/build/module.mjs";
import { rareCalls } from "../../scripts/build/wasm.mjs";
import { buildDir } from "../../scripts/lib/paths.mjs";

export function buildMeasureModule() {
  return buildModule({
    title: "WebAssembly module that lets the benchmarks force a plan",
    crate: "vecino",
    name: "vecino",
    folder: join(buildDir, "bench", "wasm"),
    sources: ["src", "kernels"],
    features: ["measure"],
    rare: rareCalls,
  });
}
