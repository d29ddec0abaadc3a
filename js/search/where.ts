/** Clauses over metadata, documents and ids, joined with `and` and `or`. */
import { errorOf } from "../errors.js";
import { isExpression, isPlain, type JsonObject, refuse } from "./plain.js";

export type WhereJSON = JsonObject;
export type WhereInput = WhereExpression | WhereJSON | null | undefined;

const OPERATORS = [
  ...["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin"],
  ...["$contains", "$not_contains", "$regex", "$not_regex"],
] as const;

export type WhereOperator = (typeof OPERATORS)[number];

/** A clause. `K` makes them; `WhereExpression.from` reads one from its JSON. */
export abstract class WhereExpression {
  abstract toJSON(): WhereJSON;

  and(other: WhereInput): WhereExpression {
    return joined("$and", this, other);
  }

  or(other: WhereInput): WhereExpression {
    return joined("$or", this, other);
  }

  static from(input: WhereInput): WhereExpression | undefined {
    if (input instanceof WhereExpression) return input;
    if (input === null || input === undefined) return undefined;
    const json = isExpression(input) ? input.toJSON() : input;
    if (!isPlain(json)) throw refuse("The where clause", input, "K(...) or a plain object");
    return parse(json);
  }
}

class Joined extends WhereExpression {
  constructor(
    readonly operator: "$and" | "$or",
    readonly clauses: WhereExpression[],
  ) {
    super();
  }

  toJSON(): WhereJSON {
    return { [this.operator]: this.clauses.map((clause) => clause.toJSON()) };
  }
}

class Comparison extends WhereExpression {
  constructor(
    readonly key: string,
    readonly operator: string,
    readonly value: unknown,
  ) {
    super();
  }

  toJSON(): WhereJSON {
    return { [this.key]: { [this.operator]: this.value } };
  }
}

export function compare(key: string, operator: WhereOperator, value: unknown): WhereExpression {
  return new Comparison(key, operator, value);
}

function joined(
  operator: "$and" | "$or",
  clause: WhereExpression,
  other: WhereInput,
): WhereExpression {
  const further = WhereExpression.from(other);
  return further ? join(operator, [clause, further]) : clause;
}

/** Clauses under one operator; those that already stand under the same one are taken in. */
function join(operator: "$and" | "$or", clauses: WhereExpression[]): WhereExpression {
  return new Joined(
    operator,
    clauses.flatMap((clause) =>
      clause instanceof Joined && clause.operator === operator ? clause.clauses : [clause],
    ),
  );
}

function parse(json: WhereJSON): WhereExpression {
  const [entry, ...more] = Object.entries(json);
  if (!entry || more.length > 0) {
    throw invalid(
      `A where clause has ${more.length + (entry ? 1 : 0)} keys; expected one, join clauses with $and`,
    );
  }
  const [key, value] = entry;
  if (key === "$and" || key === "$or") {
    if (!Array.isArray(value) || value.length === 0) {
      throw refuse(key, value, "an array of clauses, not empty");
    }
    const clauses = value.map((item: WhereInput, at) => {
      const clause = WhereExpression.from(item);
      if (!clause) throw refuse(`${key}[${at}]`, item, "a clause");
      return clause;
    });
    return clauses.reduce((all, clause) => join(key, [all, clause]));
  }
  if (!isPlain(value)) return compare(key, "$eq", value);
  const [test, ...others] = Object.entries(value);
  if (!test || others.length > 0) {
    throw invalid(`The where clause on "${key}" needs exactly one operator`);
  }
  const operator = OPERATORS.find((known) => known === test[0]);
  if (!operator) {
    throw invalid(
      `The where clause on "${key}" has no operator "${test[0]}"; expected one of ${OPERATORS.join(", ")}`,
    );
  }
  return compare(key, operator, test[1]);
}

function invalid(message: string): Error {
  return errorOf("invalid_filter", `${message}.`);
}
