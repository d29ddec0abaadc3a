/// <reference lib="esnext.disposable" preserve="true" />
import {
  checkConfiguration,
  checkCount,
  checkEmbeddingFunction,
  checkOptions,
  checkString,
  plainObject,
} from "./arguments.js";
import { Collection } from "./collection.js";
import { Connection, destroy } from "./connection.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { errorOf } from "./errors.js";
import type {
  ClientStats,
  CreateCollectionOptions,
  GetCollectionOptions,
  HnswConfiguration,
  ListCollectionsOptions,
  StorageReport,
} from "./types.js";

const SCOPE = { tenant: "default_tenant", database: "default_database" };
const CREATE = ["name", "configuration", "metadata", "embeddingFunction"] as const;

/** What both clients can do. Constructing one does nothing; the first call opens the database. */
export abstract class Client {
  readonly #connection: Connection;
  readonly #persistent: boolean;
  /** The same as `close`, for `await using`. Set below: older browsers have no such symbol to name a method by. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** @internal */
  constructor(path: string | undefined, worker: boolean | undefined) {
    this.#persistent = path !== undefined;
    this.#connection = new Connection(path, worker);
  }

  /** Rejects with ChromaUniqueError when a collection of that name exists. */
  createCollection(options: CreateCollectionOptions): Promise<Collection> {
    return this.#create("createCollection()", options, false);
  }

  /** The collection of that name as it is, or a new one. */
  getOrCreateCollection(options: CreateCollectionOptions): Promise<Collection> {
    return this.#create("getOrCreateCollection()", options, true);
  }

  /** Rejects with ChromaNotFoundError when there is no collection of that name. */
  async getCollection(options: GetCollectionOptions): Promise<Collection> {
    checkOptions("getCollection()", options, ["name", "embeddingFunction"]);
    const name = checkString("getCollection(): name", options.name);
    checkEmbeddingFunction("getCollection()", options.embeddingFunction);
    const info = await this.#connection.call("getCollection", SCOPE, name);
    return new Collection(this.#connection, info, options.embeddingFunction ?? undefined);
  }

  /** Collections in order of creation, without embedding functions. */
  async listCollections(options: ListCollectionsOptions = {}): Promise<Collection[]> {
    checkOptions("listCollections()", options, ["limit", "offset"]);
    const limit = checkCount("listCollections(): limit", options.limit ?? 100);
    const offset = checkCount("listCollections(): offset", options.offset ?? 0);
    const infos = await this.#connection.call("listCollections", SCOPE, limit, offset);
    return infos.map((info) => new Collection(this.#connection, info, undefined));
  }

  countCollections(): Promise<number> {
    return this.#connection.call("countCollections", SCOPE);
  }

  /** Deletes the collection and its records. Rejects with ChromaNotFoundError when there is none of that name. */
  async deleteCollection(options: { name: string }): Promise<void> {
    checkOptions("deleteCollection()", options, ["name"]);
    const name = checkString("deleteCollection(): name", options.name);
    await this.#connection.call("deleteCollection", SCOPE, name);
  }

  async stats(): Promise<ClientStats> {
    const { records, collections, unlinked, wasmBytes } = await this.#connection.call("stats");
    return { records, collections, unlinked, persistent: this.#persistent, wasmBytes };
  }

  /** Waits for what is under way and frees the worker. Later calls reject with code "closed". */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #create(
    call: string,
    options: CreateCollectionOptions,
    getOrCreate: boolean,
  ): Promise<Collection> {
    checkOptions(call, options, CREATE);
    const name = checkString(`${call}: name`, options.name);
    const metadata =
      options.metadata && plainObject(`${call}: metadata`, options.metadata, "invalid_metadata");
    const given = checkConfiguration(call, options.configuration);
    checkEmbeddingFunction(call, options.embeddingFunction);
    if (given.embeddingFunction && options.embeddingFunction) {
      throw errorOf(
        "invalid_argument",
        `${call}: embeddingFunction stands both in the options and in configuration; give it once.`,
      );
    }
    const used = options.embeddingFunction ?? given.embeddingFunction;
    const info = await this.#connection.call(
      "createCollection",
      SCOPE,
      name,
      metadata,
      withDefaultSpace(given.settings, metadata, used),
      undefined,
      getOrCreate,
    );
    return new Collection(this.#connection, info, used);
  }
}

if (Symbol.asyncDispose) {
  Object.defineProperty(Client.prototype, Symbol.asyncDispose, { value: Client.prototype.close });
}

export interface EphemeralClientOptions {
  /** Whether the engine runs in a worker of its own. Default: where there is `Worker`; not in Node. */
  worker?: boolean | undefined;
}

/** Keeps everything in memory, until it is closed or the page goes away. */
export class EphemeralClient extends Client {
  constructor(options: EphemeralClientOptions = {}) {
    checkOptions("EphemeralClient", options, ["worker"]);
    super(undefined, options.worker);
  }
}

export interface PersistentClientOptions {
  /** Name of the IndexedDB database, within this origin. */
  path: string;
  /** Whether the engine runs in a worker of its own. Default: where there is `Worker`. */
  worker?: boolean | undefined;
}

/** Keeps everything in IndexedDB as well, where it outlives the page. */
export class PersistentClient extends Client {
  constructor(options: PersistentClientOptions) {
    super(checkPath("PersistentClient", options), options.worker);
  }

  /** What the browser says of this origin's storage, all databases together. */
  async storage(): Promise<StorageReport> {
    const [persisted, { usage, quota }] = await Promise.all([
      storageManager().persisted(),
      storageManager().estimate(),
    ]);
    return { persisted, usage, quota };
  }

  /** Asks the browser not to clear this origin's storage when space runs short. True when it agrees. */
  async requestPersistence(): Promise<boolean> {
    return storageManager().persist();
  }

  /** Removes a whole database. Close its clients first. */
  static async destroy(options: PersistentClientOptions): Promise<void> {
    await destroy(checkPath("PersistentClient.destroy()", options), options.worker);
  }
}

function checkPath(call: string, options: PersistentClientOptions): string {
  checkOptions(call, options, ["path", "worker"]);
  if (typeof options.path === "string" && options.path !== "") return options.path;
  throw errorOf(
    "invalid_argument",
    `${call} needs a path, the name of its IndexedDB database: { path: "notes" }. EphemeralClient needs none.`,
  );
}

function storageManager(): StorageManager {
  if (typeof navigator !== "undefined" && navigator.storage) return navigator.storage;
  throw errorOf(
    "storage_unavailable",
    "The browser's storage manager is missing here; it exists in secure contexts (https or localhost).",
  );
}

/**
 * As in Chroma, an embedding function that names both its default and its supported spaces chooses the space of a
 * new collection whose configuration and metadata do not.
 */
function withDefaultSpace(
  configuration: { hnsw?: HnswConfiguration | null },
  metadata: object | undefined,
  embeddingFunction: EmbeddingFunction | undefined,
): object {
  if (!embeddingFunction?.defaultSpace || !embeddingFunction.supportedSpaces) return configuration;
  const { hnsw } = configuration;
  const chosen = hnsw
    ? hnsw.space
    : Object.keys(metadata ?? {}).some((key) => key.startsWith("hnsw:"));
  if (chosen) return configuration;
  return { ...configuration, hnsw: { ...hnsw, space: embeddingFunction.defaultSpace() } };
}
