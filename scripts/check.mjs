// npm run check: everything that is looked at without running the tests. All checks run; the
// command fails when any of them does.
import { join } from "node:path";
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { Failure, main } from "./lib/fail.mjs";
import { ensurePackages } from "./lib/npm-packages.mjs";
import { reportSize } from "./lib/package-size.mjs";
import { heading, run, runNode } from "./lib/run.mjs";
import { ensureRust, ensureTool, tools, wasmTarget } from "./lib/rust.mjs";

const clippy = (...target) =>
  run("cargo", [
    "clippy",
    "--workspace",
    "--all-targets",
    "--locked",
    ...target,
    "--",
    "--deny",
    "warnings",
  ]);

const build = "Build";
const checks = {
  "Rust format": () => run("cargo", ["fmt", "--all", "--check"]),
  "Rust lint, native": () => clippy(),
  "Rust lint, WebAssembly": () => clippy("--target", wasmTarget),
  "Rust licenses and sources": async () => {
    const bin = await ensureTool(tools.cargoDeny);
    const what = ["licenses", "bans", "sources"];
    await run(join(bin, "cargo-deny"), ["--locked", "check", ...what]);
  },
  "JavaScript lint and format": () =>
    runNode("@biomejs/biome/bin/biome", ["check", "--error-on-warnings"]),
  // The checks after this one need what it makes.
  [build]: async () => {
    await buildWasm();
    await buildPackage();
  },
  Types: () => runNode("typescript/bin/tsc", ["--project", "tsconfig.json"]),
  "Package size": reportSize,
};

await main(async () => {
  await ensurePackages();
  await ensureRust();
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    heading(name);
    try {
      await check();
    } catch (error) {
      console.error(error instanceof Failure ? error.message : error.stack);
      failed.push(name);
      if (name === build) break;
    }
  }
  if (failed.length > 0) throw new Failure(`Failed: ${failed.join(", ")}.`);
  console.log("\nAll checks passed.");
});
