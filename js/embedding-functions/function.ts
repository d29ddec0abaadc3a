import type { Space } from "../configuration-types.js";
import type { Embeddings } from "../embeddings.js";

/** What an embedding function is made from again. Without secrets: it is stored with the collection. */
// biome-ignore lint/suspicious/noExplicitAny: each function knows the types of its own settings.
export type FunctionSettings = Record<string, any>;

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
  /** What the class's static `buildFromConfig` makes the same function from. */
  getConfig?(): FunctionSettings;
  /** Throws when the collection cannot go on with a function of these settings. */
  validateConfigUpdate?(settings: FunctionSettings): void;
  /** Throws when the settings are not valid. */
  validateConfig?(settings: FunctionSettings): void;
}

/** A class of embedding functions that can be built again from what is stored. */
export interface EmbeddingFunctionClass {
  // biome-ignore lint/suspicious/noExplicitAny: constructors differ.
  new (...args: any[]): EmbeddingFunction;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: `client` is the one that asks; its class depends on the entry.
  buildFromConfig(settings: FunctionSettings, client?: any): EmbeddingFunction;
}
