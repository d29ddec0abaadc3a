// npm run build: dist/ from Rust and TypeScript.
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { main } from "./lib/fail.mjs";
import { ensurePackages } from "./lib/npm-packages.mjs";

await main(async () => {
  await ensurePackages();
  await buildWasm();
  await buildPackage();
});
