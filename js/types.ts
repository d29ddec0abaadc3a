/** The shapes of what goes into and comes out of a collection's calls. Names follow npm `chromadb` 3.5.0. */
import type { UpdateCollectionConfiguration } from "./configuration-types.js";
import type { Embeddings } from "./embeddings.js";
import type { Include } from "./results.js";

export type * from "./client-types.js";
export type * from "./configuration-types.js";
export type * from "./ingest-types.js";
export type * from "./reembed-types.js";

export type MetadataScalar = string | number | boolean;

/** A vector of which only the coordinates at `indices` are not zero. Refused wherever it would be stored or searched. */
export interface SparseVector {
  indices: number[];
  values: number[];
  tokens?: string[] | null;
}

/** What a metadata key may hold: an array has one type of elements. In an update or upsert null removes the key. */
export type MetadataValue = MetadataScalar | string[] | number[] | boolean[] | SparseVector | null;

/** Metadata of one record. Keys are not empty and start with neither `#` nor `$`. */
export type Metadata = Record<string, MetadataValue>;

/** Metadata of a collection: the same values as a record's. */
export type CollectionMetadata = Record<string, MetadataValue>;

export type LiteralValue = MetadataScalar;

/** Chroma's types allow these inside a field; they are refused by name (`invalid_filter`). */
type RefusedOperator = { $and: LiteralValue } | { $or: LiteralValue };

/** One operator applied to one metadata field. */
export type OperatorExpression =
  | { $eq: LiteralValue }
  | { $ne: LiteralValue }
  | { $gt: LiteralValue }
  | { $gte: LiteralValue }
  | { $lt: LiteralValue }
  | { $lte: LiteralValue }
  | { $in: LiteralValue[] }
  | { $nin: LiteralValue[] }
  /** On an array: it holds this very element. On `#document`: the text holds this one. */
  | { $contains: LiteralValue }
  | { $not_contains: LiteralValue }
  /** On `#document` only. */
  | { $regex: string }
  | { $not_regex: string }
  | RefusedOperator;

/** A filter on metadata: `{ year: 1999 }`, `{ year: { $gte: 1990 } }`, `{ $and: [..] }`, `{ $or: [..] }`. */
export type Where =
  | { [key: string]: LiteralValue | OperatorExpression }
  | { $and: Where[] }
  | { $or: Where[] };

/** Chroma's types allow these; they are refused by name (`invalid_filter`). */
type RefusedDocumentOperator = { $matches: string } | { $not_matches: string };

/** A filter on the document's text: a case-sensitive substring, or a regular expression. */
export type WhereDocument =
  | { $contains: string }
  | { $not_contains: string }
  | { $regex: string }
  | { $not_regex: string }
  | { $and: WhereDocument[] }
  | { $or: WhereDocument[] }
  | RefusedDocumentOperator;

/**
 * Columns of records: element i of each list belongs to `ids[i]`. The lists are copied when the call begins. Of a long
 * batch, which is more than 64 records or 32,768 numbers, what is in them is read while it is sent: leave embeddings and
 * metadata as they are until the promise settles.
 */
export interface RecordSet {
  /** Not empty, no id twice. */
  ids: string[];
  /** One row per id, or one Float32Array of ids.length x dimension. Without it the documents are embedded. */
  embeddings?: Embeddings | undefined;
  metadatas?: (Metadata | null | undefined)[] | undefined;
  documents?: (string | null | undefined)[] | undefined;
  uris?: (string | null | undefined)[] | undefined;
  /** Aborting rejects the call at once with the signal's reason. What was sent as a whole by then may still be written. */
  signal?: AbortSignal | undefined;
}

/**
 * What a read must have seen of what other tabs have written; its own tab's writes it always has. "eventual": what their
 * messages have brought so far, which is moments behind. "strong": every write that was complete before the call; that
 * takes a look into IndexedDB first, about a millisecond, and waits for a write of this tab to the same collection.
 */
export type Consistency = "eventual" | "strong";

export interface ConsistencyOptions {
  /** Default "eventual". */
  consistency?: Consistency | undefined;
}

