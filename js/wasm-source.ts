/** Where the compiled engine comes from. Browsers fetch it; the Node entry reads the file. */
import { errorOf, type VecinoError } from "./errors.js";

/** Gives the bytes of the WebAssembly module, or the response that carries them. */
export type WasmSource = () => Promise<Response | Uint8Array<ArrayBuffer>>;

let source: WasmSource = async () => {
  const url = new URL("./vecino_bg.wasm", import.meta.url);
  const response = await fetch(url).catch((error: unknown) => {
    throw missingEngine(url, error);
  });
  if (!response.ok) throw missingEngine(url, new Error(`HTTP ${response.status}`));
  return response;
};

export function setWasmSource(replacement: WasmSource): void {
  source = replacement;
}

export function wasmSource(): Promise<Response | Uint8Array<ArrayBuffer>> {
  return source();
}

/** The error of an engine that is not at `url`. */
export function missingEngine(url: URL, cause: unknown): VecinoError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return errorOf(
    "connection",
    `Vecino's engine could not be loaded from ${url}: ${reason}. The package's file vecino_bg.wasm must be there.`,
    { cause },
  );
}
