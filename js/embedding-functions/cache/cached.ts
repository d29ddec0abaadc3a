/** An embedding function that remembers: the same text is embedded once, across calls and visits. */
import { abortable } from "../../abort.js";
import { checkEmbeddingFunction, checkOptions, quote } from "../../arguments.js";
import { generatedRows } from "../../embeddings.js";
import { errorOf } from "../../errors.js";
import type { EmbeddingFunction, FunctionSettings } from "../function.js";
import { type CacheSize, type EmbeddingStore, MemoryStore } from "./store.js";

export interface CacheOptions {
  /** false embeds every text anew, and touches nothing that is kept. Default true. */
  enabled?: boolean | undefined;
  /** How much the cache may hold, for all functions together. Default 64 MiB: about 38,000 embeddings of 384 numbers. */
  maxBytes?: number | undefined;
  /** Name of the IndexedDB database. Default "vecino-embeddings". Not used in Node, which keeps the cache in memory. */
  database?: string | undefined;
  /** What tells this function's embeddings from those of others; needed for a function without name and getConfig. */
  identity?: string | undefined;
}

/** The function that it was made of, for all that a collection knows of it, with a cache before it. */
export interface CachedEmbeddingFunction extends EmbeddingFunction {
  generate(
    texts: string[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Float32Array[]>;
  /** Forgets the embeddings of all functions that share the database. */
  clearCache(): Promise<void>;
  cacheSize(): Promise<CacheSize>;
}

const MAX_BYTES = 64 * 2 ** 20;
const DATABASE = "vecino-embeddings";

/** Settings that say how a service is asked, not what it answers. */
const MANNERS = [
  "api_key_env_var",
  "batch_size",
  "concurrency",
  "retries",
  "retry_delay",
  "timeout",
  "keep_alive",
  "wasm_path",
];

export function cachedEmbeddingFunction(
  embeddingFunction: EmbeddingFunction,
  options: CacheOptions = {},
): CachedEmbeddingFunction {
  const call = "cachedEmbeddingFunction()";
  checkEmbeddingFunction(call, embeddingFunction);
  checkOptions(call, options, ["enabled", "maxBytes", "database", "identity"]);
  const { enabled = true, maxBytes = MAX_BYTES, database = DATABASE } = options;
  const identity = identityOf(embeddingFunction, options.identity);
  const keep = () => keptIn(database);

  const through =
    (role: string, generate: EmbeddingFunction["generate"]) =>
    async (texts: string[], given?: { signal?: AbortSignal | undefined }) => {
      const ask = async (missing: string[]) => {
        const generated = await generate.call(embeddingFunction, missing, given);
        const rows = generatedRows(generated, missing.length, quote(identity));
        return missing.map((_, i) => rows.copy(i, i + 1));
      };
      if (!enabled) return texts.length === 0 ? [] : ask(texts);
      return remembered(
        await keep(),
        maxBytes,
        `${identity}\n${role}\n`,
        texts,
        given?.signal,
        ask,
      );
    };

  const { generateForQueries } = embeddingFunction;
  // Methods that are there, bound: what a class keeps private is reached through its own object only.
  const others = ["defaultSpace", "supportedSpaces", "getConfig", "validateConfigUpdate"] as const;
  const bound = others.flatMap((name) => {
    const method = embeddingFunction[name] as ((...args: unknown[]) => unknown) | undefined;
    return method ? [[name, method.bind(embeddingFunction)]] : [];
  });
  return {
    ...(embeddingFunction.name === undefined ? {} : { name: embeddingFunction.name }),
    ...Object.fromEntries(bound),
    // What is stored with a collection is the function itself; it is built again without a cache.
    constructor: embeddingFunction.constructor,
    generate: through("document", embeddingFunction.generate),
    ...(generateForQueries && { generateForQueries: through("query", generateForQueries) }),
    clearCache: async () => (await keep()).store.clear(),
    cacheSize: async () => (await keep()).store.size(),
  };
}

function identityOf(embeddingFunction: EmbeddingFunction, given: string | undefined): string {
  if (given !== undefined) return given;
  const { name } = embeddingFunction;
  const settings: FunctionSettings | undefined = embeddingFunction.getConfig?.();
  if (name && settings) {
    const kept = Object.entries(settings).filter(([key]) => !MANNERS.includes(key));
    return JSON.stringify([name, ...kept.sort(([a], [b]) => (a < b ? -1 : 1))]);
  }
  throw errorOf(
    "invalid_argument",
    "cachedEmbeddingFunction(): the function has no name and getConfig() that tell which model it is; pass identity, " +
      'for example { identity: "my-model-v1" }.',
  );
}

interface Kept {
  store: EmbeddingStore;
  /** What is being embedded at the moment, by key. */
  pending: Map<string, Promise<unknown>>;
}

const kept: Map<string, Promise<Kept>> = /* @__PURE__ */ new Map();

/** The store of that name, opened when it is first needed: IndexedDB where there is one. */
function keptIn(database: string): Promise<Kept> {
  const open = async () => {
    const pending = new Map<string, Promise<unknown>>();
    if (typeof indexedDB === "undefined") return { store: new MemoryStore(), pending };
    const { IndexedDBStore } = await import("./indexed-db.js");
    return { store: new IndexedDBStore(database), pending };
  };
  const opened = kept.get(database) ?? open();
  kept.set(database, opened);
  return opened;
}

type Ask = (texts: string[]) => Promise<Float32Array[]>;

async function remembered(
  { store, pending }: Kept,
  maxBytes: number,
  prefix: string,
  texts: string[],
  signal: AbortSignal | undefined,
  ask: Ask,
): Promise<Float32Array[]> {
  if (texts.length === 0) return [];
  const keys = await Promise.all(texts.map((text) => hash(prefix + text)));
  const textOf = new Map(keys.map((key, index) => [key, texts[index] as string]));
  // What another call is embedding is waited for. If that fails, this call embeds it.
  for (;;) {
    const others = [...textOf.keys()].flatMap((key) => pending.get(key) ?? []);
    if (others.length === 0) break;
    await abortable(signal, () => Promise.allSettled(others));
  }
  const work = lookUp(store, maxBytes, textOf, ask);
  for (const key of textOf.keys()) pending.set(key, work);
  try {
    const found = await work;
    return keys.map((key) => found.get(key) as Float32Array);
  } finally {
    for (const key of textOf.keys()) pending.delete(key);
  }
}

/** The embeddings of all keys: those that are kept, and those that were missing. */
async function lookUp(
  store: EmbeddingStore,
  maxBytes: number,
  textOf: Map<string, string>,
  ask: Ask,
): Promise<Map<string, Float32Array>> {
  // What the cache cannot read or keep costs another call, never the embeddings.
  const found = await store.read([...textOf.keys()]).catch(warned(new Map<string, Float32Array>()));
  const missing = [...textOf.keys()].filter((key) => !found.has(key));
  if (missing.length === 0) return found;
  const generated = await ask(missing.map((key) => textOf.get(key) as string));
  const added = new Map(missing.map((key, i) => [key, generated[i] as Float32Array]));
  checkLengths(found, added);
  await store.write(added, maxBytes).catch(warned(undefined));
  return new Map([...found, ...added]);
}

/** A model that was replaced under its old name. */
function checkLengths(found: Map<string, Float32Array>, added: Map<string, Float32Array>): void {
  const [old] = found.values();
  const [fresh] = added.values();
  if (!old || !fresh || old.length === fresh.length) return;
  throw errorOf(
    "embedding_function",
    `The cache holds embeddings of ${old.length} dimensions, and the embedding function returned ${fresh.length}: ` +
      "its model was changed under the same name. Call clearCache(), and embed the collection anew.",
  );
}

function warned<T>(instead: T): (error: unknown) => T {
  return (error) => {
    console.warn("vecino: the cache of embeddings could not be used:", error);
    return instead;
  };
}

/** SHA-256, so that no two texts ever share an embedding. */
async function hash(text: string): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw errorOf(
      "unsupported",
      "The cache of embeddings needs crypto.subtle, which browsers have in pages of https:// and localhost only. " +
        "Serve the page there, or pass enabled: false.",
    );
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return String.fromCharCode(...new Uint8Array(digest));
}