export interface GetOptions extends ConsistencyOptions {
  /** Only these records. The answer is in order of insertion whatever the order here. */
  ids?: string[] | undefined;
  where?: Where | undefined;
  whereDocument?: WhereDocument | undefined;
  /** Default: all. */
  limit?: number | null | undefined;
  /** How many matching records to skip. Default 0. */
  offset?: number | undefined;
  /** Default ["documents", "metadatas"]; "distances" is for queries. */
  include?: Include[] | undefined;
  signal?: AbortSignal | undefined;
}

export interface PeekOptions extends ConsistencyOptions {
  /** Default 10. */
  limit?: number | undefined;
}

export interface QueryOptions extends ConsistencyOptions {
  /** Rows, or one Float32Array, which is one query. Wins over `queryTexts`. */
  queryEmbeddings?: Embeddings | undefined;
  /** Embedded through the embedding function: `generateForQueries` if it has one, else `generate`. */
  queryTexts?: string[] | undefined;
  /** Chroma's types allow it; refused with a clear error. */
  queryURIs?: string[] | undefined;
  /** Only these records are looked at. */
  ids?: string[] | undefined;
  /** How many records per query. Default 10. */
  nResults?: number | undefined;
  where?: Where | undefined;
  whereDocument?: WhereDocument | undefined;
  /** Candidates to keep in this query instead of the collection's ef_search, from 1 to 10000. */
  efSearch?: number | undefined;
  /** Scan all matching records instead of walking the graph: the true nearest, in time proportional to their number. */
  exact?: boolean | undefined;
  /** Tell in `explain` of the result how each query was answered. */
  explain?: boolean | undefined;
  /** Default ["metadatas", "documents", "distances"]. */
  include?: Include[] | undefined;
  signal?: AbortSignal | undefined;
}

export interface DeleteOptions {
  /** Records must match everything that is given; `delete({})` deletes nothing. */
  ids?: string[] | undefined;
  where?: Where | undefined;
  whereDocument?: WhereDocument | undefined;
  /** At most so many, first inserted first. Only together with `where` or `whereDocument`. */
  limit?: number | undefined;
}

export interface DeleteResult {
  /** How many records there were and are no more. */
  deleted: number;
}

export interface ModifyOptions {
  name?: string | undefined;
  /** Replaces the collection's metadata as a whole. */
  metadata?: CollectionMetadata | undefined;
  configuration?: UpdateCollectionConfiguration | undefined;
}

/** Chroma's servers can leave out what they have not indexed yet; here every write is visible, whatever is asked. */
export type ReadLevel = "index_and_wal" | "index_only" | "index_and_bounded_wal";

export interface CountOptions extends ConsistencyOptions {
  readLevel?: ReadLevel | undefined;
}

export interface SearchOptions extends ConsistencyOptions {
  readLevel?: ReadLevel | undefined;
  signal?: AbortSignal | undefined;
}

/** What a search ranks, filters and returns, as plain values or as the builder's. */
export interface SearchRequest {
  where?: object | null | undefined;
  /** An expression of `$knn`, `$val`, `$sum`, ...; smaller is better. Without it: order of insertion, no scores. */
  rank?: object | number | null | undefined;
  groupBy?: object | null | undefined;
  limit?: number | { offset?: number; limit?: number | null | undefined } | null | undefined;
  /** "#document", "#embedding", "#metadata", "#score" or keys of the metadata. Default: ids only. */
  select?: Keys | { keys?: Keys | undefined } | { toJSON(): { keys: string[] } } | null | undefined;
}

/** Keys by name, or as the builder's objects for them. */
type Keys = Iterable<string | { readonly name: string }>;

/** A search, or anything that can be turned into one: the builder's `Search`. */
export type SearchInput = SearchRequest | { toPayload(): object };

/** How much of a collection the graph holds. What it does not hold yet is found all the same, one by one. */
export interface IndexingStatus {
  num_indexed_ops: number;
  num_unindexed_ops: number;
  /** From 0 to 1. */
  op_indexing_progress: number;
  total_ops: number;
}
