import { abortable } from "./abort.js";
import {
  checkConsistency,
  checkOptions,
  checkReadLevel,
  checkSignal,
  checkString,
  quote,
} from "./arguments.js";
import { Records } from "./batch.js";
import type { Client } from "./client.js";
import { configurationOf, type Extra, modification } from "./configuration.js";
import { withSpace } from "./creation.js";
import { type Embedder, embedDocuments, queryEmbeddings } from "./embed.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { errorOf, type VecinoError } from "./errors.js";
import type { IngestOptions, IngestProgress, IngestSource } from "./ingest-types.js";
import type { MeasureRecallOptions, RecallReport } from "./recall-types.js";
import type { ReembedOptions, ReembedProgress } from "./reembed-types.js";
import {
  explanations,
  type GetResult,
  getResult,
  type QueryResult,
  queryResult,
} from "./results.js";
import type { Schema } from "./schema/schema.js";
import { searchPayloads } from "./search-request.js";
import { type SearchResult, searchResult } from "./search-result.js";
import { deleteSelection, getRequest, queryRequest } from "./selection.js";
import type { Answer, Arguments, CollectionInfo, Method, Selection } from "./transport/protocol.js";
import type {
  CollectionConfiguration,
  CollectionMetadata,
  ConsistencyOptions,
  CountOptions,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  IndexingStatus,
  Metadata,
  ModifyOptions,
  PeekOptions,
  QueryOptions,
  RecordSet,
  SearchInput,
  SearchOptions,
} from "./types.js";

/** A schema and the rule that comes with it. Loaded only for collections that have one. */
export interface StoredSchema {
  schema: Schema;
  /** Throws when the filters look at metadata or documents that the schema leaves out of its indices. */
  check(call: string, filters: { where?: object; whereDocument?: object }): void;
}

/** What follows the collection's key in the arguments of a call. */
type Rest<M extends Method> = Arguments<M> extends [string, ...infer R] ? R : never;
type Call = <M extends Method>(method: M, ...args: Rest<M>) => Promise<Answer<M>>;

/** What a collection object is made of beside what the engine tells. */
export interface CollectionParts {
  extra: Extra;
  schema: StoredSchema | undefined;
  embeddingFunction: EmbeddingFunction | null | undefined;
  /** Why there is no embedding function, where there is none. */
  missing: string | undefined;
}

/**
 * Records under one name that share a dimension and a space. Obtained from a client. Every write is kept when its
 * promise resolves; a call that rejects has changed nothing. Assigning to a property changes this object alone, not
 * what is stored: `modify` does that.
 */
export class Collection {
  readonly id: string;
  readonly tenant: string;
  readonly database: string;
  name!: string;
  /** Undefined when the collection has none. */
  metadata: CollectionMetadata | undefined;
  configuration!: CollectionConfiguration;
  /** What embeds documents and query texts for this object. */
  embeddingFunction: EmbeddingFunction | undefined;
  /** Undefined when the collection was created without one. */
  schema: Schema | undefined;
  readonly #client: Client;
  readonly #parts: CollectionParts;
  /** The engine's word for the collection with these embeddings; empty until it is asked for. */
  #key!: string;

  /** @internal */
  constructor(client: Client, info: CollectionInfo, parts: CollectionParts) {
    this.id = info.id;
    this.tenant = info.tenant;
    this.database = info.database;
    this.embeddingFunction = parts.embeddingFunction ?? undefined;
    this.schema = parts.schema?.schema;
    this.#key = info.key;
    this.#client = client;
    this.#parts = parts;
    this.#take(info);
  }

