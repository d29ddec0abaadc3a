/** A search as a value: each method gives a new one, so that a search can be the beginning of several. */
import { GroupBy, type GroupByInput } from "./group.js";
import { Limit, type LimitInput, Select, type SelectInput, type SelectKeyInput } from "./limit.js";
import type { JsonObject } from "./plain.js";
import { RankExpression, type RankInput } from "./rank.js";
import { WhereExpression, type WhereInput } from "./where.js";

export interface SearchInit {
  where?: WhereInput;
  rank?: RankInput;
  groupBy?: GroupByInput | undefined;
  limit?: LimitInput;
  select?: SelectInput;
}

/** What the engine gets: plain objects, arrays, strings, numbers and booleans. */
export interface SearchPayload {
  filter?: JsonObject;
  rank?: JsonObject;
  group_by?: JsonObject;
  limit: { offset: number; limit?: number };
  select: { keys: string[] };
}

interface Parts {
  where: WhereExpression | undefined;
  rank: RankExpression | undefined;
  groupBy: GroupBy | undefined;
  limit: Limit;
  select: Select;
}

/** Which records, in which order, how many, and what of each. */
export class Search {
  #parts: Parts;

  constructor(init: SearchInit = {}) {
    this.#parts = {
      where: init.where ? WhereExpression.from(init.where) : undefined,
      rank: init.rank ? RankExpression.from(init.rank) : undefined,
      groupBy: GroupBy.from(init.groupBy),
      limit: Limit.from(init.limit),
      select: Select.from(init.select),
    };
  }

  /** Without an argument, the clause stays what it was; so do rank and groups in the methods below. */
  where(where?: WhereInput): Search {
    return this.#with({ where: WhereExpression.from(where) ?? this.#parts.where });
  }

  rank(rank?: RankInput): Search {
    return this.#with({ rank: RankExpression.from(rank) ?? this.#parts.rank });
  }

  groupBy(groupBy?: GroupByInput): Search {
    return this.#with({ groupBy: GroupBy.from(groupBy) ?? this.#parts.groupBy });
  }

  limit(limit?: LimitInput, offset?: number): Search {
    return this.#with({ limit: Limit.from(limit, offset) });
  }

  select(keys?: SelectInput): Search;
  select(...keys: SelectKeyInput[]): Search;
  select(first?: SelectInput | SelectKeyInput, ...rest: SelectKeyInput[]): Search {
    const isList = typeof first === "object" && first !== null && !("name" in first);
    const keys = first === undefined || first === null ? rest : [first as SelectKeyInput, ...rest];
    return this.#with({ select: isList ? Select.from(first) : new Select(keys) });
  }

  selectAll(): Search {
    return this.#with({ select: Select.all() });
  }

  get whereClause(): WhereExpression | undefined {
    return this.#parts.where;
  }

  get rankExpression(): RankExpression | undefined {
    return this.#parts.rank;
  }

  get groupByConfig(): GroupBy | undefined {
    return this.#parts.groupBy;
  }

  get limitConfig(): Limit {
    return this.#parts.limit;
  }

  get selectConfig(): Select {
    return this.#parts.select;
  }

  toPayload(): SearchPayload {
    const { where, rank, groupBy, limit, select } = this.#parts;
    return {
      limit: limit.toJSON(),
      select: select.toJSON(),
      ...(where && { filter: where.toJSON() }),
      ...(rank && { rank: rank.toJSON() }),
      ...(groupBy && { group_by: { ...groupBy.toJSON() } }),
    };
  }

  #with(parts: Partial<Parts>): Search {
    const next = new Search();
    next.#parts = { ...this.#parts, ...parts };
    return next;
  }
}

export type SearchLike = Search | SearchInit;

/** A `Search` as it is, or one made of a plain object. */
export const toSearch = (input: SearchLike): Search =>
  input instanceof Search ? input : new Search(input);
