/** The shapes of what `Collection.reembed` takes and tells. */
import type { EmbeddingFunction } from "./embedding-functions/function.js";

export interface ReembedOptions {
  /** What embeds for the collection from then on. Needs a `name` for its unfinished work to be recognized. */
  embeddingFunction: EmbeddingFunction;
  /** How many documents are embedded and written at a time: what is lost at most by a crash. Default 256. */
  batchSize?: number | undefined;
  /** Called when a batch is stored. */
  onProgress?: ((progress: ReembedProgress) => void) | undefined;
  /** Aborting rejects at once with the signal's reason. The collection keeps its old embeddings. */
  signal?: AbortSignal | undefined;
}

export interface ReembedProgress {
  /** Records that have a new embedding, those of an earlier, interrupted call among them. */
  done: number;
  /** Records in the collection. */
  total: number;
  /** Records embedded and stored a second, so far. */
  rate: number;
  /** Seconds that the rest takes at this rate, if that can be told. */
  remaining: number | undefined;
}
