// A plugin for Vite's servers: all-MiniLM-L6-v2 and the WebAssembly that runs it, served beside the demo from where this
// machine has them. They are too large to come with it.
import { createReadStream, statSync } from "node:fs";
import { extname, join, resolve, sep } from "node:path";
import { headers } from "./headers.mjs";
import { inRoot } from "./paths.mjs";

/** The folder that holds the model's own: VECINO_MODELS, or where the tests' data is. */
const models = () =>
  process.env.VECINO_MODELS || join(process.env.VECINO_DATA || inRoot("../shared/data"), "models");

/** Path of the page -> folder of this machine. */
const folders = () => ({
  "/models/all-MiniLM-L6-v2/": join(models(), "all-MiniLM-L6-v2"),
  "/onnxruntime-web/": inRoot("node_modules/onnxruntime-web/dist"),
});

const types = {
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export function serveModels() {
  const serve = ({ middlewares }) => void middlewares.use(answer);
  return { name: "vecino-models", configureServer: serve, configurePreviewServer: serve };
}

function answer(request, response, next) {
  const file = fileOf(new URL(request.url, "http://localhost").pathname);
  const size = file && statSync(file, { throwIfNoEntry: false });
  if (!size?.isFile() || !["GET", "HEAD"].includes(request.method)) return next();
  response.writeHead(200, {
    ...headers,
    "Content-Type": types[extname(file)] ?? "application/octet-stream",
    "Content-Length": size.size,
  });
  if (request.method === "HEAD") return response.end();
  return createReadStream(file).pipe(response);
}

/** Undefined for a path of another folder, and for one that would lead out of these. */
function fileOf(path) {
  for (const [prefix, folder] of Object.entries(folders())) {
    if (!path.startsWith(prefix)) continue;
    const file = resolve(folder, decodeURIComponent(path.slice(prefix.length)));
    if (file.startsWith(resolve(folder) + sep)) return file;
  }
  return undefined;
}