  /** How many records there are. */
  async count(options: CountOptions = {}): Promise<number> {
    checkOptions("count()", options, ["readLevel", "consistency"]);
    checkReadLevel("count()", options);
    return this.#read(checkConsistency("count()", options), "count");
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

  /**
   * Stores the records of a source of any size, batch by batch: reads one, embeds it and writes it while the next is
   * embedded. Reports progress, can be aborted, and with `resume` goes on where it was interrupted. When it rejects, the
   * batches before are stored, and the message says which records failed.
   */
  async ingest(source: IngestSource, options: IngestOptions = {}): Promise<IngestProgress> {
    const { ingest } = await import("./ingest.js");
    const embed = async (
      ids: string[],
      documents: (string | null | undefined)[],
      signal: AbortSignal | undefined,
    ) => {
      const texts = { ids, documents, signal };
      const rows = await embedDocuments("ingest()", texts, this.#embedder);
      return ids.map((_, row) => rows.copy(row, row + 1));
    };
    return ingest(this, embed, source, options);
  }

  /**
   * Measures on the collection's own records how many of the true neighbors a query finds, compares values of ef_search, and
   * recommends the smallest that reaches `target`; with `apply` it is set. Takes some thousand queries.
   */
  async measureRecall(options: MeasureRecallOptions = {}): Promise<RecallReport> {
    const { measureRecall } = await import("./recall.js");
    return measureRecall(this, options);
  }

  /** Deletes the records that match everything given. */
  async delete(options: DeleteOptions): Promise<DeleteResult> {
    const selection = this.#checked("delete()", deleteSelection(options));
    return { deleted: await this.#call("delete", selection) };
  }

  /** Reads records in order of insertion, by id, by filter, or all. */
  async get<TMeta extends object = Metadata>(options: GetOptions = {}): Promise<GetResult<TMeta>> {
    const { selection, include, strong, signal } = getRequest(options);
    this.#checked("get()", selection);
    return abortable(signal, async () =>
      getResult<TMeta>(await this.#read(strong, "get", selection, include), include),
    );
  }

  /** The first records in order of insertion. */
  async peek(options: PeekOptions = {}): Promise<GetResult> {
    checkOptions("peek()", options, ["limit", "consistency"]);
    checkConsistency("peek()", options);
    return this.get({ ...options, limit: options.limit ?? 10 });
  }

  /** The nearest records to each query, nearest first, among those that match the filters. */
  async query<TMeta extends object = Metadata>(options: QueryOptions): Promise<QueryResult<TMeta>> {
    const { selection, include, nResults, explain, strong, signal } = queryRequest(options);
    this.#checked("query()", selection);
    return abortable(signal, () =>
      this.#embedding(options.queryEmbeddings === undefined, async (call) => {
        const { data, dimension } = await queryEmbeddings(options, this.#embedder);
        signal?.throwIfAborted();
        if (strong) await call("follow");
        const asked = performance.now();
        const columns = await call("query", data, dimension, selection, nResults, include);
        const explained = explain ? explanations(columns, performance.now() - asked) : undefined;
        return queryResult<TMeta>(columns, include, explained);
      }),
    );
  }

  /**
   * The best records of each search, best first: ranked by expressions over distances, grouped, cut and with the columns
   * that it selects. Takes plain objects and what the builder of "vecino/chromadb" makes.
   */
  async search(
    searches: SearchInput | SearchInput[],
    options: SearchOptions = {},
  ): Promise<SearchResult> {
    checkOptions("search()", options, ["readLevel", "consistency", "signal"]);
    checkReadLevel("search()", options);
    const strong = checkConsistency("search()", options);
    const signal = checkSignal("search()", options.signal);
    return abortable(signal, () =>
      this.#embedding(false, async (call) => {
        const payloads = await searchPayloads(searches, signal, this.#embedder, ({ filter }) =>
          this.#checked("search()", filter ? { where: filter } : {}),
        );
        signal?.throwIfAborted();
        if (strong) await call("follow");
        return searchResult(await call("search", payloads));
      }),
    );
  }

  /** Changes the collection's name, metadata or configuration; what is not given stays. */
  async modify(options: ModifyOptions): Promise<void> {
    const { changes, extra, embeddingFunction } = modification(
      options,
      this.#parts.extra,
      this.embeddingFunction,
    );
    const info = await this.#call("modifyCollection", changes);
    this.#parts.extra = extra;
    this.embeddingFunction = embeddingFunction ?? this.embeddingFunction;
    this.#take(info);
  }

  /**
   * Moves the collection over to another embedding function: embeds every document anew, batch by batch, while the old
   * embeddings serve, and replaces them all at once in the end. Writes go on meanwhile and are embedded too. Records
   * without a document are refused before anything starts. What is done is stored: after a crash or an abort the collection
   * is as it was, and the same call goes on where it ended; a call with another function begins anew. Other objects of the
   * collection are refused from then on wherever embeddings are concerned, and say that it has to be got again.
   */
  async reembed(options: ReembedOptions): Promise<ReembedProgress> {
    const { reembed } = await import("./reembed.js");
    return this.#embedding(false, () =>
      reembed(this, this.#client, this.#key, options, {
        embed: embedDocuments,
        extraOf: (embeddingFunction) => {
          withSpace({ space: this.configuration.hnsw.space }, embeddingFunction);
          const configuration = { embeddingFunction };
          return modification({ configuration }, this.#parts.extra, undefined).extra;
        },
        finished: (info, parts) => {
          this.#key = info.key;
          Object.assign(this.#parts, parts);
          this.embeddingFunction = options.embeddingFunction;
          this.schema = parts.schema?.schema;
          this.#take(info);
        },
      }),
    );
  }

  /** A new collection of that name in the same database, with a copy of every record. */
  async fork(options: { name: string }): Promise<Collection> {
    checkOptions("fork()", options, ["name"]);
    const name = checkString("fork(): name", options.name);
    const info = await this.#embedding(false, (call) => call("forkCollection", name));
    const { embeddingFunction } = this;
    return new Collection(this.#client, info, { ...this.#parts, embeddingFunction });
  }

  /** Always rejects: forks here are copies that know nothing of each other, so nobody counts them. */
  async forkCount(): Promise<number> {
    throw errorOf(
      "unsupported",
      "forkCount() is not supported: a fork is a copy of its own, and no collection knows its forks.",
    );
  }

  /** How far the graph is built. Records it does not hold yet are found all the same. */
  async getIndexingStatus(options: ConsistencyOptions = {}): Promise<IndexingStatus> {
    const call = "getIndexingStatus()";
    checkOptions(call, options, ["consistency"]);
    const strong = checkConsistency(call, options);
    const { indexed, total } = await this.#read(strong, "indexingStatus");
    return {
      num_indexed_ops: indexed,
      num_unindexed_ops: total - indexed,
      op_indexing_progress: total === 0 ? 1 : indexed / total,
      total_ops: total,
    };
  }

  get #embedder(): Embedder {
    const { embeddingFunction } = this;
    return { name: this.name || this.id, embeddingFunction, missing: this.#parts.missing };
  }

  /** A call that takes no embeddings: all the same to it when they have been replaced. */
  async #call<M extends Method>(method: M, ...args: Rest<M>): Promise<Answer<M>> {
    const key = this.#key || (await this.#found());
    try {
      return await this.#callWith(key, method, ...args);
    } catch (error) {
      return this.#callWith(await this.#moved(key, error), method, ...args);
    }
  }

  /**
   * Calls that take embeddings, refused when those of the collection have been replaced since this object was made. If
   * it was this object that did it, what can be embedded `again` is.
   */
  async #embedding<T>(again: boolean, run: (call: Call) => Promise<T>): Promise<T> {
    const key = this.#key || (await this.#found());
    try {
      return await run((...args) => this.#callWith(key, ...args));
    } catch (error) {
      await this.#moved(key, error);
      if (again && key !== this.#key) return this.#embedding(again, run);
      throw errorOf(
        "embedding_function",
        `Collection ${quote(this.name || this.id)} has been embedded anew by another embedding function since this object ` +
          "was obtained: get the collection again.",
      );
    }
  }

  async #callWith<M extends Method>(key: string, method: M, ...args: Rest<M>): Promise<Answer<M>> {
    return this.#client.connection.call(method, ...([key, ...args] as unknown as Arguments<M>));
  }

  /** What a handle learns with its first call. */
  async #found(): Promise<string> {
    this.#key = (await this.#client.connection.call("getCollectionById", this.id)).key;
    return this.#key;
  }

