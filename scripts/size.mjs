// npm run size: how large is what a page loads, and is it within the budget?
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { main } from "./lib/fail.mjs";
import { ensurePackages } from "./lib/npm-packages.mjs";
import { reportSize } from "./lib/package-size.mjs";

await main(async () => {
  await ensurePackages();
  await buildWasm();
  await buildPackage();
  await reportSize();
});
