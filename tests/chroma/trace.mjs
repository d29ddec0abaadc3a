// The server's answers as a file, so that they can be compared where there is no server.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const file = new URL("./trace.jsonl.gz", import.meta.url);
const seeds = 10;

/**
 * One line per operation, `{ seed, operation, answer }`. Only the first seeds: more would not fit in a repository.
 * The messages of errors name the server's address, so they stay out.
 */
export function writeTrace(recorded) {
  const lines = recorded.slice(0, seeds).flatMap(({ seed, list, answers }) =>
    list.map((operation, i) => {
      const { message: _, ...answer } = answers[i];
      return JSON.stringify({ seed, operation, answer: shortened(answer) });
    }),
  );
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`, { level: 9 }));
  console.log(`${lines.length} operations of ${Math.min(seeds, recorded.length)} seeds recorded.`);
}

/** Seed -> `[{ operation, answer }]`. */
export function readTrace() {
  const traces = new Map();
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split("\n")) {
    const { seed, operation, answer } = JSON.parse(line);
    if (!traces.has(seed)) traces.set(seed, []);
    traces.get(seed).push({ operation, answer });
  }
  return traces;
}

/** Distances to the seven digits that a 32-bit float has. */
function shortened({ distances, ...answer }) {
  if (!distances) return answer;
  return { ...answer, distances: distances.map((row) => row.map((x) => Number(x.toPrecision(9)))) };
}
