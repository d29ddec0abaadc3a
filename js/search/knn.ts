/** Ranks by distance, and the fusion of several ranks into one. */
import { Key, nameOf } from "./key.js";
import { finite, type IterableInput, isPlain, positiveInteger, refuse } from "./plain.js";
import { literal, type RankExpression, type RankInput, rankOf, Val } from "./rank.js";

/** The numbers of a sparse vector that are not zero, and where they stand. */
export interface SparseQuery {
  indices: number[];
  values: number[];
}

export interface KnnOptions {
  /** An embedding, or a text that the collection's embedding function turns into one. */
  query: IterableInput<number> | SparseQuery | string;
  /** What is searched: default `K.EMBEDDING`. */
  key?: string | Key;
  /** How many records get a rank. Default 128. */
  limit?: number;
  /** The rank of the records that are not among the nearest; without it they drop out. */
  default?: number | null;
  /** Whether the rank is the position, 0 for the nearest, and not the distance. */
  returnRank?: boolean;
}

/** The distance of the records nearest to `query`. */
export function Knn(options: KnnOptions): RankExpression {
  const rest = options.default ?? undefined;
  return literal({
    $knn: {
      query: queryOf(options.query),
      key: nameOf(options.key ?? Key.EMBEDDING, "Knn's key"),
      limit: positiveInteger(options.limit ?? 128, "Knn's limit"),
      ...(rest !== undefined && { default: finite(rest, "Knn's default") }),
      ...(options.returnRank && { return_rank: true }),
    },
  });
}

function queryOf(query: unknown): unknown {
  if (typeof query === "string") return query;
  const { indices, values } = Object(query) as Partial<SparseQuery>;
  if (isPlain(query) && Array.isArray(indices) && Array.isArray(values)) {
    return { indices: indices.slice(), values: values.slice() };
  }
  if (typeof query !== "object" || query === null) {
    throw refuse("Knn's query", query, "an embedding or a text");
  }
  return Array.from(query as IterableInput<unknown>, (value, at) =>
    finite(value, `Knn's query[${at}]`),
  );
}

export interface RrfOptions {
  /** Usually `Knn({ ..., returnRank: true })`. */
  ranks: RankInput[];
  /** How much the first places count beside the later ones: less the higher it is. Default 60. */
  k?: number;
  /** One for each rank; default 1. */
  weights?: number[];
  /** Whether the weights are divided by their sum. */
  normalize?: boolean;
}

/** Reciprocal rank fusion: minus the sum of weight / (k + rank). */
export function Rrf({ ranks, k = 60, weights, normalize = false }: RrfOptions): RankExpression {
  positiveInteger(k, "Rrf's k");
  if (!Array.isArray(ranks) || ranks.length === 0) {
    throw refuse("Rrf's ranks", ranks, "an array with at least one rank expression");
  }
  const expressions = ranks.map((rank, at) => rankOf(rank, `Rrf's ranks[${at}]`));
  const terms = weigh(weights ?? expressions.map(() => 1), expressions.length, normalize).map(
    (weight, at) => Val(weight).divide(expressions[at]?.add(k)),
  );
  return terms.reduce((sum, term) => sum.add(term)).negate();
}

function weigh(weights: number[], length: number, normalize: boolean): number[] {
  if (weights.length !== length) {
    throw refuse("Rrf's weights", weights, `one for each of the ${length} ranks`);
  }
  for (const [at, weight] of weights.entries()) {
    if (finite(weight, `Rrf's weights[${at}]`) < 0) {
      throw refuse(`Rrf's weights[${at}]`, weight, "a number not below 0");
    }
  }
  if (!normalize) return weights;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw refuse("The sum of Rrf's weights", total, "a number above 0 to divide by");
  return weights.map((weight) => weight / total);
}
