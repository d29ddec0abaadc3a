// Random filters, nested three deep.
import { keys, patterns, scalar, text } from "./values.mjs";

const unordered = ["$eq", "$ne", "$in", "$nin", "plain"];
const ordered = [...unordered, "$gt", "$gte", "$lt", "$lte"];

export function where(random, depth = 3) {
  if (depth > 0 && random.chance(0.4)) {
    const clauses = random.list(random.int(2, 3), () => where(random, depth - 1));
    return { [random.pick(["$and", "$or"])]: clauses };
  }
  if (random.chance(0.08)) {
    return { "#document": { [random.pick(["$contains", "$not_contains"])]: text(random) || "a" } };
  }
  const key = random.chance(0.05) ? "absent" : random.pick(Object.keys(keys));
  return { [key]: condition(random, key) };
}

function condition(random, key) {
  const { asks, holds } = keys[key] ?? { asks: ["int", "string", "bool"], holds: ["[int]"] };
  const kind = random.pick(asks);
  const lists = holds.some((held) => held.startsWith("["));
  if (lists && random.chance(0.7)) {
    return { [random.pick(["$contains", "$not_contains"])]: scalar(random, kind) };
  }
  const number = kind === "int" || kind === "fraction";
  const operator = random.pick(number ? ordered : unordered);
  if (operator === "plain") return scalar(random, kind);
  if (operator === "$in" || operator === "$nin") {
    return { [operator]: random.list(random.int(1, 4), () => scalar(random, kind)) };
  }
  return { [operator]: scalar(random, kind) };
}

export function whereDocument(random, depth = 2) {
  if (depth > 0 && random.chance(0.35)) {
    const clauses = random.list(random.int(2, 3), () => whereDocument(random, depth - 1));
    return { [random.pick(["$and", "$or"])]: clauses };
  }
  if (random.chance(0.4)) {
    return { [random.pick(["$regex", "$not_regex"])]: random.pick(patterns) };
  }
  return { [random.pick(["$contains", "$not_contains"])]: text(random) };
}
