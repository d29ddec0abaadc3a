// A stand-in for an OpenAI-compatible service. The path chooses how it behaves: POST /{behavior}/embeddings.
import { createServer } from "node:http";
import { close, listen } from "../conformance/support/browser.mjs";

/** What behaves how; each gets the parsed request body and the response. */
const behaviors = {
  good: (body, response) => json(response, 200, { data: embeddings(body), model: body.model }),
  shuffled: (body, response) => json(response, 200, { data: embeddings(body).reverse() }),
  unnumbered: (body, response) =>
    json(response, 200, { data: embeddings(body).map(({ embedding }) => ({ embedding })) }),
  fewer: (body, response) => json(response, 200, { data: embeddings(body).slice(1) }),
  twice: (body, response) =>
    json(response, 200, { data: embeddings(body).map((item) => ({ ...item, index: 0 })) }),
  longer: (body, response) =>
    json(response, 200, { data: embeddings({ ...body, dimensions: (body.dimensions ?? 3) + 1 }) }),
  ragged: (body, response) =>
    json(response, 200, {
      data: embeddings(body).map((item) => ({
        ...item,
        embedding: item.embedding.slice(item.index),
      })),
    }),
  encoded: (body, response) =>
    json(response, 200, { data: body.input.map((_, index) => ({ index, embedding: "AACAPw==" })) }),
  "bad-request": (_, response) =>
    json(response, 400, {
      error: { message: "batch size is invalid, it should not be larger than 10" },
    }),
  // Services quote what they were sent.
  unauthorized: (_, response, { authorization }) =>
    json(response, 401, { error: { message: `Incorrect API key provided: ${authorization}` } }),
  forbidden: (_, response) => json(response, 403, { message: "Model access denied" }),
  "too-many": (_, response) => {
    response.setHeader("retry-after", "7");
    json(response, 429, { error: { message: "Rate limit reached" } });
  },
  broken: (_, response) => json(response, 500, { error: "the model crashed" }),
  unavailable: (_, response) => response.writeHead(503).end(),
  html: (_, response) => response.setHeader("content-type", "text/html").end("<h1>Welcome</h1>"),
  "not-embeddings": (_, response) => json(response, 200, { choices: [] }),
  empty: (_, response) => response.end(),
  // Never answers; the caller has to give up.
  silent: () => {},
  // Sends the beginning of an answer and no more.
  stuck: (_, response) => response.writeHead(200).write('{"data": ['),
};

/** Starts the service. `requests` collects what it received: { behavior, headers, body }. */
export async function startService() {
  const requests = [];
  const aborted = [];
  const server = createServer(async (request, response) => {
    const allow = { origin: "*", headers: "authorization, content-type, x-team", methods: "POST" };
    response.setHeader("access-control-expose-headers", "retry-after");
    for (const [name, value] of Object.entries(allow)) {
      response.setHeader(`access-control-allow-${name}`, value);
    }
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const [, behavior, endpoint] = request.url.split("/");
    const text = (await request.toArray()).join("");
    const body = JSON.parse(text);
    requests.push({ behavior, headers: request.headers, body, method: request.method });
    response.on("close", () => {
      if (!response.writableEnded) aborted.push(behavior);
    });
    if (endpoint !== "embeddings") return json(response, 404, { error: "no such endpoint" });
    return behaviors[behavior](body, response, request.headers);
  });
  const port = await listen(server);
  const base = `http://localhost:${port}`;
  return {
    url: (behavior) => `${base}/${behavior}`,
    requests,
    aborted,
    close: () => close(server),
  };
}

/** What the service makes of a text: its length, its first letter's code, then ones. */
export function embed(text, dimensions = 3) {
  return Array.from({ length: dimensions }, (_, i) => [text.length, text.charCodeAt(0)][i] ?? 1);
}

function embeddings({ input, dimensions }) {
  return input.map((text, index) => ({
    object: "embedding",
    index,
    embedding: embed(text, dimensions),
  }));
}

function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
