// Whether two answers to one operation are the same, but for the named differences. Runs in Node and in a page.
import { near } from "./distances.mjs";

/** Classes of what chromadb does not refuse by its own rules for arguments. */
const later = new Set(["ChromaClientError", "Error"]);

const columns = ["documents", "metadatas", "uris", "embeddings", "distances"];

/**
 * What is different between `theirs` and `ours`, in words, or undefined. `note` is called with the name of every
 * difference that was tolerated.
 */
export function difference(operation, theirs, ours, note) {
  if (theirs.skipped) return undefined;
  if (theirs.error || ours.error) {
    if (theirs.error === ours.error) return undefined;
    if (!later.has(theirs.error) || ours.error !== "ChromaValueError") {
      return `they: ${shown(theirs)}\nours: ${shown(ours)}`;
    }
    note("class-of-refusal");
    return undefined;
  }
  const compared = comparisons[operation.call] ?? compareValues;
  const found = compared(theirs, ours, note, operation);
  return found && `${found}\nthey: ${shown(theirs)}\nours: ${shown(ours)}`;
}

const comparisons = {
  get: compareGet,
  peek: compareGet,
  query: compareQuery,
  delete: compareDelete,
};

function compareValues(theirs, ours) {
  return same(theirs.value, ours.value) ? undefined : "the values differ";
}

function compareDelete(theirs, ours, note, { args }) {
  const [a, b] = [theirs.value.deleted, ours.value.deleted];
  if (a === b) return undefined;
  const counted = args.ids && !args.where && !args.whereDocument && a === args.ids.length && b < a;
  if (!counted) return "the counts differ";
  note("delete-count");
  return undefined;
}

function compareGet(theirs, ours, note) {
  if (!same(theirs.value.ids, ours.value.ids)) return "the ids differ";
  if (!same(theirs.value.include, ours.value.include)) return "include differs";
  for (const name of columns) {
    const found = compareColumn(name, theirs.value[name] ?? [], ours.value[name] ?? [], note);
    if (found) return found;
  }
}

function compareColumn(name, theirs, ours, note) {
  if (theirs.length !== ours.length) return `${name}: ${theirs.length} and ${ours.length}`;
  const equal = cells[name] ?? same;
  const index = theirs.findIndex((cell, i) => !equal(cell, ours[i], note));
  return index < 0
    ? undefined
    : `${name}[${index}]: ${shown(theirs[index])} and ${shown(ours[index])}`;
}

const cells = {
  metadatas(theirs, ours, note) {
    if (ours === null && theirs !== null && Object.keys(theirs).length === 0) {
      note("uri-only-metadata");
      return true;
    }
    return same(theirs, ours);
  },
  embeddings(theirs, ours, note) {
    if (same(theirs, ours)) return true;
    note("rounded-embedding");
    return theirs.length === ours.length && theirs.every((x, i) => near(x, ours[i]));
  },
  distances: (theirs, ours) => near(theirs, ours),
};

/** Query by query and row by row. Rows that are equally far may stand in any order where the server's rounding decides. */
function compareQuery(theirs, ours, note) {
  const [a, b] = [theirs.value, ours.value];
  if (!same(a.include, b.include)) return "include differs";
  if (a.ids.length !== b.ids.length) return "the numbers of queries differ";
  for (const name of columns) {
    if ((a[name] ?? []).length !== (b[name] ?? []).length) return `${name}: lists differ in number`;
  }
  for (const q of a.ids.keys()) {
    const found = compareRows(rows(a, q), rows(b, q), theirs.ties[q], theirs.distances[q], note);
    if (found) return `query ${q}: ${found}`;
  }
}

/** `ties` are further records as far away as the last one, `distances` those of `theirs` (also if not included). */
function compareRows(theirs, ours, ties, distances, note) {
  if (theirs.length !== ours.length) return `${theirs.length} and ${ours.length} rows`;
  const used = new Set();
  for (const [i, mine] of ours.entries()) {
    if (used.has(mine.id)) return `the id ${mine.id} stands twice`;
    used.add(mine.id);
    const at = mine.id === theirs[i].id ? i : theirs.findIndex(({ id }) => id === mine.id);
    const row = at < 0 ? ties.find(({ id }) => id === mine.id) : theirs[at];
    if (!row || (at >= 0 && !near(distances[at], distances[i]))) {
      return `row ${i} is ${mine.id}, which does not belong there`;
    }
    if (at < 0 && !near(distances[i], distances.at(-1))) return `row ${i}: ${mine.id} is too early`;
    if (at > i && swapped(theirs, ours, i, at)) {
      return `row ${i} is ${mine.id}: as far as ${theirs[i].id}, which was inserted before`;
    }
    if (at !== i) note(at < 0 ? "cut-tie" : "near-tie");
    if (mine.distance !== undefined && !near(mine.distance, distances[i])) {
      return `row ${i}: the distance is ${mine.distance}, expected ${distances[i]}`;
    }
    for (const name of Object.keys(mine)) {
      if (name === "id" || name === "distance") continue;
      const found = compareColumn(`${name}s`, [row[name]], [mine[name]], note);
      if (found) return `row ${i} (${mine.id}): ${found}`;
    }
  }
}

/**
 * Whether the rows `i` and `at` of the server, of which ours has the second one in row `i`, stand the other way round
 * here although both sides say the very same distance of both: then their order of insertion decides.
 */
function swapped(theirs, ours, i, at) {
  const other = ours.findIndex(({ id }) => id === theirs[i].id);
  const tied = (rows, x, y) =>
    rows[x].distance !== undefined && rows[x].distance === rows[y].distance;
  return other > i && tied(theirs, i, at) && tied(ours, i, other);
}

/** The rows of query `q`, with the columns that are there. */
function rows(value, q) {
  return value.ids[q].map((id, i) => {
    const row = { id };
    for (const name of columns) {
      if (value[name]?.[q]) row[name.slice(0, -1)] = value[name][q][i];
    }
    return row;
  });
}

/** Equal in structure; the order of keys does not count. */
export function same(a, b) {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

function shown(value) {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 1500 ? `${text.slice(0, 1500)}...` : text;
}
