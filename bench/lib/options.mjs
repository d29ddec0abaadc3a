// The flags of `npm run bench -- ...`.
import { parseArgs } from "node:util";
import { Failure } from "../../scripts/lib/fail.mjs";

/** What can be measured, in this order; `--only` chooses. */
export const sectionNames = [
  "search",
  "exact",
  "planner",
  "filters",
  "memory",
  "churn",
  "threads",
  "storing",
];

/** Those of the package alone, which is what other browsers than Chromium measure. */
const alone = ["search", "exact", "planner", "memory", "churn"];

export const usage = `npm run bench -- [flags]
  --only <names>  of ${sectionNames.join(", ")}: these alone, with commas between
  --records <n>   records to add; default 50000 (all of the real set)
  --queries <n>   queries to measure; default 1000
  --openings <n>  reloads of a page for each way of searching; default 7
  --quick         12,000 records (just enough for a graph), 200 queries, 3 openings
  --scale <n>     instead: n records made from the real ones, such as 200000
  --stored        scale: embeddings left in IndexedDB
  --browser <b>   chromium (default), or firefox: the package alone
  --publish       leave the report and the picture in bench/ too
  --no-native     without native hnswlib, which is compiled on first use
  --vectors-only  storing: embeddings without documents and metadata
  --headed        show the browser's window
  --help          show this`;

const full = { records: 50_000, queries: 1_000, openings: 7 };
// A collection of up to 3,500 records of 384 dimensions is never linked: a smoke run has to be larger.
const quick = { records: 12_000, queries: 200, openings: 3 };

/** `{ only, records, queries, openings, quick, scale, stored, browser, publish, noNative, vectorsOnly, headed, help }`. */
export function readOptions(args) {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const options = {
    only: text,
    records: text,
    queries: text,
    openings: text,
    quick: flag,
    scale: text,
    stored: flag,
    browser: { type: "string", default: "chromium" },
    publish: flag,
    "no-native": flag,
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
  const [browser] = readNames("browser", [values.browser], ["chromium", "firefox"]);
  const known = browser === "chromium" ? sectionNames : alone;
  const chosen =
    values.only === undefined ? known : readNames("only", values.only.split(","), known);
  if (values.scale !== undefined && browser !== "chromium") {
    throw new Failure(
      "--scale is measured in Chromium: it opens again what another page has stored.",
    );
  }
  return {
    ...Object.fromEntries(counts),
    only: values.scale === undefined ? chosen : ["scale"],
    browser,
    scale: values.scale === undefined ? undefined : readCount("scale", values.scale),
    stored: values.stored,
    quick: values.quick,
    publish: values.publish,
    noNative: values["no-native"],
    vectorsOnly: values["vectors-only"],
    headed: values.headed,
    help: values.help,
  };
}

function readCount(name, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Failure(`--${name} is "${text}"; it has to be a whole number above 0.`);
}

function readNames(flag, names, known) {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Failure(`--${flag} names "${unknown}"; there are ${known.join(", ")}.`);
}
