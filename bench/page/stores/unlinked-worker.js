// Calls the engine's Database class, and nothing in between: its `work` is never called.
import * as glue from "../../../build/wasm/vecino.js";
import wasm from "../../../build/wasm/vecino_bg.wasm?url";
import rare from "../../../build/wasm/vecino_rare_bg.wasm?url";
import { openEngine } from "../raw-engine.js";

let engine;

async function call(method, args) {
  if (method === "open") {
    engine = await openEngine({ glue, wasm, rare }, ...args);
    return undefined;
  }
  return engine.call(method, args);
}

self.onmessage = async ({ data: { id, method, args } }) => {
  try {
    const value = await call(method, args);
    const columns = value && typeof value === "object" ? Object.values(value) : [];
    const moved = columns.filter(ArrayBuffer.isView).map(({ buffer }) => buffer);
    self.postMessage({ id, value }, { transfer: moved });
  } catch (error) {
    self.postMessage({ id, error: `${method}: ${error.message}` });
  }
};
