// The flags of `npm run bench -- ...`.
import { parseArgs } from "node:util";
import { Failure } from "../../scripts/lib/fail.mjs";

export const usage = `npm run bench -- [flags]
  --records <n>   records to add; default 50000 (all of the real set)
  --queries <n>   queries to measure; default 1000
  --openings <n>  reloads of a page for each way of searching; default 7
  --quick         12,000 records (just enough for a graph), 200 queries, 3 openings
  --vectors-only  add embeddings without documents and metadata
  --headed        show the browser's window
  --help          show this`;

const full = { records: 50_000, queries: 1_000, openings: 7 };
// A collection of up to 10,000 records of 384 dimensions is never linked: a smoke run has to be larger.
const quick = { records: 12_000, queries: 200, openings: 3 };

/** `{ records, queries, openings, vectorsOnly, headed, help }`. */
export function readOptions(args) {
  const count = { type: "string" };
  const flag = { type: "boolean", default: false };
  const options = {
    records: count,
    queries: count,
    openings: count,
    quick: flag,
    "vectors-only": flag,
    headed: flag,
    help: flag,
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new Failure(`${error.message}\n\n${usage}`);
  }
  const defaults = values.quick ? quick : full;
  const counts = Object.keys(full).map((name) => [
    name,
    values[name] === undefined ? defaults[name] : readCount(name, values[name]),
  ]);
  return {
    ...Object.fromEntries(counts),
    vectorsOnly: values["vectors-only"],
    headed: values.headed,
    help: values.help,
  };
}

function readCount(name, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Failure(`--${name} is "${text}"; it has to be a whole number above 0.`);
}
