/** Types that npm `chromadb` exports and that differ from those of the package's own entry, mostly in what is required. */
import type { ListDatabasesArgs as OwnListDatabasesArgs } from "../admin-client.js";
import type { Collection as CollectionClass } from "../collection.js";
import type {
  EmbeddingFunctionConfiguration,
  HnswConfiguration,
  Space,
  SpannConfiguration,
} from "../configuration-types.js";
import type {
  EmbeddingFunction as AnyFunction,
  FunctionSettings,
} from "../embedding-functions/function.js";
import type { SparseEmbeddingFunction } from "../embedding-functions/sparse.js";
import type { QueryRow } from "../results.js";
import type { Metadata } from "../types.js";

export type { EmbeddingFunctionClass } from "../embedding-functions/function.js";
export type {
  SparseEmbeddingFunction,
  SparseEmbeddingFunctionClass,
} from "../embedding-functions/sparse.js";
export type {
  CollectionMetadata,
  DeleteResult,
  IndexingStatus,
  Metadata,
  MetadataScalar,
  SparseVector,
  Where,
  WhereDocument,
} from "../types.js";

export type ListDatabasesArgs = OwnListDatabasesArgs;

/** What the client's calls return. An object type, so that others can implement it. */
export type Collection = Pick<CollectionClass, keyof CollectionClass>;

export type EmbeddingFunctionSpace = Space;

/** As Chroma has it: embeddings as arrays of numbers. The clients take functions that return Float32Arrays as well. */
export interface EmbeddingFunction extends AnyFunction {
  generate(texts: string[]): Promise<number[][]>;
  generateForQueries?(texts: string[]): Promise<number[][]>;
  // biome-ignore lint/suspicious/noExplicitAny: the client that asks.
  buildFromConfig?(settings: FunctionSettings, client?: any): EmbeddingFunction;
}

export type AnyEmbeddingFunction = EmbeddingFunction | SparseEmbeddingFunction;

export interface CollectionConfiguration {
  embeddingFunction?: EmbeddingFunctionConfiguration | null;
  hnsw?: HNSWConfiguration | null;
  spann?: SpannConfiguration | null;
}

export type HNSWConfiguration = HnswConfiguration;

export type CreateCollectionConfiguration = Omit<CollectionConfiguration, "embeddingFunction"> & {
  embeddingFunction?: EmbeddingFunction;
};

export interface UpdateCollectionConfiguration {
  embeddingFunction?: EmbeddingFunction;
  hnsw?: UpdateHNSWConfiguration;
  spann?: UpdateSPANNConfiguration;
}

export interface UpdateHNSWConfiguration {
  batch_size?: number;
  ef_search?: number;
  num_threads?: number;
  resize_factor?: number;
  sync_threshold?: number;
}

export interface UpdateSPANNConfiguration {
  search_nprobe?: number;
  ef_search?: number;
}

export interface BaseRecordSet {
  embeddings?: number[][];
  metadatas?: Metadata[];
  documents?: string[];
  uris?: string[];
}

export interface RecordSet extends BaseRecordSet {
  ids: string[];
}

export interface PreparedRecordSet extends Omit<RecordSet, "embeddings"> {
  embeddings?: number[][] | string[];
}

export interface PreparedInsertRecordSet extends PreparedRecordSet {
  embeddings: number[][] | string[];
}

export interface QueryRecordSet extends BaseRecordSet {
  ids?: string[];
  embeddings: number[][];
}

export type QueryRowResult<TMeta extends object = Metadata> = QueryRow<TMeta>;
