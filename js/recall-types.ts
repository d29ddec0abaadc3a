/** The shapes of `collection.measureRecall`. */
import type { Embeddings } from "./embeddings.js";

export interface MeasureRecallOptions {
  /** How many records, from all over the collection, are used as queries. Default 100. */
  sample?: number | undefined;
  /** How many neighbors are asked for. Default 10. */
  k?: number | undefined;
  /** Queries to measure with instead of a sample of the records: better, if they are real ones. */
  queryEmbeddings?: Embeddings | undefined;
  /** The recall for which an ef_search is recommended, above 0 and at most 1. Default 0.95. */
  target?: number | undefined;
  /** Set the collection's ef_search to what is recommended. Default false. */
  apply?: boolean | undefined;
  /** Called after each ef_search that was measured. */
  onProgress?: ((measured: RecallPoint) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What an ef_search achieves. */
export interface RecallPoint {
  ef_search: number;
  /** The share of the true k nearest among the k found, on average. */
  recall: number;
  /** Of a query, from the call to its answer, on average. */
  milliseconds: number;
}

export interface RecallReport {
  k: number;
  /** How many queries were measured. */
  queries: number;
  /** What the configured ef_search achieves. */
  configured: RecallPoint;
  /** By ef_search, ascending, from below the target to above it. */
  points: RecallPoint[];
  target: number;
  /**
   * The smallest measured ef_search that reaches the target; null where none does, or where the collection is small
   * enough to be scanned: then every answer is exact and ef_search has no effect.
   */
  recommended: number | null;
}
