/** Answers of `get` and `query`: columns as Chroma returns them, with `rows()` for reading record by record. */
import type { GetColumns, QueryColumns } from "./transport/protocol.js";
import type { Metadata } from "./types.js";

/** The columns that an answer can hold. */
export const IncludeEnum = {
  distances: "distances",
  documents: "documents",
  embeddings: "embeddings",
  metadatas: "metadatas",
  uris: "uris",
} as const;

export type IncludeEnum = (typeof IncludeEnum)[keyof typeof IncludeEnum];
/** The name of a column. */
export type Include = IncludeEnum;

/** One record of a GetResult. Columns that were not included are undefined. */
export interface GetRow<TMeta extends object = Metadata> {
  id: string;
  document: string | null | undefined;
  embedding: number[] | undefined;
  metadata: TMeta | null | undefined;
  uri: string | null | undefined;
}

/** One record of a QueryResult. Columns that were not included are absent. */
export interface QueryRow<TMeta extends object = Metadata> {
  id: string;
  distance?: number;
  document?: string | null;
  embedding?: number[];
  metadata?: TMeta | null;
  uri?: string | null;
}

/** Records in order of insertion. A column that was not included is an empty array. */
export class GetResult<TMeta extends object = Metadata> {
  readonly ids: string[];
  readonly documents: (string | null)[];
  readonly embeddings: number[][];
  readonly metadatas: (TMeta | null)[];
  readonly uris: (string | null)[];
  readonly include: Include[];

  constructor(columns: {
    ids: string[];
    documents: (string | null)[];
    embeddings: number[][];
    metadatas: (TMeta | null)[];
    uris: (string | null)[];
    include: Include[];
  }) {
    this.ids = columns.ids;
    this.documents = columns.documents;
    this.embeddings = columns.embeddings;
    this.metadatas = columns.metadatas;
    this.uris = columns.uris;
    this.include = columns.include;
  }

  rows(): GetRow<TMeta>[] {
    const included = new Set(this.include);
    return this.ids.map((id, i) => ({
      id,
      document: included.has("documents") ? this.documents[i] : undefined,
      embedding: included.has("embeddings") ? this.embeddings[i] : undefined,
      metadata: included.has("metadatas") ? this.metadatas[i] : undefined,
      uri: included.has("uris") ? this.uris[i] : undefined,
    }));
  }
}

/** How a query was answered. */
export interface QueryExplanation {
  /**
   * "exact": every matching record was scanned. "codes": the same by their binary codes; an embedding was measured unless its
   * code leaves it less than one chance in 10^6. "graph": the graph was walked, and what it lacks was scanned.
   */
  plan: "exact" | "codes" | "graph";
  /** Candidates that the walk kept; more than the configured ef_search where few records match. Null without a walk. */
  ef: number | null;
  /** Records that satisfy the filter. */
  matches: number;
  /** Records scanned. */
  scanned: number;
  /** Distances that the walk estimated; not 0 beside another plan where the walk was given up. */
  walked: number;
  /** From the call to its answer, embedding of texts left out, for all queries of the call together. */
  milliseconds: number;
}

/** One list of records per query, nearest first. A column that was not included is an empty array. */
export class QueryResult<TMeta extends object = Metadata> {
  readonly ids: string[][];
  readonly distances: number[][];
  readonly documents: (string | null)[][];
  readonly embeddings: number[][][];
  readonly metadatas: (TMeta | null)[][];
  readonly uris: (string | null)[][];
  readonly include: Include[];
  /** One for each query, if `explain` was set. */
  readonly explain?: QueryExplanation[];

  constructor(columns: {
    ids: string[][];
    distances: number[][];
    documents: (string | null)[][];
    embeddings: number[][][];
    metadatas: (TMeta | null)[][];
    uris: (string | null)[][];
    include: Include[];
    explain?: QueryExplanation[];
  }) {
    this.ids = columns.ids;
    this.distances = columns.distances;
    this.documents = columns.documents;
    this.embeddings = columns.embeddings;
    this.metadatas = columns.metadatas;
    this.uris = columns.uris;
    this.include = columns.include;
    if (columns.explain) this.explain = columns.explain;
  }

  rows(): QueryRow<TMeta>[][] {
    const cells = {
      distance: this.distances,
      document: this.documents,
      embedding: this.embeddings,
      metadata: this.metadatas,
      uri: this.uris,
    };
    // A column that was included has a list for each query; one that was not has none.
    const present = Object.entries(cells).filter(([, column]) => column.length > 0);
    return this.ids.map((ids, q) =>
      ids.map((id, i) => {
        const values = present.map(([key, column]) => [key, column[q]?.[i]]);
        return { id, ...Object.fromEntries(values) } as QueryRow<TMeta>;
      }),
    );
  }
}

/** The public form of the engine's answer to `get`. */
export function getResult<TMeta extends object>(
  columns: GetColumns,
  include: Include[],
): GetResult<TMeta> {
  return new GetResult<TMeta>({
    ids: columns.ids,
    documents: columns.documents ?? [],
    embeddings: rowsOf(columns, 0, columns.ids.length),
    metadatas: (columns.metadatas ?? []) as (TMeta | null)[],
    uris: columns.uris ?? [],
    include,
  });
}

/** The public form of the engine's answer to `query`: the flat columns, cut into one list per query. */
export function queryResult<TMeta extends object>(
  columns: QueryColumns,
  include: Include[],
  explain?: QueryExplanation[],
): QueryResult<TMeta> {
  const { offsets } = columns;
  function perQuery<T>(cut: (start: number, end: number) => T[]): T[][] {
    return Array.from({ length: offsets.length - 1 }, (_, q) =>
      cut(offsets[q] ?? 0, offsets[q + 1] ?? 0),
    );
  }
  function column<T>(values: ArrayLike<T> | undefined): T[][] {
    return values ? perQuery((start, end) => Array.prototype.slice.call(values, start, end)) : [];
  }
  return new QueryResult<TMeta>({
    ids: column(columns.ids),
    distances: column(columns.distances),
    documents: column(columns.documents),
    embeddings: columns.embeddings ? perQuery((start, end) => rowsOf(columns, start, end)) : [],
    metadatas: column(columns.metadatas as (TMeta | null)[] | undefined),
    uris: column(columns.uris),
    include,
    ...(explain && { explain }),
  });
}

/** The engine's word for a scan by codes, in place of an ef. */
const BY_CODES = 2 ** 32 - 1;

/** What the engine says of each query's effort. */
export function explanations({ efforts }: QueryColumns, milliseconds: number): QueryExplanation[] {
  return Array.from({ length: efforts.length / 4 }, (_, q) => {
    const [ef = 0, matches = 0, scanned = 0, walked = 0] = efforts.subarray(4 * q);
    const plan = ef === BY_CODES ? "codes" : ef ? "graph" : "exact";
    return { plan, ef: plan === "graph" ? ef : null, matches, scanned, walked, milliseconds };
  });
}

/** Rows `start` up to, not including, `end` of the flat embeddings. */
export function rowsOf(
  { embeddings, dimension }: Pick<GetColumns, "embeddings" | "dimension">,
  start: number,
  end: number,
): number[][] {
  if (!embeddings) return [];
  return Array.from({ length: end - start }, (_, i) =>
    Array.from(embeddings.subarray((start + i) * dimension, (start + i + 1) * dimension)),
  );
}
