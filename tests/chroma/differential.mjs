// The same operations on a Chroma server and on Vecino, until the first answer that differs.
import * as chromadb from "chromadb";
import * as vecino from "vecino/chromadb";
import { difference } from "./compare.mjs";
import { operations } from "./generate/operations.mjs";
import { Letters } from "./letters.mjs";
import { truth } from "./truth.mjs";
import { World } from "./world.mjs";

for (const { registerEmbeddingFunction } of [chromadb, vecino]) {
  registerEmbeddingFunction("letters", Letters);
}

const everything = ["documents", "metadatas", "embeddings", "uris"];
const dump = (on) => ({ on, call: "get", args: { include: everything } });

/** The operations of a seed, and at their end everything that is left. */
export function operationsOf(seed, count) {
  const list = operations(seed, count);
  const slots = new Set(list.map(({ on }) => on).filter(Boolean));
  return [...list, ...[...slots].map(dump)];
}

/**
 * Runs them. Resolves to `{ compared, failure?, answers }`: the failure has the index of the operation and what
 * differs, `answers` are the server's. `note` is called with the name of every tolerated difference.
 */
export async function compared({ host, port }, list, note) {
  const theirs = new World(() => new chromadb.ChromaClient({ host, port }));
  const ours = new World(() => new vecino.ChromaClient({ memory: true, allowReset: true }));
  const answers = [];
  try {
    await theirs.client.reset();
    await ours.client.reset();
    for (const [index, operation] of list.entries()) {
      const expected = await truth(theirs, operation, note);
      const actual = await ours.run(operation);
      answers.push(expected);
      const found = difference(operation, expected, actual, note);
      if (found) return { compared: index, answers, failure: { index, operation, found } };
    }
    return { compared: list.length, answers };
  } finally {
    await ours.client.close();
  }
}

/** The fewest operations that still make the last of `list` differ: others are left out while it does. */
export async function smallest(server, list) {
  let kept = list;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length - 1; ) {
      const end = Math.min(start + size, kept.length - 1);
      const fewer = [...kept.slice(0, start), ...kept.slice(end)];
      const { failure } = await compared(server, fewer, () => {});
      if (failure?.index === fewer.length - 1) kept = fewer;
      else start = end;
    }
  }
  return kept;
}
