/** Moving a collection over to another embedding function. Loaded when a program first does it. */
import { abortable } from "./abort.js";
import { checkEmbeddingFunction, checkOptions, checkSignal, quote } from "./arguments.js";
import { Records } from "./batch.js";
import type { Client } from "./client.js";
import type { Collection, StoredSchema } from "./collection.js";
import type { Extra } from "./configuration.js";
import type { Connection } from "./connection.js";
import type { Embedder, embedDocuments } from "./embed.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import type { Rows } from "./embeddings.js";
import { errorOf, VecinoError } from "./errors.js";
import { checkBatchSize, checkOnProgress, Progress } from "./progress.js";
import type { ReembedOptions, ReembedProgress } from "./reembed-types.js";
import type { CollectionInfo, GetColumns, Scope } from "./transport/protocol.js";
import type { Metadata } from "./types.js";

const CALL = "reembed()";
const OPTIONS = ["embeddingFunction", "batchSize", "onProgress", "signal"] as const;

/** How many ids are asked for at a time: finding them takes a look at every record. */
const IDS = 20_000;

/** The name of the hidden collection, in a database that is named by the key of the collection it is of. */
const HEIR = "unfinished-reembed";
const HEIRS = "\0";

/** Collections that are being embedded anew in this thread, and how that ends. */
const busy = new Map<string, { signal: AbortSignal | undefined; ended: Promise<unknown> }>();

/** What is stored with the collection from then on, and its schema, read from that. */
export interface NewParts {
  extra: Extra;
  schema: StoredSchema | undefined;
}

/** What the collection's module has already. */
interface Tools {
  embed: typeof embedDocuments;
  /** What is to be stored with the collection beside its settings. */
  extraOf(embeddingFunction: EmbeddingFunction): Extra;
  /** Called as soon as the collection has its new embeddings. */
  finished(info: CollectionInfo, parts: NewParts): void;
}

/** See `Collection.reembed`. */
export async function reembed(
  collection: Collection,
  client: Client,
  key: string,
  options: ReembedOptions,
  { embed, extraOf, finished }: Tools,
): Promise<ReembedProgress> {
  checkOptions(CALL, options, OPTIONS);
  const { embeddingFunction, onProgress } = options;
  checkEmbeddingFunction(CALL, embeddingFunction);
  if (!embeddingFunction) throw invalid(`${CALL} needs the embeddingFunction to move over to.`);
  checkOnProgress(CALL, onProgress);
  const batchSize = checkBatchSize(CALL, options.batchSize);
  const signal = checkSignal(CALL, options.signal);
  const parts = await newParts(extraOf(embeddingFunction), client);
  const work = new Work(client.connection, key, embeddingFunction, collection.name, embed, signal);
  const progress = new Progress(0);
  const now = (): ReembedProgress => {
    const { skipped: _, ...told } = progress.now();
    return { ...told, total: progress.total ?? 0 };
  };

  const run = () =>
    alone(collection, signal, async () => {
      await work.check();
      const heir = await work.begin(collection, parts.extra);
      while (true) {
        signal?.throwIfAborted();
        const lacking = await work.ask(heir);
        if (!Array.isArray(lacking)) {
          // Undefined: another tab has just written something.
          if (!lacking) continue;
          finished(lacking, parts);
          return;
        }
        const [count, total, ...ids] = lacking;
        const done = total - count - progress.done;
        progress.advance(done, done);
        progress.total = total;
        if (count === 0) await work.deleteEnded(heir);
        // While a batch is written the next one is read and embedded; no further ahead.
        let writing: Promise<void> = Promise.resolve();
        try {
          for (let first = 0; first < ids.length; first += batchSize) {
            const part = ids.slice(first, first + batchSize);
            const write = await work.embed(heir, part);
            await writing;
            signal?.throwIfAborted();
            writing = write().then(() => {
              progress.advance(part.length, 0);
              if (!signal?.aborted) onProgress?.(now());
            });
            // It is awaited above or below; until then its failure is nobody's unhandled rejection.
            writing.catch(() => {});
          }
        } finally {
          await writing;
        }
      }
    });
  try {
    await abortable(signal, run);
  } catch (error) {
    if (error instanceof VecinoError && error.code !== "not_found" && progress.done > 0) {
      error.message += ` (${progress.done} of ${progress.total} records are embedded anew; call ${CALL} again to go on.)`;
    }
    throw error;
  }
  return now();
}

