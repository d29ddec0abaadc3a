// Draws the demo's passages from the project's data folder: node www/data/sample.mjs <docs/base.jsonl.gz>
//
// The same input gives the same file: nothing here depends on a clock or a random number. Within a source the
// passages are dealt one by one from strata (type, five years, length, code), so that the sample varies over all of
// them instead of following the largest; within a stratum the order is that of a hash of the id.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Passages to take from each source; together 2,000. */
const QUOTAS = {
  "python-peps": 400,
  "rust-rfcs": 350,
  tldr: 350,
  "rust-book": 250,
  cargo: 180,
  "rust-reference": 170,
  "rust-clippy": 160,
  prometheus: 140,
};

/** At most this many passages of one file: breadth before depth. */
const MOST_OF_ONE_FILE = 4;

/** Taken before the draw: what a visitor is likely to ask about should not depend on luck. */
const WELL_KNOWN = new Set([
  ..."awk base64 cat chmod cp crontab curl df diff docker-run du ffmpeg find git-bisect git-clone git-commit git-log"
    .concat(" git-merge git-rebase git-reset git-restore git-revert git-stash git-undo grep gzip head history jq kill ln")
    .concat(" lsof magick make mkdir mv nano npm openssl passwd ping ps rm rsync scp sed sort ssh tail tar time tmux")
    .concat(" traceroute unzip uptime vim watch wget which xargs zip")
    .split(" ")
    .map((command) => `pages/common/${command}.md`),
  ...["0008", "0020", "0257", "0404", "0492", "0498", "0572", "0636", "0703"].map((pep) => `peps/pep-${pep}.rst`),
  ...["ch03-02-data-types", "ch04-01-what-is-ownership", "ch04-02-references-and-borrowing", "ch16-03-shared-state"].map(
    (chapter) => `src/${chapter}.md`,
  ),
  ...["docs/practices/alerting.md", "docs/practices/naming.md", "docs/introduction/faq.md"],
  ...["doc/book/src/reference/publishing.md", "doc/book/src/faq.md"],
]);

/** Under this share of letters among the visible characters a passage is a table or a list of numbers. */
const LEAST_LETTERS = 0.72;

/** Lists of pull requests say little to a reader who asks a question; tools that steal passwords are no example. */
const LEFT_OUT = [/\/CHANGELOG\.md$/, /\/(mimikatz|hashcat|hydra|msfvenom)[^/]*\.md$/];

const hash = (id) => createHash("sha256").update(id).digest("hex");

function readable({ document, metadata }) {
  const visible = document.replace(/\s/g, "");
  const letters = visible.replace(/[^\p{L}]/gu, "").length;
  return letters / visible.length >= LEAST_LETTERS && !LEFT_OUT.some((path) => path.test(metadata.path));
}

function stratum({ type, year, words, has_code }) {
  const years = year === undefined ? "none" : Math.floor(year / 5);
  const length = words < 45 ? "short" : words < 80 ? "middle" : "long";
  return [type, years, length, has_code].join(" ");
}

function draw(passages, quota) {
  const strata = new Map();
  const taken = [];
  const ofFile = new Map();
  const open = ({ metadata }) => (ofFile.get(metadata.path) ?? 0) < MOST_OF_ONE_FILE;
  const take = (passage) => {
    ofFile.set(passage.metadata.path, (ofFile.get(passage.metadata.path) ?? 0) + 1);
    taken.push(passage);
  };

  for (const passage of passages.sort((a, b) => (hash(a.id) < hash(b.id) ? -1 : 1))) {
    if (WELL_KNOWN.has(passage.metadata.path) && open(passage)) {
      take(passage);
      continue;
    }
    const name = stratum(passage.metadata);
    if (!strata.has(name)) strata.set(name, []);
    strata.get(name).push(passage);
  }

  const hands = [...strata].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, hand]) => hand);
  while (taken.length < quota) {
    const before = taken.length;
    for (const hand of hands) {
      if (taken.length === quota) break;
      const next = hand.findIndex(open);
      if (next >= 0) take(hand.splice(next, 1)[0]);
    }
    if (taken.length === before) throw new Error(`only ${taken.length} passages left for a quota of ${quota}`);
  }
  return taken;
}

/** The fields that the page shows or filters by, in a fixed order. */
function line({ id, document, metadata }) {
  const { source, type, title, section, path, words, has_code, year } = metadata;
  return JSON.stringify({ id, document, metadata: { source, type, title, section, path, words, has_code, year } });
}

const input = process.argv[2];
if (!input) {
  console.error("usage: node www/data/sample.mjs <base.jsonl.gz>");
  process.exit(1);
}
const all = gunzipSync(readFileSync(input)).toString("utf8").trimEnd().split("\n").map((text) => JSON.parse(text));
const sample = Object.entries(QUOTAS).flatMap(([source, quota]) =>
  draw(
    all.filter((passage) => passage.metadata.source === source && readable(passage)),
    quota,
  ),
);
// Sources are mixed, so that a first visit that is interrupted leaves a fair sample behind.
sample.sort((a, b) => (hash(`order ${a.id}`) < hash(`order ${b.id}`) ? -1 : 1));
writeFileSync(new URL("passages.jsonl", import.meta.url), `${sample.map(line).join("\n")}\n`);
console.log(`${sample.length} passages written to www/data/passages.jsonl`);
