// Browsers beside Chromium, for suites that are run by hand. What is missing is installed with apt when this is Debian and
// the user is root.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { canUseApt, installWithApt, named } from "./chromium.mjs";
import { Failure } from "./fail.mjs";
import { findOnPath, isExecutable } from "./run.mjs";

/** The path of Firefox: named by FIREFOX, else on the PATH, else installed. */
export async function ensureFirefox() {
  const find = () => named("FIREFOX") ?? findOnPath("firefox-esr", "firefox");
  return ensure(
    find,
    ["firefox-esr"],
    "Firefox (on Debian: apt-get install firefox-esr)",
    "FIREFOX",
  );
}

/** The path of WebKitGTK's MiniBrowser, which needs `xvfb-run` to run without a screen. */
export async function ensureWebKit() {
  const find = () => (findOnPath("xvfb-run") ? (named("MINIBROWSER") ?? miniBrowser()) : undefined);
  const packages = ["webkit2gtk-driver", "xvfb", "xauth"];
  const what = `WebKitGTK's MiniBrowser and xvfb-run (on Debian: apt-get install ${packages.join(" ")})`;
  return ensure(find, packages, what, "MINIBROWSER");
}

async function ensure(find, packages, what, variable) {
  if (!find() && canUseApt()) await installWithApt(packages);
  const found = find();
  if (found) return found;
  throw new Failure(`This needs ${what}; install it, or name it in the variable ${variable}.`);
}

/** Debian keeps it outside the PATH, in a folder by architecture and version. */
function miniBrowser() {
  const folders = (folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return folders("/usr/lib")
    .flatMap((folder) => (folder.endsWith("-linux-gnu") ? folders(folder) : []))
    .filter((folder) => folder.includes("webkit2gtk-"))
    .map((folder) => join(folder, "MiniBrowser"))
    .filter(isExecutable)
    .at(-1);
}
