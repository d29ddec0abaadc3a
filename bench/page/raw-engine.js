// The engine's class Database, and nothing of the package in between.

const whole = new Set();

/**
 * Opens a database of the engine whose glue this is. `wasm` and `rare` say where its two modules are. Returns
 * `call(method, args)`, which does not wait for either, and the `database` itself.
 */
export async function openEngine({ glue, wasm, rare }, ...args) {
  const primary = await glue.default({ module_or_path: wasm });
  if (!whole.has(glue)) {
    whole.add(glue);
    const bytes = await (await fetch(rare)).arrayBuffer();
    await WebAssembly.instantiate(bytes, { [glue.primaryName]: primary });
  }
  const database = await glue.Database.open(...args);
  const call = (method, given) => database.call(method, given) ?? database.callRare(method, given);
  return { call, database };
}
