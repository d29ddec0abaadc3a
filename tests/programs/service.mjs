// An embedding service with OpenAI's interface and no model: texts that share characters are close.
import { createServer } from "node:http";
import { close, listen } from "../conformance/support/browser.mjs";

export async function startService() {
  const server = createServer(async (request, response) => {
    for (const what of ["origin", "headers", "methods"]) {
      const allowed = { origin: "*", headers: "authorization, content-type", methods: "POST" };
      response.setHeader(`access-control-allow-${what}`, allowed[what]);
    }
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const { input, dimensions } = JSON.parse((await request.toArray()).join(""));
    const data = input.map((text, index) => ({ index, embedding: embed(text, dimensions) }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data }));
  });
  const port = await listen(server);
  return { url: `http://localhost:${port}/v1`, close: () => close(server) };
}

function embed(text, dimensions) {
  const row = new Array(dimensions).fill(0);
  for (const character of text) row[character.codePointAt(0) % dimensions] += 1;
  return row;
}
