import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Failure } from "./fail.mjs";
import { inRoot } from "./paths.mjs";
import { heading, run } from "./run.mjs";
import { digest } from "./stamp.mjs";

/** Installs the npm packages when there are none or when the lock file changed since. */
export async function ensurePackages() {
  requireNode();
  const stamp = inRoot("node_modules", ".vecino-installed");
  const wanted = digest(["package-lock.json"], [process.platform, process.arch]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  heading("npm packages");
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  await run(command, [...args, "ci"]);
  writeFileSync(stamp, wanted);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(`Vecino needs Node 20.19 or later to build; this is ${process.versions.node}.`);
}
