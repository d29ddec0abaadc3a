/** Ranks: numbers computed for each record. Smaller comes first. */
import { copy, finite, isExpression, isPlain, type JsonObject, refuse } from "./plain.js";

export type RankLiteral = JsonObject;
export type RankInput = RankExpression | RankLiteral | number | null | undefined;

/** What a record is ranked by. `Knn`, `Rrf` and `Val` make them; arithmetic combines them. */
export abstract class RankExpression {
  abstract toJSON(): JsonObject;

  static from(input: RankInput): RankExpression | undefined {
    if (input instanceof RankExpression) return input;
    if (input === null || input === undefined) return undefined;
    if (typeof input === "number") return literal({ $val: input });
    if (isExpression(input)) return literal(input.toJSON());
    if (isPlain(input)) return literal(copy(input));
    throw refuse("The rank", input, "a rank expression, a number or a plain object");
  }

  add(...others: RankInput[]): RankExpression {
    return others.length === 0 ? this : joined("$sum", [this, ...others]);
  }

  subtract(other: RankInput): RankExpression {
    return Sub(this, other);
  }

  multiply(...others: RankInput[]): RankExpression {
    return others.length === 0 ? this : joined("$mul", [this, ...others]);
  }

  divide(other: RankInput): RankExpression {
    return Div(this, other);
  }

  negate(): RankExpression {
    return this.multiply(-1);
  }

  abs(): RankExpression {
    return Abs(this);
  }

  exp(): RankExpression {
    return Exp(this);
  }

  log(): RankExpression {
    return Log(this);
  }

  max(...others: RankInput[]): RankExpression {
    return others.length === 0 ? this : joined("$max", [this, ...others]);
  }

  min(...others: RankInput[]): RankExpression {
    return others.length === 0 ? this : joined("$min", [this, ...others]);
  }
}

class Literal extends RankExpression {
  constructor(readonly json: JsonObject) {
    super();
  }

  toJSON(): JsonObject {
    return copy(this.json);
  }
}

type Joining = "$sum" | "$mul" | "$max" | "$min";

class Joined extends RankExpression {
  constructor(
    readonly operator: Joining,
    readonly operands: RankExpression[],
  ) {
    super();
  }

  toJSON(): JsonObject {
    return { [this.operator]: this.operands.map((operand) => operand.toJSON()) };
  }
}

/** A rank that is its JSON. */
export function literal(json: JsonObject): RankExpression {
  return new Literal(json);
}

/** The rank that `input` is; `what` names it in the error if it is none. */
export function rankOf(input: RankInput, what: string): RankExpression {
  const rank = RankExpression.from(input);
  if (!rank) throw refuse(what, input, "a rank expression");
  return rank;
}

/** Operands under one operator; those that already stand under the same one are taken in. */
function joined(operator: Joining, inputs: RankInput[]): RankExpression {
  const operands = inputs.flatMap((input, at) => {
    const rank = rankOf(input, `Operand ${at} of ${operator}`);
    return rank instanceof Joined && rank.operator === operator ? rank.operands : [rank];
  });
  const [only, ...more] = operands;
  if (!only) throw refuse(operator, inputs, "at least one rank expression");
  return more.length === 0 ? only : new Joined(operator, operands);
}

function binary(operator: "$sub" | "$div", a: RankInput, b: RankInput): RankExpression {
  const left = rankOf(a, `The left side of ${operator}`);
  const right = rankOf(b, `The right side of ${operator}`);
  return literal({ [operator]: { left: left.toJSON(), right: right.toJSON() } });
}

function unary(operator: "$abs" | "$exp" | "$log", input: RankInput): RankExpression {
  return literal({ [operator]: rankOf(input, `The operand of ${operator}`).toJSON() });
}

/** The same number for every record. */
export const Val = (value: number): RankExpression => literal({ $val: finite(value, "Val") });
export const Sum = (...inputs: RankInput[]): RankExpression => joined("$sum", inputs);
export const Sub = (left: RankInput, right: RankInput): RankExpression =>
  binary("$sub", left, right);
export const Mul = (...inputs: RankInput[]): RankExpression => joined("$mul", inputs);
export const Div = (left: RankInput, right: RankInput): RankExpression =>
  binary("$div", left, right);
export const Abs = (input: RankInput): RankExpression => unary("$abs", input);
export const Exp = (input: RankInput): RankExpression => unary("$exp", input);
/** The natural logarithm. */
export const Log = (input: RankInput): RankExpression => unary("$log", input);
export const Max = (...inputs: RankInput[]): RankExpression => joined("$max", inputs);
export const Min = (...inputs: RankInput[]): RankExpression => joined("$min", inputs);
