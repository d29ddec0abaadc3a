// Skips a build step whose inputs are the same as when it last succeeded.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { buildDir, inRoot, root } from "./paths.mjs";

/** All files at or below a path, sorted; nothing when it does not exist. */
export function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}

/** A digest of the named files and folders (relative to the root) and of further `facts`. */
export function digest(paths, facts = []) {
  const hash = createHash("sha256").update(JSON.stringify(facts));
  for (const file of paths.flatMap((path) => filesUnder(inRoot(path)))) {
    hash.update(`\0${relative(root, file).split(sep).join("/")}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * Runs `make` unless the step `name` last succeeded with the same `inputs` digest and all its
 * `outputs` are still there. Resolves with whether it ran.
 */
export async function whenChanged(name, inputs, outputs, make) {
  const stamp = join(buildDir, "stamps", name);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs && outputs.every(existsSync)) {
    return false;
  }
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(join(buildDir, "stamps"), { recursive: true });
  writeFileSync(stamp, inputs);
  return true;
}
