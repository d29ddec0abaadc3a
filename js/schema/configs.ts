/** What kinds of index a schema speaks of, and their settings. Names follow npm `chromadb` 3.5.0. */
import type { HnswConfiguration, Space, SpannConfiguration } from "../configuration-types.js";
import type { EmbeddingFunction } from "../embedding-functions/function.js";
import type { SparseEmbeddingFunction } from "../embedding-functions/sparse.js";

/** The key under which a schema holds the records' documents. */
export const DOCUMENT_KEY = "#document";
/** The key under which a schema holds the records' embeddings. */
export const EMBEDDING_KEY = "#embedding";

/** Search in the text of documents. */
export class FtsIndexConfig {
  readonly type = "FtsIndexConfig";
}

/** Filters on strings of the metadata. */
export class StringInvertedIndexConfig {
  readonly type = "StringInvertedIndexConfig";
}

/** Filters on whole numbers of the metadata. */
export class IntInvertedIndexConfig {
  readonly type = "IntInvertedIndexConfig";
}

/** Filters on other numbers of the metadata. */
export class FloatInvertedIndexConfig {
  readonly type = "FloatInvertedIndexConfig";
}

/** Filters on booleans of the metadata. */
export class BoolInvertedIndexConfig {
  readonly type = "BoolInvertedIndexConfig";
}

/** The settings of the nearest-neighbor graph, without its space. */
export type HnswIndexConfig = Omit<HnswConfiguration, "space">;

/** Settings of the index of Chroma Cloud: kept, without a meaning here. */
export interface SpannIndexConfig extends Omit<SpannConfiguration, "space"> {
  center_drift_threshold?: number | null;
  initial_lambda?: number | null;
  nreplica_count?: number | null;
  num_centers_to_merge_to?: number | null;
  num_samples_kmeans?: number | null;
  quantize?: "none" | "four_bit_rabit_q_with_u_search";
  search_rng_epsilon?: number | null;
  search_rng_factor?: number | null;
  write_rng_epsilon?: number | null;
  write_rng_factor?: number | null;
}

/** A key by name, or the builder's object for it. */
type SourceKey = string | { readonly name: string } | null | undefined;

export interface VectorIndexConfigOptions {
  space?: Space | null | undefined;
  embeddingFunction?: EmbeddingFunction | null | undefined;
  sourceKey?: SourceKey;
  hnsw?: HnswIndexConfig | null | undefined;
  spann?: SpannIndexConfig | null | undefined;
}

/** The index of the embeddings. */
export class VectorIndexConfig {
  readonly type = "VectorIndexConfig";
  space: Space | null;
  embeddingFunction?: EmbeddingFunction | null | undefined;
  sourceKey: string | null;
  hnsw: HnswIndexConfig | null;
  spann: SpannIndexConfig | null;

  constructor(options: VectorIndexConfigOptions = {}) {
    this.space = options.space ?? null;
    this.embeddingFunction = options.embeddingFunction;
    this.sourceKey = nameOf(options.sourceKey);
    this.hnsw = options.hnsw ?? null;
    this.spann = options.spann ?? null;
  }
}

export interface SparseVectorIndexConfigOptions {
  embeddingFunction?: SparseEmbeddingFunction | null | undefined;
  sourceKey?: SourceKey;
  bm25?: boolean | null | undefined;
}

/** An index of sparse vectors. A schema can name one; a collection with it is refused. */
export class SparseVectorIndexConfig {
  readonly type = "SparseVectorIndexConfig";
  embeddingFunction?: SparseEmbeddingFunction | null | undefined;
  sourceKey: string | null;
  bm25: boolean | null;

  constructor(options: SparseVectorIndexConfigOptions = {}) {
    this.embeddingFunction = options.embeddingFunction;
    this.sourceKey = nameOf(options.sourceKey);
    this.bm25 = options.bm25 ?? null;
  }
}

export type IndexConfig =
  | FtsIndexConfig
  | VectorIndexConfig
  | SparseVectorIndexConfig
  | StringInvertedIndexConfig
  | IntInvertedIndexConfig
  | FloatInvertedIndexConfig
  | BoolInvertedIndexConfig;

function nameOf(key: SourceKey): string | null {
  return typeof key === "object" && key !== null ? key.name : (key ?? null);
}
