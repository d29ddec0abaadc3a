// The programs, and what they print. They are written for npm chromadb; for Vecino their import is another.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../scripts/lib/paths.mjs";

export const names = ["tutorial", "getting-started", "filters", "changes", "many-collections"];

const imported = /^import \{.*\} from "chromadb";$/gm;
const expected = (name) => inRoot("tests", "programs", "expected", `${name}.txt`);

/** What a Chroma server made the program print. */
export function transcript(name) {
  return readFileSync(expected(name), "utf8");
}

export function writeTranscript(name, text) {
  writeFileSync(expected(name), text);
}

/** Writes the program with its one import changed to `from`; gives the path below the root. */
export function changed(name, from) {
  const text = readFileSync(inRoot("tests", "programs", `${name}.mjs`), "utf8");
  const lines = text.match(imported);
  if (lines?.length !== 1) throw new Error(`${name} has ${lines?.length ?? 0} imports of chromadb`);
  const line = lines[0].replace('"chromadb"', JSON.stringify(from));
  mkdirSync(inRoot("build", "programs"), { recursive: true });
  writeFileSync(inRoot("build", "programs", `${name}.mjs`), text.replace(lines[0], line));
  return `/build/programs/${name}.mjs`;
}
