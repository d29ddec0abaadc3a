// Browsers as a user runs them, with a profile on disk: started with an address, killed with all their processes.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromiumFlags } from "../../../scripts/lib/chromium-flags.mjs";

/** A profile folder that is removed at the end. */
export class Profile {
  folder = mkdtempSync(join(tmpdir(), "vecino-torture-"));

  remove() {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const kinds = {
  chromium: {
    path: () => process.env.CHROMIUM || "/usr/bin/chromium",
    args: (folder, url) => [
      ...chromiumFlags,
      "--headless",
      `--user-data-dir=${folder}`,
      "--remote-debugging-port=0",
      "--disable-popup-blocking",
      // Tabs that nobody sees work at full speed.
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      "--disable-backgrounding-occluded-windows",
      url,
    ],
  },
  firefox: {
    path: () => process.env.FIREFOX || "/usr/bin/firefox-esr",
    args: (folder, url) => ["--headless", "--no-remote", "--profile", folder, url],
    prepare: (folder) => writeFileSync(join(folder, "user.js"), firefoxPreferences),
  },
  webkit: {
    path: () => "xvfb-run",
    args: (_, url) => ["-a", process.env.MINIBROWSER, "--geometry=400x300", url],
    env: (folder) => ({ HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder }),
  },
};

const firefoxPreferences = Object.entries({
  "app.update.enabled": false,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.allow_scripts_to_close_windows": true,
  "dom.disable_open_during_load": false,
  "dom.min_background_timeout_value": 4,
  "dom.popup_maximum": 1000,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.startup.max_resumed_crashes": -1,
  "toolkit.telemetry.enabled": false,
})
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  .join("");

/** How long a browser may take to start and to end, in milliseconds. */
const PATIENCE = 60_000;

/** Process groups of browsers that run. They end with this process, however that ends. */
const groups = new Set();
process.on("exit", () => groups.forEach(killGroup));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

function killGroup(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Starts a browser on a profile. Its first tab waits for jobs: `browser.call(job, ...args)`. */
export async function startBrowser(kind, profile, server) {
  const { path, args, prepare, env } = kinds[kind];
  mkdirSync(profile.folder, { recursive: true });
  prepare?.(profile.folder);
  const first = server.tab();
  const child = spawn(path(), args(profile.folder, first.url), {
    detached: true, // the leader of a process group of its own
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env?.(profile.folder) },
  });
  if (child.pid) groups.add(child.pid);
  const browser = new Browser(kind, child, server, first);
  try {
    await browser.ready();
  } catch (error) {
    await browser.kill();
    throw error;
  }
  return browser;
}

class Browser {
  #child;
  #server;
  #first;
  #errors = "";
  /** Where Chromium listens for debuggers, once it has said so. */
  #port;
  #ended = false;
  #tabs = new Set();

  constructor(kind, child, server, first) {
    this.kind = kind;
    this.#child = child;
    this.#server = server;
    this.#first = first;
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#errors = (this.#errors + text).slice(-10_000);
      this.#port ??= /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(this.#errors)?.[1];
    });
    child.on("error", (error) => {
      this.#ended = true;
      this.#errors += error.message;
    });
    child.on("exit", () => {
      this.#ended = true;
    });
  }

  async ready() {
    const answer = this.#first.call("version");
    answer.catch(() => {});
    const limit = sleep(PATIENCE, "late", { ref: false });
    const ended = (async () => {
      while (!this.#ended) await sleep(50, undefined, { ref: false });
      return "ended";
    })();
    this.version = await Promise.race([answer, limit, ended]);
    if (this.version !== "late" && this.version !== "ended") return;
    throw new Error(`${this.kind} did not open a page (${this.version}): ${this.#errors}`);
  }

  call(job, ...args) {
    return this.#first.call(job, ...args);
  }

  /** Another tab, with `call`, `close` and, in Chromium, `crash`. */
  async tab() {
    const tab = this.#server.tab();
    this.#tabs.add(tab);
    if (this.kind === "chromium") {
      const { id } = await this.#debug(`/json/new?${tab.url}`, "PUT");
      tab.close = async () => {
        this.#abandon(tab);
        await this.#debug(`/json/close/${id}`);
      };
      tab.crash = async () => {
        const session = await this.session(tab);
        this.#abandon(tab);
        // The renderer dies before it could answer.
        await Promise.race([session.send("Page.crash").catch(() => {}), sleep(300)]);
      };
    } else {
      await this.#first.call("openTab", tab.url);
      tab.close = async () => {
        // The tab answers nothing any more: closing it is the last that it is asked.
        void tab.call("closeTab").catch(() => {});
        await sleep(300);
        this.#abandon(tab);
      };
    }
    await tab.call("version");
    return tab;
  }

  /** A session of Chromium's debugging protocol, for a tab or the first one. */
  async session(tab = this.#first) {
    const { chromium } = await import("playwright-core");
    this.debugger ??= await chromium.connectOverCDP(`http://127.0.0.1:${this.#port}`);
    const [context] = this.debugger.contexts();
    const page = context.pages().find((candidate) => candidate.url() === tab.url);
    if (!page) throw new Error(`there is no page ${tab.url}`);
    return context.newCDPSession(page);
  }

  /** SIGKILL to all processes of the browser, at this very moment; resolves when none is left. */
  async kill() {
    if (!this.#child.pid) return;
    killGroup(this.#child.pid);
    for (const tab of [...this.#tabs, this.#first]) this.#abandon(tab);
    for (let waited = 0; this.#isRunning(); waited += 10) {
      if (waited > PATIENCE) throw new Error(`${this.kind} does not die`);
      await sleep(10);
    }
    groups.delete(this.#child.pid);
    await this.debugger?.close().catch(() => {});
  }

  #isRunning() {
    try {
      process.kill(-this.#child.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  #abandon(tab) {
    this.#tabs.delete(tab);
    tab.abandon();
  }

  async #debug(path, method = "GET") {
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method });
    const text = await response.text();
    return text.startsWith("{") ? JSON.parse(text) : text;
  }
}
