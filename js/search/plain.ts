/** What the parts of a search have in common: reading what callers pass. */
import { errorOf, type VecinoError } from "../errors.js";
import { kind } from "../kind.js";

export type IterableInput<T> = Iterable<T> | ArrayLike<T>;

/** Whatever JSON can be made of. */
export type JsonObject = Record<string, unknown>;

/** An expression of this or of another copy of the package: what it says is what its JSON says. */
interface Expression {
  toJSON(): JsonObject;
}

export function refuse(what: string, value: unknown, expected: string): VecinoError {
  return errorOf("invalid_argument", `${what} is ${kind(value)}; expected ${expected}.`);
}

export function isPlain(value: unknown): value is JsonObject {
  return Object.prototype.toString.call(value) === "[object Object]" && !isExpression(value);
}

export function isExpression(value: unknown): value is Expression {
  return typeof (value as Partial<Expression> | null | undefined)?.toJSON === "function";
}

/** A copy that later changes of the caller's objects do not reach. Typed arrays become plain ones. */
export function copy(value: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      ArrayBuffer.isView(part) ? Array.from(part as Float32Array) : part,
    ),
  );
}

export function finite(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refuse(what, value, "a finite number");
}

export function positiveInteger(value: unknown, what: string): number {
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  throw refuse(what, value, "a whole number above 0");
}
