/// <reference lib="esnext.disposable" preserve="true" />
import {
  checkCount,
  checkEmbeddingFunction,
  checkOptions,
  checkString,
  plainObject,
} from "./arguments.js";
import type {
  ClientOptions,
  ClientStats,
  CreateCollectionOptions,
  GetCollectionOptions,
  ListCollectionsOptions,
  Persistence,
  PreflightChecks,
  UserIdentity,
  VerifyOptions,
  VerifyReport,
} from "./client-types.js";
import { Collection, type StoredSchema } from "./collection.js";
import { CollectionHandle } from "./collection-handle.js";
import type { Extra } from "./configuration.js";
import type { Connection } from "./connection.js";
import { checkSchema, engineConfiguration, newConfiguration, withSpace } from "./creation.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { checkIdentity, rebuild } from "./embedding-functions/registry.js";
import { errorOf } from "./errors.js";
import type { ClientEvents } from "./events.js";
import type { CollectionInfo, Scope } from "./transport/protocol.js";
import { VERSION } from "./version.js";

const CREATE = ["name", "configuration", "metadata", "embeddingFunction", "schema"] as const;

/**
 * What all clients can do. Constructing one does nothing; the first call opens the database. Events: "warning" when
 * something went wrong and was mended, "close" when another tab deletes or upgrades the database.
 */
