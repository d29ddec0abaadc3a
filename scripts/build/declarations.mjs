// tsc writes a declaration file for every module of js/. Published are only those that the
// public types refer to; none of them may name a file that is not published.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Failure } from "../lib/fail.mjs";
import { filesUnder } from "../lib/stamp.mjs";

const relativeImport = /(?:from|import|import\()\s*["'](\.[^"']*)["']/g;

/** Removes every declaration file under `folder` that none of `entries` leads to. */
export function keepPublicDeclarations(folder, entries) {
  const kept = new Set(entries.map((entry) => join(folder, entry)));
  for (const file of kept) {
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(relativeImport)) {
      const imported = join(dirname(file), specifier.replace(/\.js$/, ".d.ts"));
      if (relative(folder, imported).startsWith("..") || !existsSync(imported)) {
        throw new Failure(`${file} refers to ${specifier}, which is not part of the package.`);
      }
      kept.add(imported);
    }
  }
  for (const file of filesUnder(folder)) {
    if (file.endsWith(".d.ts") && !kept.has(file)) rmSync(file);
  }
}
