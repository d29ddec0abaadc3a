import { abortable } from "./abort.js";
import {
  checkConfiguration,
  checkCount,
  checkInclude,
  checkOptions,
  checkSignal,
  checkString,
  plainObject,
} from "./arguments.js";
import { batchOf, selectionOf, toBeEmbedded } from "./batch.js";
import type { Connection } from "./connection.js";
import { embedDocuments, queryEmbeddings } from "./embed.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { errorOf } from "./errors.js";
import {
  type GetResult,
  getResult,
  IncludeEnum,
  type QueryResult,
  queryResult,
} from "./results.js";
import type { CollectionChanges, CollectionInfo } from "./transport/protocol.js";
import type {
  CollectionConfiguration,
  CollectionMetadata,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  Metadata,
  ModifyOptions,
  PeekOptions,
  QueryOptions,
  RecordSet,
} from "./types.js";

const GET = ["ids", "where", "whereDocument", "limit", "offset", "include", "signal"] as const;
const QUERY = [
  "queryEmbeddings",
  "queryTexts",
  "queryURIs",
  "nResults",
  "ids",
  "where",
  "whereDocument",
  "include",
  "signal",
] as const;
const DELETE = ["ids", "where", "whereDocument", "limit"] as const;
const MODIFY = ["name", "metadata", "configuration"] as const;
const { distances, documents, embeddings, metadatas, uris } = IncludeEnum;

/**
 * Records under one name that share a dimension and a space. Obtained from a client. Every write is kept when its
 * promise resolves; a call that rejects has changed nothing.
 */
export class Collection {
  readonly id: string;
  readonly tenant = "default_tenant";
  readonly database = "default_database";
  readonly #connection: Connection;
  #info: CollectionInfo;
  #embeddingFunction: EmbeddingFunction | undefined;

  /** @internal */
  constructor(
    connection: Connection,
    info: CollectionInfo,
    embeddingFunction: EmbeddingFunction | undefined,
  ) {
    this.id = info.id;
    this.#connection = connection;
    this.#info = info;
    this.#embeddingFunction = embeddingFunction;
  }

  get name(): string {
    return this.#info.name;
  }

  /** Undefined when the collection has none. */
  get metadata(): CollectionMetadata | undefined {
    return this.#info.metadata;
  }

  get configuration(): CollectionConfiguration {
    return this.#info.configuration;
  }

  /** What embeds documents and query texts for this object; not stored with the collection. */
  get embeddingFunction(): EmbeddingFunction | undefined {
    return this.#embeddingFunction;
  }

  /** How many records there are. */
  count(): Promise<number> {
    return this.#connection.call("count", this.id);
  }

  /** Adds records. Ids that exist are left as they are, without an error. */
  add(records: RecordSet): Promise<void> {
    return this.#write("add", records);
  }

  /** Adds records, or updates those whose ids exist: given fields replace, metadata is merged key by key. */
  upsert(records: RecordSet): Promise<void> {
    return this.#write("upsert", records);
  }

  /**
   * Updates records; ids that do not exist are left out, without an error. Given fields replace, metadata is merged
   * key by key. Documents without embeddings are embedded anew.
   */
  update(records: RecordSet): Promise<void> {
    return this.#write("update", records);
  }

  /** Deletes the records that match everything given. */
  async delete(options: DeleteOptions): Promise<DeleteResult> {
    checkOptions("delete()", options, DELETE);
    const selection = selectionOf("delete()", options);
    if (options.limit !== undefined) {
      if (!options.where && !options.whereDocument) {
        throw errorOf(
          "invalid_argument",
          "delete(): limit needs where or whereDocument beside it.",
        );
      }
      selection.limit = checkCount("delete(): limit", options.limit);
    }
    return { deleted: await this.#connection.call("delete", this.id, selection) };
  }

  /** Reads records in order of insertion, by id, by filter, or all. */
  async get<TMeta extends object = Metadata>(options: GetOptions = {}): Promise<GetResult<TMeta>> {
    checkOptions("get()", options, GET);
    const signal = checkSignal("get()", options.signal);
    const include = checkInclude("get()", options.include ?? [documents, metadatas], [
      documents,
      metadatas,
      embeddings,
      uris,
    ]);
    const selection = selectionOf("get()", options);
    if (options.limit !== undefined && options.limit !== null) {
      selection.limit = checkCount("get(): limit", options.limit);
    }
    if (options.offset !== undefined)
      selection.offset = checkCount("get(): offset", options.offset);
    return abortable(signal, async () =>
      getResult<TMeta>(await this.#connection.call("get", this.id, selection, include), include),
    );
  }

  /** The first records in order of insertion. */
  async peek(options: PeekOptions = {}): Promise<GetResult> {
    checkOptions("peek()", options, ["limit"]);
    return this.get({ limit: options.limit ?? 10 });
  }

  /** The nearest records to each query, nearest first, among those that match the filters. */
  async query<TMeta extends object = Metadata>(options: QueryOptions): Promise<QueryResult<TMeta>> {
    checkOptions("query()", options, QUERY);
    const signal = checkSignal("query()", options.signal);
    const include = checkInclude("query()", options.include ?? [metadatas, documents, distances], [
      distances,
      documents,
      metadatas,
      embeddings,
      uris,
    ]);
    const nResults = checkCount("query(): nResults", options.nResults ?? 10);
    const selection = selectionOf("query()", options);
    return abortable(signal, async () => {
      const { data, dimension } = await queryEmbeddings(
        this.name,
        options,
        this.#embeddingFunction,
      );
      signal?.throwIfAborted();
      const columns = await this.#connection.call(
        "query",
        this.id,
        data,
        dimension,
        selection,
        nResults,
        include,
      );
      return queryResult<TMeta>(columns, include);
    });
  }

  /** Changes the collection's name, metadata or configuration; what is not given stays. */
  async modify(options: ModifyOptions): Promise<void> {
    checkOptions("modify()", options, MODIFY);
    const changes: CollectionChanges = {};
    if (options.name !== undefined) changes.name = checkString("modify(): name", options.name);
    if (options.metadata !== undefined) {
      changes.metadata = plainObject("modify(): metadata", options.metadata, "invalid_metadata");
    }
    const { settings, embeddingFunction } = checkConfiguration("modify()", options.configuration);
    if (Object.keys(settings).length > 0) changes.configuration = settings;
    this.#info = await this.#connection.call("modifyCollection", this.id, changes);
    this.#embeddingFunction = embeddingFunction ?? this.#embeddingFunction;
  }

  async #write(method: "add" | "upsert" | "update", records: RecordSet): Promise<void> {
    const batch = batchOf(method, records);
    const { signal } = records;
    return abortable(signal, async () => {
      if (toBeEmbedded(method, batch)) {
        const { ids, documents: texts } = batch;
        const { data, dimension } = await embedDocuments(
          `${method}()`,
          this.name,
          { ids, documents: texts, signal },
          this.#embeddingFunction,
        );
        Object.assign(batch, { embeddings: data, dimension });
        signal?.throwIfAborted();
      }
      await this.#connection.call(method, this.id, batch);
    });
  }
}
