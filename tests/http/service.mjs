// A stand-in for an OpenAI-compatible service. The path chooses how it behaves: POST /{behavior}/embeddings.
import { createServer } from "node:http";
import { close, listen } from "../conformance/support/browser.mjs";

/** What behaves how; each gets the parsed request body, the response, the headers, and what stands behind "~" in the path. */
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
    json(response, 200, {
      data: embeddings(body).map((item) => ({ ...item, embedding: base64(item.embedding) })),
    }),
  unreadable: (body, response) =>
    json(response, 200, { data: body.input.map((_, index) => ({ index, embedding: "(-: :-)" })) }),
  "bad-request": (_, response) =>
    json(response, 400, {
      error: { message: "batch size is invalid, it should not be larger than 10" },
    }),
  // Services quote what they were sent.
  unauthorized: (_, response, { authorization }) =>
    json(response, 401, { error: { message: `Incorrect API key provided: ${authorization}` } }),
  echo: (_, response, headers) => json(response, 500, { error: JSON.stringify(headers) }),
  forbidden: (_, response) => json(response, 403, { message: "Model access denied" }),
  "too-many": (_, response) => tooMany(response, "7"),
  spent: (_, response) =>
    json(response, 429, { error: { code: "insufficient_quota", message: "Check your plan" } }),
  broken: (_, response) => json(response, 500, { error: "the model crashed" }),
  unavailable: (_, response) => response.writeHead(503).end(),
  html: (_, response) => response.setHeader("content-type", "text/html").end("<h1>Welcome</h1>"),
  "not-embeddings": (_, response) => json(response, 200, { choices: [] }),
  empty: (_, response) => response.end(),
  // Never answers; the caller has to give up.
  silent: () => {},
  // Sends the beginning of an answer and no more.
  stuck: (_, response) => response.writeHead(200).write('{"data": ['),
  /** Takes `most` texts, or about `tokens` tokens of four letters. */
  limited: (body, response, _, [most, tokens = Infinity]) => {
    if (body.input.length > most) return behaviors["bad-request"](body, response);
    const letters = body.input.join("").length;
    if (letters <= tokens * 4) return behaviors.good(body, response);
    const message = `Too many tokens in batch. Max is ${tokens} got ${letters / 4}`;
    return json(response, 413, { message });
  },
  /** Fails in the way `how` for the first `times` requests of `who`; then it is good. */
  recovers: (body, response, headers, [how, times, ...args], nth) => {
    if (nth > times) return behaviors.good(body, response);
    return failures[how](body, response, args, headers);
  },
  /** Fails every fifth request, in all ways by turns. Remembers what it embedded. */
  flaky: (body, response, _, __, nth) => {
    const ways = Object.values(quick);
    if (nth % 5 === 0) return ways[(nth / 5) % ways.length](body, response, ["0"]);
    return behaviors.shuffled(body, response);
  },
};

/** Ways to fail that are over the next time. */
const failures = {
  busy: (_, response, [after]) => tooMany(response, after),
  busyUntil: (_, response, [time]) => tooMany(response, new Date(Number(time)).toUTCString()),
  down: (_, response) => response.writeHead(503).end(),
  cut: (body, response) => {
    const text = JSON.stringify({ data: embeddings(body) });
    response.writeHead(200, { "content-length": text.length });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  },
  refused: (_, response) => response.destroy(),
  half: (body, response) => {
    const text = JSON.stringify({ data: embeddings(body) });
    response.writeHead(200, { "content-type": "application/json" }).end(text.slice(0, -9));
  },
  silent: () => {},
};
// Without a word until the caller's timeout: too slow for 2,000 calls.
const { silent, ...quick } = failures;

function tooMany(response, after) {
  if (after) response.setHeader("retry-after", after);
  json(response, 429, { error: { message: "Rate limit reached" } });
}

const base64 = (embedding) => Buffer.from(Float32Array.from(embedding).buffer).toString("base64");

/**
 * Starts the service. `requests` collects what it received: { behavior, headers, body }. `also(path, body, response,
 * headers)` may answer other paths than those of the behaviors, by returning true.
 */
export async function startService(also = () => false) {
  const requests = [];
  const aborted = [];
  const counts = new Map();
  const server = createServer(async (request, response) => {
    const allow = { origin: "*", headers: "*, authorization", methods: "POST" };
    response.setHeader("access-control-expose-headers", "retry-after");
    for (const [name, value] of Object.entries(allow)) {
      response.setHeader(`access-control-allow-${name}`, value);
    }
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const [, behavior, endpoint] = request.url.split("/");
    const text = (await request.toArray()).join("");
    const body = JSON.parse(text);
    const { headers, method, url } = request;
    requests.push({ behavior, headers, body, method, url, at: performance.now() });
    response.on("close", () => {
      if (!response.writableEnded) aborted.push(behavior);
    });
    if (also(url, body, response, headers)) return undefined;
    const [name, ...args] = behavior.split("~");
    if (endpoint !== "embeddings" || !behaviors[name])
      return json(response, 404, { error: "no such endpoint" });
    const nth = (counts.get(behavior) ?? 0) + 1;
    counts.set(behavior, nth);
    return behaviors[name](body, response, headers, args, nth);
  });
  const port = await listen(server);
  const base = `http://localhost:${port}`;
  return {
    url: (behavior) => `${base}/${behavior}`,
    requests,
    aborted,
    /** Forgets all that was received. */
    reset() {
      requests.length = 0;
      aborted.length = 0;
      counts.clear();
    },
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

export function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
