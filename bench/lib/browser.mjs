// Headless Chromium with a profile on disk, so that what a page stores outlives the page and the browser.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { chromiumFlags } from "../../scripts/lib/chromium-flags.mjs";

const args = [
  ...chromiumFlags,
  // Without it the browser measures a page's memory only at the next garbage collection.
  "--enable-blink-features=ForceEagerMeasureMemory",
];

export class Browser {
  name = "headless Chromium";
  #profile = mkdtempSync(join(tmpdir(), "vecino-bench-"));
  #context;

  /** `executable`: the browser to run. */
  constructor(executable, headed) {
    this.executable = executable;
    this.headed = headed;
  }

  async start() {
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: this.executable,
      headless: !this.headed,
      args,
    });
    this.version = this.#context.browser()?.version();
  }

  /** A page whose warnings and errors are passed on. */
  async page() {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(0);
    page.on("console", (message) => {
      if (message.type() !== "log") console.warn(`page: ${message.text()}`);
    });
    page.on("pageerror", (error) => console.error(`page: ${error.stack}`));
    return page;
  }

  mailbox() {}

  /** Opens a page and calls functions of its `window.bench`: `{ call, close }`. */
  async visit(url) {
    const page = await this.page();
    await page.goto(url);
    return {
      call: (method, ...args) =>
        page.evaluate(([name, given]) => window.bench[name](...given), [method, args]),
      close: () => page.close(),
    };
  }

  async stop() {
    await this.#context?.close();
    this.#context = undefined;
  }

  async remove() {
    await this.stop();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
