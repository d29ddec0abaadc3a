// What Vecino is measured beside: packages of bench/ alone, installed when they are first needed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { heading, run } from "../../scripts/lib/run.mjs";
import { digest } from "../../scripts/lib/stamp.mjs";

const folder = inRoot("bench");

/** Installs the peers when there are none or when the lock file changed since. Nothing of theirs is run. */
export async function ensurePeers() {
  const stamp = inRoot("bench", "node_modules", ".vecino-installed");
  const wanted = digest(["bench/package-lock.json"]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  heading("Peers");
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  await run(command, [...args, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
  });
  writeFileSync(stamp, wanted);
}

/** Names and pinned versions. */
export function peerVersions() {
  return JSON.parse(readFileSync(inRoot("bench", "package.json"), "utf8")).devDependencies;
}
