/** Shape checks of what callers pass, before anything is embedded or sent. Rules about data are the engine's. */
import { closest, distance } from "fastest-levenshtein";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { type ErrorCode, errorOf } from "./errors.js";
import { kind } from "./kind.js";
import { type Include, IncludeEnum } from "./results.js";
import type { Consistency, ReadLevel } from "./types.js";

/** Rejects anything but an object whose keys are all `known`. `call` is how messages name the call. */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid(`${call} expects an object with ${known.join(", ")}; got ${kind(options)}.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || known.includes(key)) continue;
    throw invalid(
      `${call} has no option "${key}".${suggestion(key, known)} Known options: ${known.join(", ")}.`,
    );
  }
}

/** Ids of a write: not empty, each a non-empty string, none twice. */
export function checkIds(call: string, ids: unknown): string[] {
  const checked = checkSelectedIds(call, ids);
  const empty = checked.indexOf("");
  if (empty >= 0)
    throw invalid(`${call}: ids[${empty}] is an empty string; an id has at least one character.`);
  return checked;
}

/** Ids of a selection, where one that no record can have selects none. */
export function checkSelectedIds(call: string, ids: unknown): string[] {
  if (!Array.isArray(ids))
    throw invalid(`${call}: ids must be an array of strings, got ${kind(ids)}.`);
  if (ids.length === 0) throw invalid(`${call}: ids is empty; expected at least one id.`);
  const seen = new Map<string, number>();
  return Array.from(ids, (id: unknown, index) => {
    if (typeof id !== "string")
      throw invalid(`${call}: ids[${index}] must be a string, got ${kind(id)}.`);
    const first = seen.get(id);
    if (first !== undefined) {
      throw errorOf(
        "duplicate_id",
        `${call}: the id ${quote(id)} stands twice in ids, at ${first} and ${index}.`,
      );
    }
    seen.set(id, index);
    return id;
  });
}

/** A column of strings beside `ids`; null or undefined where a record has none. */
export function checkStrings(
  call: string,
  column: string,
  values: unknown,
  ids: readonly string[],
): (string | null | undefined)[] {
  return checkColumn(call, column, values, ids).map((value, index) => {
    if (value === null || value === undefined || typeof value === "string") return value;
    throw invalid(
      `${call}: ${column}[${index}] of record ${quote(ids[index])} must be a string, got ${kind(value)}.`,
    );
  });
}

/** The metadata of a record, as a copy that can be sent; null or undefined if it has none. */
export function checkMetadata(what: string, value: unknown): object | null | undefined {
  return value === null || value === undefined
    ? value
    : plainObject(what, value, "invalid_metadata");
}

/** A copy of a column beside `ids`: whatever it holds, one entry per id. */
export function checkColumn(
  call: string,
  column: string,
  values: unknown,
  ids: readonly string[],
): unknown[] {
  if (!Array.isArray(values)) {
    throw invalid(
      `${call}: ${column} must be an array with one entry per id, got ${kind(values)}.`,
    );
  }
  if (values.length !== ids.length) {
    throw invalid(
      `${call}: ${column} has ${values.length} entries but ids has ${ids.length}; expected one entry per id.`,
    );
  }
  return Array.from(values as unknown[]);
}

/** A name: the engine knows the rules for it, a string it must be. */
export function checkString(what: string, value: unknown): string {
  if (typeof value !== "string") throw invalid(`${what} must be a string, got ${kind(value)}.`);
  return value;
}

/** Texts of a query. */
export function checkTexts(what: string, texts: unknown): string[] {
  if (!Array.isArray(texts))
    throw invalid(`${what} must be an array of strings, got ${kind(texts)}.`);
  if (texts.length === 0) throw invalid(`${what} is empty; expected at least one text.`);
  return Array.from(texts, (text: unknown, index) => checkString(`${what}[${index}]`, text));
}

/** A whole number from `least` to `most`. */
export function checkCount(what: string, value: unknown, least = 0, most = 0xffff_ffff): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
    return value as number;
  }
  const range = least ? `from ${least} to ${most}` : "that is not negative";
  throw invalid(`${what} must be a whole number ${range}, got ${kind(value)}.`);
}

/** Whether an option is switched on. */
export function checkFlag(what: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw invalid(`${what} must be true or false, got ${kind(value)}.`);
}

/** The columns of an answer. */
export function checkInclude(
  call: string,
  include: unknown,
  allowed: readonly Include[],
): Include[] {
  if (!Array.isArray(include)) {
    throw invalid(
      `${call}: include must be an array of ${allowed.join(", ")}; got ${kind(include)}.`,
    );
  }
  return Array.from(include, (column: unknown) => {
    if (allowed.includes(column as Include)) return column as Include;
    if (column === IncludeEnum.distances) {
      throw invalid(`${call}: include cannot hold "distances", which only a query has.`);
    }
    const hint = typeof column === "string" ? suggestion(column, allowed) : "";
    throw invalid(`${call}: include holds ${kind(column)}; expected ${allowed.join(", ")}.${hint}`);
  });
}

/** One of the words that an option may be, or nothing. */
export function checkWord<T extends string>(
  what: string,
  word: T | undefined,
  words: readonly T[],
): T | undefined {
  if (word === undefined || words.includes(word)) return word;
  const hint = typeof word === "string" ? suggestion(word, words) : "";
  throw invalid(`${what} must be ${words.join(" or ")}; got ${kind(word)}.${hint}`);
}

/** How much of what was written an answer must take into account: all of it, whatever is asked. */
export function checkReadLevel(call: string, options: { readLevel?: ReadLevel | undefined }): void {
  checkWord(`${call}: readLevel`, options.readLevel, [
    "index_and_wal",
    "index_only",
    "index_and_bounded_wal",
  ]);
}

/** Whether a read has to look for what other tabs have written. */
export function checkConsistency(
  call: string,
  options: { consistency?: Consistency | undefined },
): boolean {
  const words: Consistency[] = ["eventual", "strong"];
  return checkWord(`${call}: consistency`, options.consistency, words) === "strong";
}

/** An AbortSignal or nothing. */
export function checkSignal(call: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal === null) return undefined;
  if (typeof (signal as AbortSignal).addEventListener === "function") return signal as AbortSignal;
  throw invalid(`${call}: signal must be an AbortSignal, got ${kind(signal)}.`);
}

/** A function object with `generate`, or nothing. */
export function checkEmbeddingFunction(
  call: string,
  value: unknown,
): asserts value is EmbeddingFunction | null | undefined {
  if (value === undefined || value === null) return;
  if (typeof (value as { generate?: unknown }).generate === "function") return;
  throw invalid(
    `${call}: embeddingFunction must be an object with a method generate(texts), got ${kind(value)}.`,
  );
}

/**
 * A copy of `value` made of nothing but plain objects, arrays, strings, numbers, booleans and null, so that
 * proxies and class instances reach the engine the same way through a worker and without one.
 */
export function plainObject(what: string, value: unknown, code: ErrorCode): object {
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    throw errorOf(code, `${what} must be an object, got ${kind(value)}.`);
  }
  return plain(() => what, value, code, 0) as object;
}

const DEEPEST = 64;

/** `what` is called only for an error: every key of every record comes by here. */
function plain(what: () => string, value: unknown, code: ErrorCode, depth: number): unknown {
  if (depth > DEEPEST) throw errorOf(code, `${what()} is nested deeper than ${DEEPEST} levels.`);
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return value;
  }
  // An embedding inside a search; nowhere else would one be meant.
  if (Array.isArray(value) || (code === "invalid_argument" && value instanceof Float32Array)) {
    return Array.from(value as unknown[], (item: unknown, index) =>
      plain(() => `${what()}[${index}]`, item, code, depth + 1),
    );
  }
  if (Object.prototype.toString.call(value) === "[object Object]") {
    // A key without a value says nothing, except in a filter, where leaving it out would match more than was meant.
    const entries = Object.entries(value as object).filter(
      ([, item]) => item !== undefined || code === "invalid_filter",
    );
    return Object.fromEntries(
      entries.map(([key, item]) => [
        key,
        plain(() => `${what()}, key ${quote(key)}`, item, code, depth + 1),
      ]),
    );
  }
  throw errorOf(
    code,
    `${what()} is ${kind(value)}; expected a string, a number, a boolean or an array of those.`,
  );
}

/** Names the word that was probably meant, if there is one. */
function suggestion(word: string, known: readonly string[]): string {
  const nearest = closest(word, known);
  const near = distance(word, nearest) <= Math.max(1, nearest.length / 2);
  return near ? ` Did you mean "${nearest}"?` : "";
}

/** A record's id as messages write it. */
export function quote(id: string | undefined): string {
  return JSON.stringify(id);
}

function invalid(message: string): Error {
  return errorOf("invalid_argument", message);
}
