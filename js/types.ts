/** The shapes of what goes into and comes out of the public calls. Names follow npm `chromadb` 3.5.0. */
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import type { Embeddings } from "./embeddings.js";
import type { Include } from "./results.js";

/** How far apart two embeddings are. Smaller is closer: squared l2, 1 - cosine, 1 - dot product. */
export type Space = "l2" | "cosine" | "ip";

/** Chroma's types allow these as metadata values; this version refuses them (`invalid_metadata`). */
type RefusedValue =
  | string[]
  | number[]
  | boolean[]
  | { indices: number[]; values: number[]; tokens?: string[] | null };

/** What a metadata key may hold. In an update or upsert null removes the key. */
export type MetadataValue = string | number | boolean | null | RefusedValue;

/** Metadata of one record. Keys are not empty and start with neither `#` nor `$`. */
export type Metadata = Record<string, MetadataValue>;

/** Metadata of a collection: the same values as a record's. */
export type CollectionMetadata = Record<string, MetadataValue>;

export type LiteralValue = string | number | boolean;

/** Chroma's types allow these inside a field; this version refuses them by name (`invalid_filter`). */
type RefusedOperator =
  | { $contains: LiteralValue }
  | { $not_contains: LiteralValue }
  | { $and: LiteralValue }
  | { $or: LiteralValue };

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
  | RefusedOperator;

/** A filter on metadata: `{ year: 1999 }`, `{ year: { $gte: 1990 } }`, `{ $and: [..] }`, `{ $or: [..] }`. */
export type Where =
  | { [key: string]: LiteralValue | OperatorExpression }
  | { $and: Where[] }
  | { $or: Where[] };

/** Chroma's types allow these; this version refuses them by name (`invalid_filter`). */
type RefusedDocumentOperator =
  | { $matches: string }
  | { $not_matches: string }
  | { $regex: string }
  | { $not_regex: string };

/** A filter on the document's text; `$contains` is a case-sensitive substring. */
export type WhereDocument =
  | { $contains: string }
  | { $not_contains: string }
  | { $and: WhereDocument[] }
  | { $or: WhereDocument[] }
  | RefusedDocumentOperator;

/** Settings of the nearest-neighbor graph. */
export interface HnswConfiguration {
  /** Default "l2". Fixed when the collection is created. */
  space?: Space | null;
  /** Candidates looked at while linking a record in. 1 to 10000, default 100; higher links better and slower. Fixed at creation. */
  ef_construction?: number | null;
  /** Candidates looked at in a query. 1 to 10000, default 100; higher finds more of the true neighbors and is slower. */
  ef_search?: number | null;
  /** Links per record (twice as many on the bottom level). 2 to 128, default 16. Fixed at creation. */
  max_neighbors?: number | null;
}

/** A collection's configuration, every default filled in. */
export interface CollectionConfiguration {
  hnsw: { space: Space; ef_construction: number; ef_search: number; max_neighbors: number };
}

export interface CreateCollectionConfiguration {
  hnsw?: HnswConfiguration | null;
  /** The same as the option `embeddingFunction` beside it; give one of the two. */
  embeddingFunction?: EmbeddingFunction | null;
}

export interface UpdateCollectionConfiguration {
  /** Everything else is fixed when a collection is created. */
  hnsw?: { ef_search?: number };
  /** Used by this collection object from now on. */
  embeddingFunction?: EmbeddingFunction;
}

export interface CreateCollectionOptions {
  /** 3 to 512 characters of [a-zA-Z0-9._-], beginning and ending with a letter or digit. */
  name: string;
  /** Ignored by `getOrCreateCollection` when the collection exists. */
  configuration?: CreateCollectionConfiguration | undefined;
  /** Ignored by `getOrCreateCollection` when the collection exists. */
  metadata?: CollectionMetadata | undefined;
  /** Turns documents and query texts into embeddings. It is not stored: pass it again after a reload. */
  embeddingFunction?: EmbeddingFunction | null | undefined;
}

export interface GetCollectionOptions {
  name: string;
  /** Turns documents and query texts into embeddings. It is not stored: pass it again after a reload. */
  embeddingFunction?: EmbeddingFunction | null | undefined;
}

export interface ListCollectionsOptions {
  /** Default 100. */
  limit?: number | undefined;
  /** How many to skip, in order of creation. Default 0. */
  offset?: number | undefined;
}

/** Columns of records: element i of each list belongs to `ids[i]`. */
export interface RecordSet {
  /** Not empty, no id twice. */
  ids: string[];
  /** One row per id, or one Float32Array of ids.length x dimension. Without it the documents are embedded. */
  embeddings?: Embeddings | undefined;
  metadatas?: (Metadata | null | undefined)[] | undefined;
  documents?: (string | null | undefined)[] | undefined;
  uris?: (string | null | undefined)[] | undefined;
  /** Aborting rejects the call at once with the signal's reason; what was already sent may still be written. */
  signal?: AbortSignal | undefined;
}

export interface GetOptions {
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

export interface PeekOptions {
  /** Default 10. */
  limit?: number | undefined;
}

export interface QueryOptions {
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

/** What a client holds in memory right now: the collections that were used since it was opened. */
export interface ClientStats {
  /** Records in those collections. */
  records: number;
  /** All collections of the database. */
  collections: number;
  /** Records that are searched one by one because the graph does not hold them yet. */
  unlinked: number;
  /** True for a PersistentClient. */
  persistent: boolean;
  /** Size of the engine's memory in bytes. */
  wasmBytes: number;
}

/** What the browser says of this origin's storage. */
export interface StorageReport {
  /** Whether the browser promised not to clear it when space runs short. */
  persisted: boolean;
  /** Bytes in use by the whole origin, as far as the browser tells. */
  usage: number | undefined;
  /** Bytes the origin may use, as far as the browser tells. */
  quota: number | undefined;
}
