// Chromium, and a server of files for it.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { chromiumFlags } from "../../../scripts/lib/chromium-flags.mjs";
import { root } from "../../../scripts/lib/paths.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files under `root`. `headers` are sent with each; `blank` is answered with an empty page. */
export async function serveFiles(root, { headers = {}, blank = "/blank" } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (pathname === blank) {
      response.setHeader("content-type", types[".html"]);
      return response.end("<!doctype html><title>blank</title>");
    }
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    const file = normalize(join(root, decodeURIComponent(pathname)));
    const info = file.startsWith(root + sep) ? await stat(file).catch(() => undefined) : undefined;
    if (!info?.isFile()) {
      response.statusCode = 404;
      return response.end("not found");
    }
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  const port = await listen(server);
  return { url: `http://localhost:${port}`, close: () => close(server) };
}

/** Listens on any free port and tells which. */
export function listen(server) {
  return new Promise((resolve) => server.listen(0, () => resolve(server.address().port)));
}

export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** Starts Chromium, without a window and without talking to anybody. */
export function launch() {
  return chromium.launch({ executablePath, args: chromiumFlags });
}

/** The same with the profile in a folder: what its pages store is on the disk. */
export function launchProfile(folder, flags) {
  const args = [...chromiumFlags, ...flags];
  return chromium.launchPersistentContext(folder, { executablePath, args });
}

/** Serves the project and runs Chromium while a file's tests run: the returned object has both when they begin. */
export function servedBrowser() {
  const running = {};
  before(async () => {
    [running.server, running.browser] = await Promise.all([serveFiles(root), launch()]);
  });
  after(async () => {
    await running.browser?.close();
    await running.server?.close();
  });
  return running;
}

/** Serves the project and runs Chromium while a file's tests run. Returns what opens an empty page of that server. */
export function blankPages() {
  const running = servedBrowser();
  return async () => {
    const page = await running.browser.newPage();
    await page.goto(`${running.server.url}/blank`);
    return page;
  };
}

/** Ends a page as a crash does: a tab that crashes cleans nothing up. */
export async function crash(page) {
  const session = await page.context().newCDPSession(page);
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  session.send("Page.crash").catch(() => {});
  await crashed;
}
