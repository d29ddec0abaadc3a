import { missingModule, setWasmReader } from "./wasm-source.js";

/** Lets modules be read from their files beside the package's code, where there is no `fetch` of files. */
export function readEngineFromFile(): void {
  setWasmReader(async (url) => {
    const { readFile } = await import("node:fs/promises");
    return readFile(url).catch((error: unknown) => {
      throw missingModule(url, error);
    });
  });
}
