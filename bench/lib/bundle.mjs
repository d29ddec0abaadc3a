// The pages, bundled by Vite with the package imported as its users import it.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { heading } from "../../scripts/lib/run.mjs";

const page = join(import.meta.dirname, "../page");

/** `pages`: the HTML files to bundle. */
export async function bundle(outDir, pages = ["bench.html", "open.html"]) {
  heading("Benchmark pages");
  rmSync(outDir, { recursive: true, force: true });
  const { build } = await import("vite");
  await build({
    root: page,
    configFile: false,
    base: "./",
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: pages.map((name) => join(page, name)) },
    },
    worker: { format: "es" },
  });
}