/** The steps, each of them calls of the engine. */
class Work {
  readonly #connection: Connection;
  readonly #key: string;
  readonly #embedder: Embedder & { embeddingFunction: EmbeddingFunction };
  readonly #embed: typeof embedDocuments;
  readonly #signal: AbortSignal | undefined;

  constructor(
    connection: Connection,
    key: string,
    embeddingFunction: EmbeddingFunction,
    name: string,
    embed: typeof embedDocuments,
    signal: AbortSignal | undefined,
  ) {
    this.#connection = connection;
    this.#key = key;
    this.#embedder = { name, embeddingFunction, missing: undefined };
    this.#embed = embed;
    this.#signal = signal;
  }

  /** Throws if there are records that cannot be embedded. */
  async check(): Promise<void> {
    await this.#connection.call("follow", this.#key);
    // Every text contains the empty one.
    const bare = { whereDocument: { $not_contains: "" } };
    const { ids } = await this.#connection.call("get", this.#key, bare, []);
    if (ids.length > 0) throw withoutDocument(ids);
  }

  /** The hidden collection of an earlier call with this function, or a new one. Any other is deleted. */
  async begin(collection: Collection, extra: Extra): Promise<string> {
    const scope: Scope = { tenant: HEIRS, database: this.#key };
    const { hnsw, quantization, embeddings } = collection.configuration;
    const configuration = { hnsw, quantization, embeddings };
    const metadata = { function: identityOf(this.#embedder.embeddingFunction) };
    const text = JSON.stringify(extra);
    const create = () =>
      this.#connection.call("createCollection", scope, HEIR, metadata, configuration, text, true);
    let heir = await create();
    if (heir.metadata?.["function"] !== metadata.function) {
      await this.#connection.call("deleteCollection", scope, HEIR);
      heir = await create();
    }
    return heir.key;
  }

  /** What the heir lacks; or the collection with its new embeddings, if that is nothing. */
  async ask(heir: string) {
    for (const key of [this.#key, heir]) await this.#connection.call("follow", key);
    return this.#connection.call("inherit", this.#key, heir, IDS);
  }

  /** Deletes from the heir what the collection no longer has. */
  async deleteEnded(heir: string): Promise<void> {
    const [now, then] = await Promise.all(
      [this.#key, heir].map((key) => this.#connection.call("get", key, {}, [])),
    );
    const known = new Set(now?.ids);
    const ended = then?.ids.filter((id) => !known.has(id)) ?? [];
    if (ended.length > 0) await this.#connection.call("delete", heir, { ids: ended });
  }

  /** Embeds records of the collection where the heir has no embedding of their documents; what it returns stores them. */
  async embed(heir: string, wanted: string[]): Promise<() => Promise<void>> {
    const columns = ["documents", "metadatas", "uris"];
    const [now, then] = await Promise.all([
      this.#connection.call("get", this.#key, { ids: wanted }, columns),
      this.#connection.call("get", heir, { ids: wanted }, [...columns, "embeddings"]),
    ]);
    const { ids, documents = [], metadatas = [], uris = [] } = now;
    const bare = ids.filter((_, i) => typeof documents[i] !== "string");
    if (bare.length > 0) throw withoutDocument(bare);
    const known = new Map(then.ids.map((id, row) => [id, row]));
    /** The row of a record in the heir, if it is of the same document there. */
    const rowOf = (i: number) => {
      const row = known.get(ids[i] as string);
      return row !== undefined && then.documents?.[row] === documents[i] ? row : undefined;
    };
    const fresh = ids.map((_, i) => i).filter((i) => rowOf(i) === undefined);
    let made: Rows = { dimension: then.dimension, copy: () => new Float32Array(0) };
    if (fresh.length > 0) {
      const texts = {
        ids: fresh.map((i) => ids[i] as string),
        documents: fresh.map((i) => documents[i]),
        signal: this.#signal,
      };
      // A function that does not know of the signal must not keep others from going on.
      const embed = () => this.#embed(CALL, texts, this.#embedder);
      made = await abortable(this.#signal, embed);
    }
    const { dimension } = made;
    const embeddings = new Float32Array(ids.length * dimension);
    for (const [at, i] of fresh.entries()) {
      embeddings.set(made.copy(at, at + 1), i * dimension);
    }
    /** Deleted and added again: their place is another one, or something of them is gone. */
    const added = ids.filter((id, i) => {
      const row = known.get(id);
      if (row === undefined) return false;
      return contentOf(now, i) === contentOf(then, row) || (then.uris?.[row] && !uris[i]);
    });
    for (const i of ids.keys()) {
      const row = rowOf(i);
      if (row === undefined || !then.embeddings) continue;
      embeddings.set(
        then.embeddings.subarray(row * dimension, (row + 1) * dimension),
        i * dimension,
      );
    }
    const patches = metadatas.map((metadata, i) =>
      replacing(then.metadatas?.[known.get(ids[i] as string) ?? -1], metadata),
    ) as (Metadata | null)[];
    return async () => {
      if (added.length > 0) await this.#connection.call("delete", heir, { ids: added });
      if (ids.length === 0) return;
      const batch = { ids, documents, uris, embeddings, metadatas: patches };
      await this.#connection.call("upsert", heir, new Records("upsert", batch).parts());
    };
  }
}

/** All of a record but id and embedding, to be compared. */
function contentOf({ documents, metadatas, uris }: GetColumns, row: number): string {
  const entries = Object.entries(metadatas?.[row] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([documents?.[row], uris?.[row], entries]);
}

/** What turns the one metadata into the other: keys that have gone are null. */
function replacing(
  then: Metadata | null | undefined,
  now: Metadata | null | undefined,
): object | null {
  const gone = Object.keys(then ?? {}).map((key) => [key, null]);
  return then ? { ...Object.fromEntries(gone), ...now } : (now ?? null);
}

/** Runs `work` unless the collection is being embedded anew already, in whatever tab. */
async function alone(
  { id, name }: Collection,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const refused = () =>
    errorOf(
      "already_exists",
      `${CALL} of collection ${quote(name)} is under way, here or in another tab: wait for it or abort it.`,
    );
  for (let other = busy.get(id); other; other = busy.get(id)) {
    if (!other.signal?.aborted) throw refused();
    await other.ended;
  }
  const { locks } = typeof navigator === "undefined" ? {} : (navigator as Partial<Navigator>);
  const working = locks
    ? locks.request(`vecino:reembed:${id}`, { ifAvailable: true }, (lock) => {
        if (!lock) throw refused();
        return work();
      })
    : work();
  const ended = working.catch(() => {}).then(() => busy.delete(id));
  busy.set(id, { signal, ended });
  await working;
}

/** By which unfinished work is recognized; that of a function without a name never is. */
function identityOf(embeddingFunction: EmbeddingFunction): string {
  const { name } = embeddingFunction;
  if (!name) return `${Math.random()} ${Date.now()}`;
  return JSON.stringify([name, embeddingFunction.getConfig?.()]);
}

/** The schema, if there is one, names the function as well. */
async function newParts(extra: Extra, client: Client): Promise<NewParts> {
  if (!extra.schema) return { extra, schema: undefined };
  const { storedSchema, withEmbeddingFunction } = await import("./schema/stored.js");
  const schema = withEmbeddingFunction(extra.schema, extra.embedding_function ?? null);
  return { extra: { ...extra, schema }, schema: await storedSchema(schema, client) };
}

function withoutDocument(ids: string[]): VecinoError {
  const named = ids.slice(0, 5).map(quote).join(", ");
  const others = ids.length > 5 ? ", and others" : "";
  return invalid(
    `${CALL}: ${ids.length} records have no document to embed: ${named}${others}. Give them documents with update(), or delete them.`,
  );
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}
