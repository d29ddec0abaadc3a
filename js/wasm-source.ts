/** Where compiled modules come from. Browsers fetch them; the Node entry reads their files. */
import { errorOf, type VecinoError } from "./errors.js";

/** Gives the bytes of the WebAssembly module at `url`, or the response that carries them. */
export type WasmReader = (url: URL) => Promise<Response | Uint8Array<ArrayBuffer>>;

let read: WasmReader = async (url) => {
  const response = await fetch(url).catch((error: unknown) => {
    throw missingModule(url, error);
  });
  if (!response.ok) throw missingModule(url, new Error(`HTTP ${response.status}`));
  return response;
};

export function setWasmReader(replacement: WasmReader): void {
  read = replacement;
}

export function readWasm(url: URL): Promise<Response | Uint8Array<ArrayBuffer>> {
  return read(url);
}

/** The error of a module that is not at `url`. */
export function missingModule(url: URL, cause: unknown): VecinoError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const file = url.pathname.split("/").pop();
  return errorOf(
    "connection",
    `Vecino's engine could not be loaded from ${url}: ${reason}. The package's file ${file} must be there.`,
    { cause },
  );
}
