/** The shapes of what `Collection.ingest` takes and tells. */
import type { Metadata } from "./types.js";

/** One record. Without an embedding its document is embedded. */
export interface IngestRecord {
  id: string;
  embedding?: number[] | Float32Array | undefined;
  document?: string | null | undefined;
  metadata?: Metadata | null | undefined;
  uri?: string | null | undefined;
}

/** Where records come from. A source that is no array is read as far as batches are taken, never ahead of them. */
export type IngestSource =
  | Iterable<IngestRecord>
  | AsyncIterable<IngestRecord>
  | ReadableStream<IngestRecord>;

export interface IngestOptions {
  /** How many records are embedded and written at a time: what is lost at most when the page is closed. Default 256. */
  batchSize?: number | undefined;
  /** How many records the source has, for `remaining`. Default: an array's length, else unknown. */
  total?: number | undefined;
  /**
   * Whether to go on where an earlier ingestion of the same source ended: records whose ids are in the collection are
   * left as they are, and not embedded. Default false: they are updated, as by `upsert`.
   */
  resume?: boolean | undefined;
  /** Called when a batch is stored. */
  onProgress?: ((progress: IngestProgress) => void) | undefined;
  /** Aborting rejects at once with the signal's reason. A batch that is being written may still be stored, as a whole. */
  signal?: AbortSignal | undefined;
}

export interface IngestProgress {
  /** Records of the source that are stored now, those left out among them. */
  done: number;
  /** Records that `resume` left out. */
  skipped: number;
  /** Records in the source, if that is known. */
  total: number | undefined;
  /** Records embedded and stored a second, so far. */
  rate: number;
  /** Seconds that the rest takes at this rate, if that can be told. */
  remaining: number | undefined;
}
