// Replays recorded operations on Vecino and compares with what the server answered. Runs in Node and in a page.
import { difference } from "./compare.mjs";
import { Letters } from "./letters.mjs";
import { World } from "./world.mjs";

/**
 * `trace` is `[{ operation, answer }]`, `options` those of the client. With `reopen` everything is closed and opened
 * again half way. Resolves to what differs first, or null.
 */
export async function replay(chromadb, trace, options, reopen) {
  if (!chromadb.knownEmbeddingFunctions.has("letters")) {
    chromadb.registerEmbeddingFunction("letters", Letters);
  }
  const world = new World(() => new chromadb.ChromaClient({ ...options, allowReset: true }));
  let waiting = reopen;
  const deleted = new Set();
  try {
    await world.client.reset();
    for (const [index, { operation, answer }] of trace.entries()) {
      // An object of a collection that is gone cannot be had a second time.
      if (waiting && index >= trace.length / 2 && deleted.size === 0) {
        waiting = false;
        await world.reopen();
      }
      const found = difference(operation, answer, await world.run(operation), () => {});
      if (found) return `operation ${index}: ${JSON.stringify(operation)}\n${found}`;
      if (operation.call === "deleteCollection" && !answer.error) deleted.add(operation.on);
      if (operation.call.endsWith("eateCollection") && !answer.error) deleted.delete(operation.on);
    }
    return waiting ? "the database was never reopened" : null;
  } finally {
    await world.client.reset();
    await world.client.close();
  }
}
