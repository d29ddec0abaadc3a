// What every benchmark begins with.
import { buildPackage } from "../../scripts/build/package.mjs";
import { buildWasm } from "../../scripts/build/wasm.mjs";
import { ensureChromium } from "../../scripts/lib/chromium.mjs";
import { ensurePackages } from "../../scripts/lib/npm-packages.mjs";

/** Builds the package and bundles `pages` with it into `site`. Resolves with a browser that is still to be started. */
export async function prepare(site, { headed, browser }, pages) {
  await ensurePackages();
  await buildWasm();
  await buildPackage();
  // Only now: they import npm packages.
  const { bundle } = await import("./bundle.mjs");
  const { Browser } = await import("./browser.mjs");
  await bundle(site, pages);
  if (browser === "firefox") return new (await import("./firefox.mjs")).Firefox();
  return new Browser((await ensureChromium()).chromium, headed);
}
