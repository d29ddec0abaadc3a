// The two packages whose search builders must say the same: ours from its source, and chromadb.
import * as chroma from "chromadb";
import { build } from "esbuild";
import { inRoot } from "../../scripts/lib/paths.mjs";

async function load() {
  const { outputFiles } = await build({
    entryPoints: [inRoot("js", "search", "index.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  const [{ contents }] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`);
}

export const ours = await load();
export { chroma };

/** What an expression, a search or a plain value comes to on the wire. */
export function wire(value) {
  const json = typeof value?.toPayload === "function" ? value.toPayload() : value;
  return json === undefined ? undefined : JSON.parse(JSON.stringify(json));
}
