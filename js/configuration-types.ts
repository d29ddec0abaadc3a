/** The shapes of a collection's configuration. */
import type { EmbeddingFunction } from "./embedding-functions/function.js";

/** How far apart two embeddings are. Smaller is closer: squared l2, 1 - cosine, 1 - dot product. */
export type Space = "l2" | "cosine" | "ip";

/** What is stored of an embedding function: enough to build it again, or that it cannot be. */
export type EmbeddingFunctionConfiguration =
  | { type: "known"; name: string; config: unknown }
  | { type: "legacy" }
  | { type: "unknown" };

/**
 * What the graph is walked on; results are measured on the embeddings themselves in any case. "int8" (the default): a
 * byte a number beside the embeddings, about twice as fast, a quarter more memory. "none": the embeddings alone.
 * "binary": a bit a number, about a sixth of what int8 adds; recall as before, linking takes longer.
 */
export type Quantization = "int8" | "binary" | "none";

/**
 * Where the embeddings themselves are while the collection is in use. "memory" (the default). "stored": in IndexedDB,
 * and read a few at a time to measure what a search found on their codes; a collection then takes a third of the memory,
 * and a query some milliseconds.
 */
export type EmbeddingResidence = "memory" | "stored";

/** Settings of the nearest-neighbor graph. */
export interface HnswConfiguration {
  /** Default "l2". Fixed when the collection is created. */
  space?: Space | null;
  /** Candidates looked at while linking a record in. 1 to 10000, default 100; higher links better and slower. Fixed at creation. */
  ef_construction?: number | null;
  /** Candidates looked at in a query. 1 to 10000, default 100; higher finds more of the true neighbors and is slower. */
  ef_search?: number | null;
  /** Links per record (twice as many on the bottom level). 2 to 128, default 16. */
  max_neighbors?: number | null;
  /** Kept and reported, as Chroma does; nothing here depends on it. */
  resize_factor?: number | null;
  /** Kept and reported, as Chroma does; nothing here depends on it. */
  sync_threshold?: number | null;
  /** Taken and not kept, as Chroma does. */
  batch_size?: number | null;
  /**
   * How many workers build the graph, each with its own copy of embeddings and graph while it helps: worth it for many
   * records at a time, on a machine with as many cores. Default 1. Kept and, as in Chroma, not reported. Where the engine
   * does not run in a worker (`worker: false`, Node), one builds.
   */
  num_threads?: number | null;
}

/** Settings of the index of Chroma Cloud. Only its space means something here. */
export interface SpannConfiguration {
  space?: Space | null;
  ef_construction?: number | null;
  ef_search?: number | null;
  max_neighbors?: number | null;
  merge_threshold?: number | null;
  reassign_neighbor_count?: number | null;
  search_nprobe?: number | null;
  split_threshold?: number | null;
  write_nprobe?: number | null;
}

/** A collection's configuration, every default filled in. */
export interface CollectionConfiguration {
  hnsw: {
    space: Space;
    ef_construction: number;
    ef_search: number;
    max_neighbors: number;
    resize_factor: number;
    sync_threshold: number;
  };
  spann: null;
  /** Left out when it is the default, "int8". */
  quantization?: Quantization;
  /** Left out when it is the default, "memory". */
  embeddings?: EmbeddingResidence;
  /** Null when the collection was created with `embeddingFunction: null`. */
  embedding_function: EmbeddingFunctionConfiguration | null;
  /** The same under the name that Chroma's types give it; not enumerable. */
  readonly embeddingFunction?: EmbeddingFunctionConfiguration | null;
}

export interface CreateCollectionConfiguration {
  hnsw?: HnswConfiguration | null | undefined;
  spann?: SpannConfiguration | null | undefined;
  /** Default "int8". */
  quantization?: Quantization | null | undefined;
  /**
   * Default "memory". Fixed when the collection is created. "stored" needs a `PersistentClient` and a quantization, which
   * is then fixed as well.
   */
  embeddings?: EmbeddingResidence | null | undefined;
  /** The same as the option `embeddingFunction` beside it; give one of the two. */
  embeddingFunction?: EmbeddingFunction | null | undefined;
  /** As another collection reports it; used where no function is given. */
  embedding_function?: EmbeddingFunctionConfiguration | null | undefined;
}

export interface UpdateCollectionConfiguration {
  /** Space and ef_construction are fixed when a collection is created. */
  hnsw?:
    | {
        ef_search?: number;
        max_neighbors?: number;
        resize_factor?: number;
        sync_threshold?: number;
        batch_size?: number;
        num_threads?: number;
      }
    | undefined;
  /** Changed at once, in time proportional to the records. */
  quantization?: Quantization | undefined;
  /** Chroma's types allow it; refused, because no collection here has such an index. */
  spann?: { search_nprobe?: number; ef_search?: number } | undefined;
  /** Embeds for this collection from now on, and is stored as its embedding function. */
  embeddingFunction?: EmbeddingFunction | undefined;
}
