/** Names of what a record holds, and the clauses that begin with one. */
import { type IterableInput, refuse } from "./plain.js";
import { compare, type WhereExpression, type WhereOperator } from "./where.js";

/** A metadata key, or one of the record's own parts: `K.ID`, `K.DOCUMENT`, `K.EMBEDDING`, `K.METADATA`, `K.SCORE`. */
export class Key {
  static readonly ID: Key = /* @__PURE__ */ new Key("#id");
  static readonly DOCUMENT: Key = /* @__PURE__ */ new Key("#document");
  static readonly EMBEDDING: Key = /* @__PURE__ */ new Key("#embedding");
  static readonly METADATA: Key = /* @__PURE__ */ new Key("#metadata");
  static readonly SCORE: Key = /* @__PURE__ */ new Key("#score");

  constructor(readonly name: string) {}

  eq(value: unknown): WhereExpression {
    return compare(this.name, "$eq", value);
  }

  ne(value: unknown): WhereExpression {
    return compare(this.name, "$ne", value);
  }

  gt(value: unknown): WhereExpression {
    return compare(this.name, "$gt", value);
  }

  gte(value: unknown): WhereExpression {
    return compare(this.name, "$gte", value);
  }

  lt(value: unknown): WhereExpression {
    return compare(this.name, "$lt", value);
  }

  lte(value: unknown): WhereExpression {
    return compare(this.name, "$lte", value);
  }

  isIn(values: IterableInput<unknown>): WhereExpression {
    return isOneOf(this.name, "$in", values);
  }

  notIn(values: IterableInput<unknown>): WhereExpression {
    return isOneOf(this.name, "$nin", values);
  }

  /** On `K.DOCUMENT` a substring; on a metadata key an element of its array. */
  contains(value: string | number | boolean): WhereExpression {
    return contains(this.name, "$contains", value);
  }

  notContains(value: string | number | boolean): WhereExpression {
    return contains(this.name, "$not_contains", value);
  }

  /** Rust's syntax, unanchored; see https://docs.rs/regex. */
  regex(pattern: string): WhereExpression {
    return matches(this.name, "$regex", pattern);
  }

  notRegex(pattern: string): WhereExpression {
    return matches(this.name, "$not_regex", pattern);
  }
}

/** The name that a `Key` (of this or another copy of the package) or a string stands for. */
export function nameOf(key: unknown, what: string): string {
  const name = typeof key === "object" ? (key as Key | null)?.name : key;
  if (typeof name === "string") return name;
  throw refuse(what, key, "a string or a Key");
}

function isOneOf(key: string, operator: WhereOperator, values: IterableInput<unknown>) {
  const list = Array.from(values);
  if (list.length === 0) throw refuse(`${operator} of "${key}"`, values, "at least one value");
  return compare(key, operator, list);
}

function contains(key: string, operator: WhereOperator, value: unknown) {
  if (key === "#document" && typeof value !== "string") {
    throw refuse(`${operator} of the document`, value, "a string");
  }
  return compare(key, operator, value);
}

function matches(key: string, operator: WhereOperator, pattern: unknown) {
  if (typeof pattern !== "string") throw refuse(`${operator} of "${key}"`, pattern, "a string");
  return compare(key, operator, pattern);
}

export interface KeyFactory {
  (name: string): Key;
  ID: Key;
  DOCUMENT: Key;
  EMBEDDING: Key;
  METADATA: Key;
  SCORE: Key;
}

/** `K("year")` names a metadata key; `K.DOCUMENT` and the others name parts of a record. */
export const K: KeyFactory = /* @__PURE__ */ Object.assign((name: string) => new Key(name), {
  ID: Key.ID,
  DOCUMENT: Key.DOCUMENT,
  EMBEDDING: Key.EMBEDDING,
  METADATA: Key.METADATA,
  SCORE: Key.SCORE,
});
