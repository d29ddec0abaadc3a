/** Which part of the ranked records is wanted, and what of each. */
import { Key, nameOf } from "./key.js";
import { isExpression, positiveInteger, refuse } from "./plain.js";

export interface LimitOptions {
  /** How many to skip. Default 0. */
  offset?: number;
  /** Default: all. */
  limit?: number | null | undefined;
}

export type LimitInput = Limit | number | LimitOptions | null | undefined;

/** A part of the ranked records. */
export class Limit {
  readonly offset: number;
  declare readonly limit?: number;

  constructor({ offset = 0, limit }: LimitOptions = {}) {
    if (!Number.isInteger(offset) || offset < 0) {
      throw refuse("The offset", offset, "a whole number from 0");
    }
    this.offset = offset;
    if (limit !== null && limit !== undefined) this.limit = positiveInteger(limit, "The limit");
  }

  static from(input: LimitInput, offset = 0): Limit {
    if (typeof input === "number") return new Limit({ limit: input, offset });
    if (input === null || input === undefined) return new Limit();
    if (typeof input !== "object") throw refuse("The limit", input, "a number or an object");
    return new Limit({ offset: input.offset ?? 0, limit: input.limit });
  }

  toJSON(): { offset: number; limit?: number } {
    const { offset, limit } = this;
    return limit === undefined ? { offset } : { offset, limit };
  }
}

export type SelectKeyInput = string | Key;
export type SelectInput =
  | Select
  | Iterable<SelectKeyInput>
  | { keys?: Iterable<SelectKeyInput> | undefined }
  | { toJSON(): { keys: string[] } }
  | null
  | undefined;

/** What an answer has besides the ids. Selected metadata keys leave the others out. */
export class Select {
  readonly #keys: ReadonlySet<string>;

  constructor(keys: Iterable<SelectKeyInput> = []) {
    const names = Array.from(keys, (key, at) => nameOf(key, `The selected key ${at}`));
    this.#keys = new Set(names);
  }

  static from(input: SelectInput): Select {
    if (input instanceof Select) return input;
    if (input === null || input === undefined) return new Select();
    if (Symbol.iterator in Object(input)) return new Select(input as Iterable<SelectKeyInput>);
    const json: { keys?: Iterable<SelectKeyInput> } | object = isExpression(input)
      ? input.toJSON()
      : Object(input);
    if ("keys" in json) return new Select(json.keys);
    throw refuse("What is selected", input, "keys");
  }

  /** Document, embedding, metadata and score. */
  static all(): Select {
    return new Select([Key.DOCUMENT, Key.EMBEDDING, Key.METADATA, Key.SCORE]);
  }

  get values(): string[] {
    return [...this.#keys];
  }

  toJSON(): { keys: string[] } {
    return { keys: this.values };
  }
}
