// The process outside: serves the project's files and tells pages what to do. A page asks for its next job, does it and
// posts the answer, with nothing but fetch, so that any browser can be driven that opens an address.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { inRoot, root } from "../../../scripts/lib/paths.mjs";

const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const page = `<!doctype html><title>torture</title><script type="module" src="/tests/torture/page/main.js"></script>`;

/** How long a page may take for a job before the run is given up, in milliseconds. */
const PATIENCE = 120_000;

export class Server {
  #http;
  #tabs = new Map();
  #calls = new Map();
  #lastCall = 0;
  #lastTab = 0;
  /** Called with what pages say between the beginning and the end of a job. */
  onSay = () => {};

  static async start() {
    const server = new Server();
    server.#http = createServer((request, response) => {
      server.#serve(request, response).catch((error) => {
        response.writeHead(500).end(error.stack);
        console.error(error);
      });
    });
    await new Promise((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get origin() {
    return `http://localhost:${this.#http.address().port}`;
  }

  /** A tab that a browser has yet to open at its `url`. */
  tab() {
    this.#lastTab += 1;
    const name = `tab${this.#lastTab}`;
    this.#tabs.set(name, []);
    return {
      url: `${this.origin}/torture?tab=${name}`,
      call: (job, ...args) => this.#call(name, job, args),
      /** The tab is gone: what it was asked for will not be answered. */
      abandon: () => this.#abandon(name),
    };
  }

  close() {
    for (const name of this.#tabs.keys()) this.#abandon(name);
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #call(tab, job, args) {
    this.#lastCall += 1;
    const id = this.#lastCall;
    return new Promise((resolve, reject) => {
      const failure = new Error(`${tab}: ${job} was not answered within ${PATIENCE / 1000} s`);
      const timer = setTimeout(() => this.#settle(id, { failure }), PATIENCE);
      this.#calls.set(id, { tab, job, resolve, reject, timer });
      if (this.#tabs.has(tab)) this.#tabs.get(tab).push({ id, job, args });
      else this.#settle(id, { failure: new Gone(tab) });
    });
  }

  #settle(id, { value, error, failure }) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (failure) call.reject(failure);
    else if (error) call.reject(new Error(`${call.tab}: ${call.job}: ${error}`));
    else call.resolve(value);
  }

  #abandon(name) {
    this.#tabs.delete(name);
    for (const [id, { tab }] of this.#calls) {
      if (tab === name) this.#settle(id, { failure: new Gone(name) });
    }
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.origin);
    response.setHeader("cache-control", "no-store");
    const tab = searchParams.get("tab");
    if (pathname === "/torture") {
      return response.setHeader("content-type", "text/html; charset=utf-8").end(page);
    }
    if (pathname === "/next") {
      const job = this.#tabs.get(tab)?.shift();
      return job ? response.end(JSON.stringify(job)) : response.writeHead(204).end();
    }
    if (pathname === "/answer") {
      this.#settle(Number(searchParams.get("id")), await bodyOf(request));
      return response.end();
    }
    if (pathname === "/say") {
      const message = await bodyOf(request);
      // Whoever is given up must not go on, because nobody writes down what it does.
      if (!this.#tabs.has(tab)) return response.writeHead(410).end();
      this.onSay(message);
      return response.end();
    }
    return sendFile(pathname, response);
  }
}

/** The tab was closed, or its browser killed, on purpose. */
export class Gone extends Error {}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

async function sendFile(pathname, response) {
  // A second address for the same build: to the page it is another package, with an engine of its own.
  const path = pathname.replace(/^\/second\//, "/dist/");
  const file = normalize(inRoot(decodeURIComponent(path)));
  const inside = file.startsWith(join(root, sep));
  const bytes = inside ? await readFile(file).catch(() => undefined) : undefined;
  if (!bytes) return response.writeHead(404).end("not found");
  response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
  response.end(bytes);
}
