import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./fail.mjs";
import { buildDir, inRoot } from "./paths.mjs";
import { findOnPath, heading, isExecutable, run } from "./run.mjs";

const browserNames = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
];

/**
 * Finds Chromium and ChromeDriver: named by CHROMIUM and CHROMEDRIVER, else on the PATH, else
 * installed with apt when this is Debian and the user is root.
 */
export async function ensureChromium() {
  const find = () => ({
    chromium: named("CHROMIUM") ?? findOnPath(...browserNames),
    chromedriver: named("CHROMEDRIVER") ?? findOnPath("chromedriver"),
  });
  let found = find();
  if (!(found.chromium && found.chromedriver) && canUseApt()) {
    await installWithApt(["chromium", "chromium-driver", "fonts-liberation"]);
    found = find();
  }
  if (found.chromium && found.chromedriver) return found;
  throw new Failure(
    "The tests need Chromium and ChromeDriver of one version: install both (on Debian: apt-get " +
      "install chromium chromium-driver), or name them in the variables CHROMIUM and CHROMEDRIVER.",
  );
}

/** The executable that a variable names, if it names one. */
export function named(variable) {
  const path = process.env[variable];
  if (!path) return undefined;
  if (isExecutable(path)) return path;
  throw new Failure(`${variable} is ${path}, which is not an executable file.`);
}

/** Whether missing programs may be installed. */
export function canUseApt() {
  const release = "/etc/os-release";
  const isDebian = existsSync(release) && /^ID=debian$/m.test(readFileSync(release, "utf8"));
  return isDebian && process.getuid?.() === 0 && findOnPath("apt-get") !== undefined;
}

export async function installWithApt(packages) {
  heading(`${packages.join(", ")}, with apt`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env });
  await run("apt-get", ["install", "-qy", "--no-install-recommends", ...packages], { env });
}

/**
 * Writes the capabilities for wasm-bindgen's test runner: those of webdriver.json, and which
 * Chromium to start. Returns the file's path.
 */
export function writeWebdriverJson(chromium) {
  const capabilities = JSON.parse(readFileSync(inRoot("webdriver.json"), "utf8"));
  capabilities["goog:chromeOptions"].binary = chromium;
  const file = join(buildDir, "webdriver.json");
  mkdirSync(buildDir, { recursive: true });
  writeFileSync(file, JSON.stringify(capabilities, null, 2));
  return file;
}
