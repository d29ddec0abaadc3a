// Pages that are served the built package, in a browser that runs while a file's tests run.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { launch, serveFiles } from "../../conformance/support/browser.mjs";
import { root } from "./project.mjs";

const dist = join(root, "dist");

/**
 * Returns `visit(how, inPage, argument)`, which opens a page that is served with `headers`, lacks the files `missing`,
 * and has a `changed` file made by `change(bytes)`. Resolves with what `inPage` returns; there `restore(file)` brings
 * a file back as it was built, and `requests()` are the files asked for so far, by the page or a worker.
 */
export function visits() {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  return async function visit({ headers, missing = [], changed, change }, inPage, argument) {
    const folder = await mkdtemp(join(tmpdir(), "vecino-start-"));
    await cp(dist, folder, { recursive: true });
    await Promise.all(missing.map((file) => rm(join(folder, file))));
    if (changed)
      await writeFile(join(folder, changed), change(await readFile(join(dist, changed))));
    const server = await serveFiles(folder, { headers });
    const page = await browser.newPage();
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname.slice(1)));
    try {
      await page.exposeFunction("restore", (file) => cp(join(dist, file), join(folder, file)));
      await page.exposeFunction("requests", () => requests);
      await page.goto(`${server.url}/blank`);
      return await page.evaluate(inPage, argument);
    } finally {
      await page.close();
      await server.close();
      await rm(folder, { recursive: true });
    }
  };
}
