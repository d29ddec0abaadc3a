// An embedding service on this machine that speaks OpenAI's /embeddings, and can be told when to hold its answers back.

import { createServer } from "node:http";

/** As many as it has: a wish for another number is not heeded. */
const DIMENSIONS = 64;

/** Starts it. `embedded` is how often each text was embedded and answered. */
export async function startService({ key }) {
  const embedded = new Map();
  let allowed = Number.POSITIVE_INFINITY;
  let answered = 0;
  const held = new Set();

  function answer(response, input) {
    answered += input.length;
    for (const text of input) embedded.set(text, (embedded.get(text) ?? 0) + 1);
    const data = input.map((text, index) => ({ index, embedding: embed(text) }));
    response.end(JSON.stringify({ data }));
  }

  const server = createServer(async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "authorization, content-type");
    if (request.method === "OPTIONS") return response.end();
    const { input } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    response.setHeader("Content-Type", "application/json");
    if (request.headers.authorization !== `Bearer ${key}`) {
      return response
        .writeHead(401)
        .end(JSON.stringify({ error: { message: "Incorrect API key" } }));
    }
    if (answered + input.length <= allowed) return answer(response, input);
    const wait = { response, run: () => answer(response, input) };
    held.add(wait);
    response.on("close", () => held.delete(wait));
    return undefined;
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    embedded,
    held,
    /** Answers so many texts from now on, then holds every request back. */
    allow(texts) {
      allowed = answered + texts;
    },
    /** Answers everything from now on. */
    release() {
      allowed = Number.POSITIVE_INFINITY;
      for (const { run } of held) run();
      held.clear();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The words of the text, each in a place of its own: what shares words is near. */
function embed(text) {
  const vector = new Array(DIMENSIONS).fill(0.001);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    let place = 0;
    for (const letter of word) place = (place * 31 + letter.codePointAt(0)) % DIMENSIONS;
    vector[place] += 1;
  }
  return vector;
}
