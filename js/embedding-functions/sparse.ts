/**
 * The registry of sparse embedding functions. Functions can be registered and named in a schema, as in Chroma;
 * a collection that would use one is refused, because sparse vectors are not supported.
 */
import { quote } from "../arguments.js";
import type { EmbeddingFunctionConfiguration } from "../configuration-types.js";
import { errorOf } from "../errors.js";
import type { SparseVector } from "../types.js";
import type { FunctionSettings } from "./function.js";

export interface SparseEmbeddingFunction {
  generate(texts: string[]): Promise<SparseVector[]>;
  generateForQueries?(texts: string[]): Promise<SparseVector[]>;
  name?: string;
  getConfig?(): FunctionSettings;
  validateConfigUpdate?(settings: FunctionSettings): void;
  validateConfig?(settings: FunctionSettings): void;
}

export interface SparseEmbeddingFunctionClass {
  // biome-ignore lint/suspicious/noExplicitAny: constructors differ.
  new (...args: any[]): SparseEmbeddingFunction;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: `client` is the one that asks; its class depends on the entry.
  buildFromConfig(settings: FunctionSettings, client?: any): SparseEmbeddingFunction;
}

export const knownSparseEmbeddingFunctions: Map<string, SparseEmbeddingFunctionClass> =
  /* @__PURE__ */ new Map();

export function registerSparseEmbeddingFunction(
  name: string,
  fn: SparseEmbeddingFunctionClass,
): void {
  if (knownSparseEmbeddingFunctions.has(name)) {
    throw errorOf(
      "invalid_argument",
      `A sparse embedding function of the name ${quote(name)} is already registered.`,
    );
  }
  knownSparseEmbeddingFunctions.set(name, fn);
}

/** A function built from what a schema's JSON says of it; undefined where its class is not registered. */
export async function getSparseEmbeddingFunction(
  client: unknown,
  stored?: EmbeddingFunctionConfiguration | null,
): Promise<SparseEmbeddingFunction | undefined> {
  if (stored?.type !== "known") return undefined;
  const { name, config } = stored;
  const known =
    knownSparseEmbeddingFunctions.get(name) ??
    knownSparseEmbeddingFunctions.get(name.replaceAll("_", "-"));
  try {
    return known?.buildFromConfig(config ?? {}, client);
  } catch {
    // As in Chroma: what cannot be built is missed where it is needed, not where its collection is opened.
    return undefined;
  }
}
