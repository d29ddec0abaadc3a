// What the rules are told with.
import { equal, ok } from "../conformance/support/assert.mjs";

export const valueError = "ChromaValueError";
export const clientError = "ChromaClientError";

/** Every promise rejects with an error of the class; nothing else is looked at. */
export async function refused(name, ...calls) {
  for (const [index, call] of calls.entries()) {
    let value;
    try {
      value = await call();
    } catch (error) {
      equal(error.name, name, `call ${index}: ${error.message}`);
      ok(error instanceof Error);
      continue;
    }
    throw new Error(`call ${index} is answered with ${JSON.stringify(value)}`);
  }
}

/** Ids that a filter selects. */
export async function matching(collection, where) {
  return (await collection.get({ where, include: [] })).ids.join("");
}

export async function matchingDocument(collection, whereDocument) {
  return (await collection.get({ whereDocument, include: [] })).ids.join("");
}

/** Records a, b, c, ... from metadata alone. */
export function withMetadata(...metadatas) {
  return { ids: letters(metadatas), embeddings: rows(metadatas), metadatas };
}

export function withDocuments(...documents) {
  return { ids: letters(documents), embeddings: rows(documents), documents };
}

const letters = (list) => list.map((_, i) => String.fromCharCode(97 + i));
const rows = (list) => list.map((_, i) => [i + 1, 1]);

/** An embedding function of a class, with settings. */
export class Lengths {
  name = "lengths";

  constructor({ scale = 1 } = {}) {
    this.scale = scale;
  }

  async generate(texts) {
    return texts.map((text) => [text.length * this.scale, 1]);
  }

  getConfig() {
    return { scale: this.scale };
  }

  static buildFromConfig(config) {
    return new Lengths(config);
  }
}
