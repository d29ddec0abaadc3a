// The pages, bundled by Vite with the package imported as its users import it.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { heading } from "../../scripts/lib/run.mjs";

const page = join(import.meta.dirname, "../page");

/** `pages`: the HTML files to bundle. */
export async function bundle(outDir, pages) {
  heading("Benchmark pages");
  rmSync(outDir, { recursive: true, force: true });
  const { build } = await import("vite");
  await build({
    root: page,
    configFile: false,
    // bench/ has a package.json of its own, so that the name alone would not lead to the package around it.
    resolve: {
      alias: [
        { find: /^vecino$/, replacement: inRoot("dist/index.js") },
        { find: /^vecino\/(.*)$/, replacement: inRoot("dist/$1.js") },
      ],
    },
    base: "./",
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 2_000,
      modulePreload: { polyfill: false },
      rollupOptions: { input: pages.map((name) => join(page, name)) },
    },
    worker: { format: "es" },
  });
}
