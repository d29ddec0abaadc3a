// Several tabs of one browser profile: pages that share IndexedDB, locks and channels.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchProfile, servedBrowser } from "../conformance/support/browser.mjs";

/**
 * Serves the project and runs Chromium while a file's tests run. Returns what makes a profile for one test: an object
 * whose `tab()` opens a page. `before` is JavaScript that every page and worker runs first. Only a profile
 * `onDisk` has a quota that can be set, and tells the page what it is.
 */
export function profiles(module = "/tests/tabs/tab.mjs") {
  const running = servedBrowser();
  return async (t, { before: prelude, onDisk = false } = {}) => {
    const context = onDisk ? await profileOnDisk(t) : await running.browser.newContext();
    t.after(() => context.close());
    if (prelude) await runFirst(context, prelude);
    return {
      context,
      url: running.server.url,
      async tab() {
        const page = await context.newPage();
        await page.goto(`${running.server.url}/blank`);
        return inTab(page, module);
      },
    };
  };
}

async function profileOnDisk(t) {
  const folder = await mkdtemp(join(tmpdir(), "vecino-profile-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return launchProfile(folder, ["--disable-features=StaticStorageQuota,PredictableReportedQuota"]);
}

/** The functions of `module`, called in the page. */
function inTab(page, module) {
  const call = (name, args) =>
    page.evaluate(
      async ([module, name, args]) => (await import(module))[name](...args),
      [module, name, args],
    );
  return new Proxy(
    { page },
    {
      get: (own, name) =>
        name in own || name === "then" ? own[name] : (...args) => call(name, args),
    },
  );
}

async function runFirst(context, prelude) {
  await context.addInitScript(prelude);
  const script = (body) => (route) => route.fulfill({ contentType: "text/javascript", body });
  await context.route("**/prelude.js", script(prelude));
  await context.route(
    "**/dist/worker.js",
    script('import "/prelude.js"; import "./worker.js?itself";'),
  );
}

/** Both places of the engine. */
export const places = [
  { place: "worker", worker: true },
  { place: "page", worker: false },
];
