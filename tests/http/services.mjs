// Stand-ins for the services that have forms of their own: addresses, fields, limits and refusals are theirs.
import { embed, json } from "./service.mjs";

/**
 * Each: where it is below /real/, the texts of a request, how many it takes, how it answers rows and refuses. `dimension`
 * is what was asked for; `role` is how it was told what the texts are.
 */
const services = {
  dashscope: {
    path: /^\/api\/v1\/services\/embeddings\/text-embedding\/text-embedding$/,
    texts: ({ input }) => input.texts,
    most: 10,
    dimension: ({ parameters }) => parameters.dimension,
    // Not in the order of the texts, as the service is free to do.
    answer: (rows) => ({
      output: {
        embeddings: rows.map((embedding, text_index) => ({ text_index, embedding })).reverse(),
      },
      request_id: "1",
    }),
    refuse: (message) => ({ code: "InvalidParameter", message, request_id: "1" }),
  },
  ollama: {
    path: /^\/api\/embed$/,
    texts: ({ input }) => input,
    most: Infinity,
    dimension: ({ dimensions }) => dimensions,
    answer: (embeddings, { model }) => ({ model, embeddings, total_duration: 1 }),
    refuse: (error) => ({ error }),
    keyless: true,
  },
  jina: {
    path: /^\/v1\/embeddings$/,
    texts: ({ input }) => input,
    most: 2048,
    dimension: ({ dimensions }) => dimensions,
    answer: (rows) => ({
      data: rows.map((embedding, index) => ({ object: "embedding", index, embedding })),
    }),
    refuse: (detail) => ({ detail }),
  },
  cohere: {
    path: /^\/v2\/embed$/,
    texts: ({ texts }) => texts,
    most: 96,
    dimension: ({ output_dimension }) => output_dimension,
    answer: (float) => ({ id: "1", embeddings: { float } }),
    refuse: (message) => ({ id: "1", message }),
  },
  mistral: {
    path: /^\/v1\/embeddings$/,
    texts: ({ input }) => input,
    most: 512,
    dimension: ({ output_dimension }) => output_dimension,
    answer: (rows) => ({ data: rows.map((embedding, index) => ({ index, embedding })) }),
    refuse: (message) => ({ object: "error", message, type: "invalid_request_error" }),
  },
  voyageai: {
    path: /^\/v1\/embeddings$/,
    texts: ({ input }) => input,
    most: 1000,
    dimension: ({ output_dimension }) => output_dimension,
    answer: (rows) => ({
      data: rows.map((row, index) => ({
        index,
        embedding: Buffer.from(Float32Array.from(row).buffer).toString("base64"),
      })),
    }),
    refuse: (detail) => ({ detail }),
  },
  "google-generative-ai": {
    path: /^\/v1beta\/models\/[\w-]+:batchEmbedContents$/,
    texts: ({ requests }) => requests.map(({ content }) => content.parts[0].text),
    most: 100,
    dimension: ({ requests }) => requests[0].outputDimensionality,
    answer: (rows) => ({ embeddings: rows.map((values) => ({ values })) }),
    refuse: (message) => ({ error: { code: 400, message, status: "INVALID_ARGUMENT" } }),
    key: (headers) => headers["x-goog-api-key"],
  },
  "huggingface-server": {
    path: /^\/embed$/,
    texts: ({ inputs }) => inputs,
    most: 32,
    dimension: () => undefined,
    answer: (rows) => rows,
    refuse: (error) => ({ error, error_type: "Validation" }),
    tooMany: 413,
    keyless: true,
  },
  "cloudflare-worker-ai": {
    path: /^\/run\/@cf\/baai\/bge-base-en-v1\.5$/,
    texts: ({ text }) => text,
    most: 100,
    dimension: () => undefined,
    answer: (data) => ({ result: { shape: [data.length, 3], data }, success: true, errors: [] }),
    refuse: (message) => ({ result: null, success: false, errors: [{ code: 5006, message }] }),
  },
};

/** Answers requests to /real/<name>/...; for the service of `startService`. */
export const answerAs = (key) => (url, body, response, headers) => {
  const [, name, path] = /^\/real\/([\w-]+)(\/.*)$/.exec(url) ?? [];
  const service = services[name];
  if (!service) return false;
  const sent = service.key?.(headers) ?? headers.authorization?.replace("Bearer ", "");
  if (!service.path.test(path)) json(response, 404, service.refuse(`no ${path}`));
  else if (!service.keyless && sent !== key) json(response, 401, service.refuse("wrong key"));
  else {
    const texts = service.texts(body);
    if (texts.length > service.most) {
      const message = `batch size ${texts.length} > maximum allowed ${service.most}`;
      json(response, service.tooMany ?? 400, service.refuse(message));
    } else {
      const rows = texts.map((text) => embed(text, service.dimension(body)));
      json(response, 200, service.answer(rows, body));
    }
  }
  return true;
};
