// Any service that speaks OpenAI's /embeddings. Keys are here and nowhere else: in memory, one for each address, so that
// none is ever sent to another service.

import { OpenAIEmbeddingFunction } from "vecino";

const keys = new Map();

/** Whether the service was used with a key that this page no longer has. */
export const lacksKey = ({ kind, baseUrl, keyed }) =>
  kind === "endpoint" && keyed && !keys.has(baseUrl);

export const hasKey = (baseUrl) => keys.has(baseUrl);

const CODES = {
  unauthorized: "endpoint_unauthorized",
  connection: "endpoint_unreachable",
  rate_limit: "endpoint_busy",
};

/** Tells the service's errors from those of the database, which has the same codes. */
class Endpoint extends OpenAIEmbeddingFunction {
  async generate(texts, options) {
    try {
      return await super.generate(texts, options);
    } catch (error) {
      if (options?.signal?.aborted) throw error;
      const { code, message } = error;
      throw Object.assign(new Error(message, { cause: error }), {
        code: CODES[code] ?? "endpoint_refused",
      });
    }
  }
}

/** @param {string} [key] replaces the one that was given before for this address */
export async function loadEndpoint({ baseUrl, model, dimensions }, key) {
  if (key) keys.set(baseUrl, key);
  return {
    kind: "endpoint",
    name: model,
    collection: collectionOf([baseUrl, model, dimensions ?? "default"]),
    // Few enough retries that a wrong address is told soon.
    function: new Endpoint({ baseUrl, model, dimensions, apiKey: keys.get(baseUrl), retries: 3 }),
    // Four requests of ten texts, all under way at the same time: what a stop in their middle throws away.
    batchSize: 40,
    // Every question is a request.
    pause: 700,
    place: new URL(baseUrl).host,
  };
}

/** A name of its own for each service, model and dimension, in the letters that a name may have. */
function collectionOf(parts) {
  const letters = parts
    .join("|")
    .replace(/[^A-Za-z0-9]/g, (letter) => `_${letter.codePointAt(0).toString(16)}-`);
  return `endpoint.${letters}`;
}
