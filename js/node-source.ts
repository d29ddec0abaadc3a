import { missingEngine, setWasmSource } from "./wasm-source.js";

/** Lets the engine be read from its file beside the package's code, where there is no `fetch` of files. */
export function readEngineFromFile(): void {
  setWasmSource(async () => {
    const { readFile } = await import("node:fs/promises");
    const url = new URL("./vecino_bg.wasm", import.meta.url);
    return readFile(url).catch((error: unknown) => {
      throw missingEngine(url, error);
    });
  });
}
