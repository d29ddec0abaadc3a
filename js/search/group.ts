/** Groups: of the records that agree in some metadata keys, only the first few. */
import { Key, nameOf } from "./key.js";
import { isExpression, positiveInteger, refuse } from "./plain.js";

interface KJSON {
  keys: string[];
  k: number;
}

export type AggregateJSON = { $min_k: KJSON } | { $max_k: KJSON };
export type AggregateInput = Aggregate | AggregateJSON;

/** Which records of a group are kept. */
export abstract class Aggregate {
  abstract toJSON(): AggregateJSON;

  static from(input: AggregateInput): Aggregate {
    if (input instanceof Aggregate) return input;
    const { $min_k, $max_k } = Object(asJson(input)) as { $min_k?: KJSON; $max_k?: KJSON };
    if ($min_k) return new MinK($min_k.keys, $min_k.k);
    if ($max_k) return new MaxK($max_k.keys, $max_k.k);
    throw refuse("The aggregate", input, "MinK, MaxK or an object with $min_k or $max_k");
  }

  static minK(keys: (Key | string)[], k: number): MinK {
    return new MinK(keys, k);
  }

  static maxK(keys: (Key | string)[], k: number): MaxK {
    return new MaxK(keys, k);
  }
}

/** The `k` records with the smallest values under the keys. */
export class MinK extends Aggregate {
  readonly keys: Key[];
  readonly k: number;

  constructor(keys: (Key | string)[], k: number) {
    super();
    this.keys = keysOf(keys, "The keys of MinK");
    this.k = positiveInteger(k, "The k of MinK");
  }

  toJSON(): AggregateJSON {
    return { $min_k: { keys: names(this.keys), k: this.k } };
  }
}

/** The `k` records with the largest values under the keys. */
export class MaxK extends Aggregate {
  readonly keys: Key[];
  readonly k: number;

  constructor(keys: (Key | string)[], k: number) {
    super();
    this.keys = keysOf(keys, "The keys of MaxK");
    this.k = positiveInteger(k, "The k of MaxK");
  }

  toJSON(): AggregateJSON {
    return { $max_k: { keys: names(this.keys), k: this.k } };
  }
}

export interface GroupByJSON {
  keys: string[];
  aggregate: AggregateJSON;
}

export type GroupByInput = GroupBy | GroupByJSON;

/** Groups the ranked records by metadata keys and keeps some of each group. */
export class GroupBy {
  readonly keys: Key[];

  constructor(
    keys: (Key | string)[],
    readonly aggregate: Aggregate,
  ) {
    this.keys = keysOf(keys, "The keys of GroupBy");
  }

  static from(input: GroupByInput | null | undefined): GroupBy | undefined {
    if (input instanceof GroupBy) return input;
    if (input === null || input === undefined) return undefined;
    if (typeof input !== "object") throw refuse("groupBy", input, "GroupBy or a plain object");
    const { keys, aggregate } = asJson(input) as GroupByJSON;
    return new GroupBy(keys, Aggregate.from(aggregate));
  }

  toJSON(): GroupByJSON {
    return { keys: names(this.keys), aggregate: this.aggregate.toJSON() };
  }
}

/** What an expression of another copy of the package says; anything else as it is. */
function asJson(input: unknown): unknown {
  return isExpression(input) ? input.toJSON() : input;
}

function names(keys: Key[]): string[] {
  return keys.map(({ name }) => name);
}

function keysOf(keys: unknown, what: string): Key[] {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw refuse(what, keys, "an array of keys, not empty");
  }
  return keys.map((key: unknown, at) =>
    key instanceof Key ? key : new Key(nameOf(key, `${what}, at ${at}`)),
  );
}
