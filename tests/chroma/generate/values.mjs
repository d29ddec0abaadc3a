// What records are made of. Each metadata key holds what its name says, so that a filter can stay clear of the
// server's defects with numbers (tests/chroma/differences.mjs): fractions are compared only where no whole number is.

const words = [
  "apple",
  "pear",
  "plum",
  "sky",
  "Über",
  "naïve",
  "日本",
  "😀",
  "50%",
  "a_b",
  "back\\",
  "",
  "Apple",
];
const ints = [
  -7,
  -1,
  0,
  1,
  2,
  3,
  10,
  1999,
  2 ** 31,
  Number.MAX_SAFE_INTEGER,
  -Number.MAX_SAFE_INTEGER,
];
const fractions = [-2.5, -0.5, 0.25, 0.5, 1.5, 2.25, 1e-3, 1234.5];

/** A value by the kind of its key: what stands in records, and what filters compare with. */
const scalars = {
  int: (random) => random.pick(ints),
  fraction: (random) => random.pick(fractions),
  string: (random) => random.pick(words),
  bool: (random) => random.chance(0.5),
};

/** Key -> the kinds of its values, and the kind that its filters may use. A list's kind stands in brackets. */
export const keys = {
  i: { holds: ["int"], asks: ["int"] },
  f: { holds: ["fraction"], asks: ["fraction"] },
  m: { holds: ["int", "fraction"], asks: ["int"] },
  s: { holds: ["string"], asks: ["string"] },
  b: { holds: ["bool"], asks: ["bool"] },
  "dotted.key with space": { holds: ["string", "int"], asks: ["string", "int"] },
  x: {
    holds: ["int", "string", "bool", "[int]", "[string]", "[bool]"],
    asks: ["int", "string", "bool"],
  },
  li: { holds: ["[int]"], asks: ["int"] },
  lf: { holds: ["[fraction]"], asks: ["fraction"] },
  ls: { holds: ["[string]"], asks: ["string"] },
  lb: { holds: ["[bool]"], asks: ["bool"] },
};

export function scalar(random, kind) {
  return scalars[kind](random);
}

export function metadata(random, { nulls = false } = {}) {
  const chosen = random.sample(Object.keys(keys), random.int(1, 4));
  const entries = chosen.map((key) => [key, value(random, random.pick(keys[key].holds))]);
  if (nulls && random.chance(0.1)) entries.push(["nothing", null]);
  return Object.fromEntries(entries);
}

function value(random, kind) {
  if (!kind.startsWith("[")) return scalar(random, kind);
  const element = kind.slice(1, -1);
  return random.list(random.int(1, 4), () => scalar(random, element));
}

export function document(random) {
  if (random.chance(0.05)) return "";
  return random
    .list(random.int(1, 6), () => random.pick(words))
    .join(random.pick([" ", " ", "\n"]));
}

export function uri(random) {
  return `x://${random.int(0, 99)}`;
}

/** Part of a document, or of none. */
export function text(random) {
  return random.pick([...words, "p", "a", "apple p", "zzz", "%", "_", "A", "\n"]);
}

export const patterns = [
  "apple|plum",
  "^apple",
  "sky$",
  "(?i)APPLE",
  "p{2}",
  "\\d+%",
  "[äöüÜ]",
  "a.b",
  "^$",
  "\\p{Han}",
  "(?m)^pear$",
  "",
];

/** Never all zeros, which cosine refuses here. Quarters make distances that are exact, and many of them equal. */
export function embedding(random, { dimension, exact }) {
  const number = exact
    ? () => random.int(-8, 8) / 4
    : () => Math.round((random.next() * 4 - 2) * 1000) / 1000;
  const row = random.list(dimension, number);
  if (row.every((x) => x === 0)) row[0] = 1;
  return row;
}