export abstract class Client extends (EventTarget as new () => ClientEvents) {
  readonly tenant: string;
  readonly database: string;
  /** @internal */
  readonly connection: Connection;
  readonly #allowReset: boolean;
  /** The same as `close`, for `await using`. Set below: older browsers have no such symbol to name a method by. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** @internal */
  constructor(connection: Connection, options: ClientOptions) {
    super();
    this.tenant = checkString("tenant", options.tenant ?? "default_tenant");
    this.database = checkString("database", options.database ?? "default_database");
    this.connection = connection;
    connection.listeners.add(this);
    this.#allowReset = options.allowReset ?? false;
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
    const info = await this.connection.call("getCollection", this.#scope, name);
    return this.#collectionOf(info, options.embeddingFunction);
  }

  /** Rejects with ChromaNotFoundError when there is no collection of that id, in whatever database. */
  async getCollectionById(id: string): Promise<Collection> {
    const known = checkString("getCollectionById(): id", id);
    return this.#collectionOf(await this.connection.call("getCollectionById", known));
  }

  /** By the name "tenant:database:collection", whatever this client's own tenant and database are. */
  async getCollectionByCrn(crn: string): Promise<Collection> {
    const [tenant, database, name, ...rest] = checkString("getCollectionByCrn(): crn", crn).split(
      ":",
    );
    if (!tenant || !database || !name || rest.length > 0) {
      throw errorOf(
        "invalid_argument",
        `getCollectionByCrn(): expected "tenant:database:collection", got ${JSON.stringify(crn)}.`,
      );
    }
    const info = await this.connection.call("getCollection", { tenant, database }, name);
    return this.#collectionOf(info);
  }

  /** Several collections in the order of `items`, names or `{ name, embeddingFunction? }`. All of them must exist. */
  async getCollections(items: string[] | GetCollectionOptions[]): Promise<Collection[]> {
    if (!Array.isArray(items)) {
      throw errorOf("invalid_argument", "getCollections() expects an array of names.");
    }
    const options = Array.from(items, (item: string | GetCollectionOptions) =>
      typeof item === "string" ? { name: item } : item,
    );
    return Promise.all(options.map((item) => this.getCollection(item)));
  }

  /**
   * A handle on the collection of that id, made without asking whether there is one. It knows neither the
   * collection's name nor its embedding function.
   */
  collection(id: string): CollectionHandle {
    const scope = { ...this.#scope, id: checkString("collection(): id", id) };
    return new CollectionHandle(this, scope);
  }

  /** Collections in order of creation. */
  async listCollections(options: ListCollectionsOptions = {}): Promise<Collection[]> {
    checkOptions("listCollections()", options, ["limit", "offset"]);
    const limit = checkCount("listCollections(): limit", options.limit ?? 100);
    const offset = checkCount("listCollections(): offset", options.offset ?? 0);
    const infos = await this.connection.call("listCollections", this.#scope, limit, offset);
    return Promise.all(infos.map((info) => this.#collectionOf(info)));
  }

  async countCollections(): Promise<number> {
    return this.connection.call("countCollections", this.#scope);
  }

  /** Deletes the collection and its records. Rejects with ChromaNotFoundError when there is none of that name. */
  async deleteCollection(options: { name: string }): Promise<void> {
    checkOptions("deleteCollection()", options, ["name"]);
    const name = checkString("deleteCollection(): name", options.name);
    await this.connection.call("deleteCollection", this.#scope, name);
  }

  /** Deletes every collection of every database. Only for a client created with `{ allowReset: true }`. */
  async reset(): Promise<void> {
    if (!this.#allowReset) {
      throw errorOf(
        "forbidden",
        "reset() deletes everything, so it needs a client created with { allowReset: true }.",
      );
    }
    await this.connection.call("reset");
  }

  /** The time in nanoseconds, once the engine has answered. */
  async heartbeat(): Promise<number> {
    await this.countCollections();
    return Date.now() * 1e6;
  }

  /** This package's version. */
  async version(): Promise<string> {
    return VERSION;
  }

  async getPreflightChecks(): Promise<PreflightChecks> {
    return { max_batch_size: 10_000, supports_base64_encoding: false };
  }

  /** How many records a program should write at a time. Nothing refuses more: they only have to fit into memory. */
  async getMaxBatchSize(): Promise<number> {
    return (await this.getPreflightChecks()).max_batch_size;
  }

  /** False: embeddings reach the engine as numbers. */
  async supportsBase64Encoding(): Promise<boolean> {
    return (await this.getPreflightChecks()).supports_base64_encoding;
  }

  /** Whose data this client sees. There are no users, so there is no id of one. */
  async getUserIdentity(): Promise<UserIdentity> {
    return { user_id: "", tenant: this.tenant, databases: [this.database] };
  }

  /** Where the records are kept; opens the database to find out. "memory" means: until the page goes away. */
  get persistence(): Promise<Persistence> {
    return this.connection.persistence();
  }

  async stats(): Promise<ClientStats> {
    const { records, collections, unlinked, wasmBytes } = await this.connection.call("stats");
    const persistent = (await this.connection.persistence()) === "indexeddb";
    return { records, collections, unlinked, persistent, wasmBytes };
  }

  /**
   * Reads everything that is stored under this client's path, one collection after the other, and tells what is
   * damaged, missing or lost. Changes nothing.
   */
  async verify(options?: VerifyOptions): Promise<VerifyReport> {
    return (await import("./verify.js")).verify(this.connection, options);
  }

  /** Waits for what is under way and frees the worker. Later calls reject with code "closed". */
  close(): Promise<void> {
    return this.connection.close();
  }

  get #scope(): Scope {
    return { tenant: this.tenant, database: this.database };
  }

  async #create(
    call: string,
    options: CreateCollectionOptions,
    getOrCreate: boolean,
  ): Promise<Collection> {
    checkOptions(call, options, CREATE);
    const name = checkString(`${call}: name`, options.name);
    const metadata =
      options.metadata === undefined || options.metadata === null
        ? undefined
        : plainObject(`${call}: metadata`, options.metadata, "invalid_metadata");
    checkEmbeddingFunction(call, options.embeddingFunction);
    const given = options.embeddingFunction ?? options.configuration?.embeddingFunction;
    const schema = checkSchema(call, options.schema);
    const index = schema && (await import("./schema/stored.js")).indexOf(call, schema);
    const configuration = newConfiguration(call, options);
    const extra: Extra = { embedding_function: configuration.embedding_function };
    if (schema) extra.schema = schema;
    const info = await this.connection.call(
      "createCollection",
      this.#scope,
      name,
      metadata,
      engineConfiguration(call, configuration, metadata, index && withSpace(index, given)),
      JSON.stringify(extra),
      getOrCreate,
    );
    return this.#collectionOf(info, given, options.schema?.resolveEmbeddingFunction());
  }

  /** `given` is used unless what is stored shows another model, `otherwise` where nothing else can be built. */
  async #collectionOf(
    info: CollectionInfo,
    given?: EmbeddingFunction | null,
    otherwise?: EmbeddingFunction | null,
  ): Promise<Collection> {
    const extra: Extra = JSON.parse(info.extra ?? "{}");
    let schema: StoredSchema | undefined;
    if (extra.schema) {
      schema = await (await import("./schema/stored.js")).storedSchema(extra.schema, this);
    }
    if (given) checkIdentity(info.name, given, extra.embedding_function);
    const stored = rebuild(extra.embedding_function, this);
    const embeddingFunction =
      given ?? stored.embeddingFunction ?? schema?.schema.resolveEmbeddingFunction() ?? otherwise;
    return new Collection(this, info, {
      extra,
      schema,
      embeddingFunction,
      missing: stored.missing,
    });
  }
}

if (Symbol.asyncDispose) {
  Object.defineProperty(Client.prototype, Symbol.asyncDispose, { value: Client.prototype.close });
}
