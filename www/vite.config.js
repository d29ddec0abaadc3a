// Builds the demo into www/dist and serves it under the policy that a careful host would set. The package is imported
// by its own name, through the `exports` of package.json: what the demo gets is what npm publishes.

import { defaultClientConditions, defineConfig } from "vite";
import { headers } from "../scripts/lib/headers.mjs";
import { serveModels } from "../scripts/lib/model-files.mjs";

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the built page can lie in any folder of a host.
  base: "./",
  // A file that is missing is a 404, not the page.
  appType: "mpa",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // Every asset is a file: the Content-Security-Policy allows no data: URL that runs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  // onnxruntime-web's 27 MB of WebAssembly are not copied into the page: they are loaded from beside it, if they are there.
  resolve: { conditions: [...defaultClientConditions, "onnxruntime-web-use-extern-wasm"] },
  plugins: [serveModels()],
  server: { headers },
  preview: { headers },
});
