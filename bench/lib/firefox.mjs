// Headless Firefox, one process and one profile for each page.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureFirefox } from "../../scripts/lib/browsers.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { Mailbox } from "./mailbox.mjs";

const preferences = {
  "app.update.enabled": false,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  // Clocks as fine as the machine has them.
  "privacy.reduceTimerPrecision": false,
  "toolkit.telemetry.enabled": false,
};

export class Firefox {
  name = "headless Firefox";
  /** Only the package itself is measured in it. */
  alone = true;
  #executable;

  async start() {
    this.#executable = await ensureFirefox();
    this.version = (await run(this.#executable, ["--version"], { quiet: true }))
      .trim()
      .split(" ")
      .at(-1);
  }

  /** A mailbox for the server of the page to come. */
  mailbox() {
    return new Mailbox();
  }

  /** Opens a page: `{ call, close }`. */
  async visit(url, mailbox) {
    const folder = mkdtempSync(join(tmpdir(), "vecino-bench-"));
    const lines = Object.entries(preferences).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(folder, "user.js"), lines.join(""));
    const args = ["--headless", "--no-remote", "--profile", folder, `${url}#remote`];
    // The leader of a group of its own, which ends as a whole.
    const child = spawn(this.#executable, args, { detached: true, stdio: "ignore" });
    const exit = new Promise((resolve) => child.once("exit", resolve));
    exit.then((code) => mailbox.fail(new Error(`Firefox ended with code ${code}.`)));
    const kill = () => process.kill(-child.pid, "SIGKILL");
    process.once("exit", kill);
    return {
      call: (method, ...given) => mailbox.call(method, given),
      close: async () => {
        process.off("exit", kill);
        kill();
        await exit;
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  }

  async remove() {}
}
