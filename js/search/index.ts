/** The language of searches. Pure: a page that does not use it does not have to load it. */
export {
  Aggregate,
  type AggregateInput,
  type AggregateJSON,
  GroupBy,
  type GroupByInput,
  type GroupByJSON,
  MaxK,
  MinK,
} from "./group.js";
export { K, Key, type KeyFactory } from "./key.js";
export { Knn, type KnnOptions, Rrf, type RrfOptions, type SparseQuery } from "./knn.js";
export {
  Limit,
  type LimitInput,
  type LimitOptions,
  Select,
  type SelectInput,
  type SelectKeyInput,
} from "./limit.js";
export {
  Abs,
  Div,
  Exp,
  Log,
  Max,
  Min,
  Mul,
  RankExpression,
  type RankInput,
  type RankLiteral,
  Sub,
  Sum,
  Val,
} from "./rank.js";
export {
  Search,
  type SearchInit,
  type SearchLike,
  type SearchPayload,
  toSearch,
} from "./search.js";
export { WhereExpression, type WhereInput, type WhereJSON } from "./where.js";