  /** The key in place of one that is not found any more. Throws the error where there is no other. */
  async #moved(key: string, error: unknown): Promise<string> {
    if ((error as VecinoError | undefined)?.code !== "not_found") throw error;
    const info = await this.#client.connection
      .call("getCollectionById", this.id)
      .catch(() => undefined);
    if (!info || info.key === key) throw error;
    return info.key;
  }

  /** A call that reads; a strong one, once this tab has taken in what the others have written. */
  async #read<M extends Method>(strong: boolean, method: M, ...args: Rest<M>): Promise<Answer<M>> {
    if (strong) await this.#call("follow");
    return this.#call(method, ...args);
  }

  /** The selection, once the schema allows its filters. */
  #checked(call: string, selection: Selection): Selection {
    this.#parts.schema?.check(call, selection);
    return selection;
  }

  #take({ name, metadata, configuration }: CollectionInfo): void {
    this.name = name;
    this.metadata = metadata;
    this.configuration = configurationOf(configuration, this.#parts.extra);
  }

  async #write(method: "add" | "upsert" | "update", given: RecordSet): Promise<void> {
    const records = new Records(method, given);
    const { ids, signal, unembedded } = records;
    return abortable(signal, async () => {
      if (!unembedded) {
        if (!records.rows) return this.#call(method, records.parts());
        return this.#embedding(false, (call) => call(method, records.parts()));
      }
      if (!records.checked) await records.check();
      const texts = { ids, documents: unembedded, signal };
      return this.#embedding(true, async (call) => {
        records.rows = await embedDocuments(`${method}()`, texts, this.#embedder);
        signal?.throwIfAborted();
        await call(method, records.parts());
      });
    });
  }
}
