// Calls the engine's Database class, and nothing in between: its `work` is never called.
import initialize, { Database } from "../../../build/wasm/vecino.js";
import wasm from "../../../build/wasm/vecino_bg.wasm?url";

let database;

async function call(method, args) {
  if (method === "open") {
    await initialize({ module_or_path: wasm });
    database = await Database.open(...args);
    return undefined;
  }
  return database.call(method, args);
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
