/** The package in Node: the same exports, with the engine read from its file. */
import { missingEngine, setWasmSource } from "./wasm-source.js";

export * from "./index.js";

setWasmSource(async () => {
  const { readFile } = await import("node:fs/promises");
  const url = new URL("./vecino_bg.wasm", import.meta.url);
  return readFile(url).catch((error: unknown) => {
    throw missingEngine(url, error);
  });
});
