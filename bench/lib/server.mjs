// Serves the bundled pages and the dataset on 127.0.0.1, at whatever port is free.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { headers as policy } from "../../scripts/lib/headers.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

const headers = {
  // Cross-origin isolation: fine-grained clocks, and the browser tells how much memory a page takes.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * `data` maps names below /data/ to bytes or text. Resolves with `{ origin, close }`. `strict`: with the policy that the
 * package is made for; hnswlib-wasm runs only without, since it evaluates strings.
 * `mailbox`: for pages in a browser that nobody drives.
 */
export async function serve(folder, data, { strict = true, mailbox } = {}) {
  const server = createServer((request, response) => {
    if (mailbox?.handle(request, response)) return;
    const { pathname } = new URL(request.url, "http://localhost");
    const answer = find(pathname, folder, data);
    // Every browser asks for an icon; there is none, and that is no error.
    const missing = pathname === "/favicon.ico" ? 204 : 404;
    response.writeHead(answer ? 200 : missing, {
      ...(strict && policy),
      ...headers,
      ...answer?.headers,
    });
    response.end(answer?.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function find(pathname, folder, data) {
  if (pathname.startsWith("/data/")) {
    const body = data[pathname.slice("/data/".length)];
    const isText = typeof body === "string";
    const type = isText ? "text/plain; charset=utf-8" : "application/octet-stream";
    return body && { body, headers: { "Content-Type": type, "Cache-Control": "no-store" } };
  }
  const file = join(folder, normalize(pathname));
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  return {
    body: readFileSync(file),
    headers: {
      "Content-Type": types[extname(file)] ?? "application/octet-stream",
      // Bundled files carry their digest in the name; a visitor who comes back has them in the cache.
      "Cache-Control": pathname.startsWith("/assets/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
    },
  };
}
