import type { Embeddings } from "../embeddings.js";
import type { Space } from "../types.js";

/** Turns texts into embeddings. Any object with `generate` will do. */
export interface EmbeddingFunction {
  /**
   * One embedding per text, in the order of the texts. `signal` is the one given to the call that needs them.
   * What it throws reaches that call's caller unchanged, and nothing is written.
   */
  generate(
    texts: string[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Embeddings> | Embeddings;
  /** Used for query texts when present, for models that embed questions and passages differently. */
  generateForQueries?(
    texts: string[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Embeddings> | Embeddings;
  name?: string;
  /** The space of a new collection whose configuration names none; needs `supportedSpaces` beside it. */
  defaultSpace?(): Space;
  supportedSpaces?(): Space[];
}
