// Adds up what the test runners say at their end.
import { stripVTControlCharacters } from "node:util";

const patterns = [
  // cargo test and wasm-bindgen's runner
  /^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed; (?<skipped>\d+) ignored/gm,
  // node --test with the reporter "spec"
  /^ℹ pass (?<passed>\d+)\nℹ fail (?<failed>\d+)\nℹ cancelled \d+\nℹ skipped (?<skipped>\d+)/gm,
];

/** Counts the tests of a run. A run that failed without counting a failure counts as one. */
export function tally({ code, output }) {
  const text = stripVTControlCharacters(output);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { groups } of patterns.flatMap((pattern) => [...text.matchAll(pattern)])) {
    for (const key of Object.keys(counts)) counts[key] += Number(groups[key]);
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
