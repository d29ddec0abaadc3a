// A page of Chromium in which vecino/transformers runs the real model: all files come from this machine. The library's
// parts for Node, onnxruntime-node and sharp, stand in package.json's overrides as a small package: they are 300 MB, and
// no test uses them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.mjs";
import { launch, serveFiles } from "../conformance/support/browser.mjs";
import { data } from "./data.mjs";

const imports = {
  "@huggingface/transformers":
    "/node_modules/@huggingface/transformers/dist/transformers.web.min.js",
  "onnxruntime-common": "/node_modules/onnxruntime-common/dist/esm/index.js",
  "onnxruntime-web/webgpu": "/node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs",
};

/**
 * `embed(texts)` in the page; `close()` ends all. `requests` are the addresses that the page asked for. The model comes
 * from the page's own server, or with `apart` from another.
 */
export async function openModel({ apart = false } = {}) {
  const allow = ["origin", "headers"].map((name) => [`access-control-allow-${name}`, "*"]);
  const headers = Object.fromEntries(allow);
  const [server, models, browser] = await Promise.all([
    serveFiles(root),
    serveFiles(join(data, "models"), { headers }),
    launch(),
  ]);
  const page = await browser.newPage();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.route(`${server.url}/models/**`, (route) => {
    const path = join(data, new URL(route.request().url()).pathname);
    return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404 });
  });
  await page.goto(`${server.url}/blank`);
  await page.evaluate(
    (map) => {
      const script = document.createElement("script");
      script.type = "importmap";
      script.textContent = JSON.stringify(map);
      document.head.append(script);
    },
    { imports },
  );
  const settings = {
    model: "all-MiniLM-L6-v2",
    localModelPath: apart ? models.url : "/models",
    wasmPath: `${server.url}/node_modules/onnxruntime-web/dist/`,
    dtype: "q8",
  };
  return {
    page,
    settings,
    requests,
    origins: [server.url, models.url],
    async embed(texts) {
      const rows = await page.evaluate(embedInPage, { texts, settings });
      return rows.map((row) => Float32Array.from(row));
    },
    close: () => Promise.all([browser.close(), server.close(), models.close()]),
  };
}

/** Runs in the page. */
async function embedInPage({ texts, settings }) {
  const { TransformersEmbeddingFunction } = await import("/dist/transformers.js");
  window.progress ??= [];
  window.model ??= new TransformersEmbeddingFunction({
    ...settings,
    progressCallback: (progress) => window.progress.push(progress),
  });
  const rows = await window.model.generate(texts);
  return rows.map((row) => Array.from(row));
}
