import { abortable } from "./abort.js";
import {
  checkConsistency,
  checkOptions,
  checkReadLevel,
  checkSignal,
  checkString,
} from "./arguments.js";
import { batchOf, toBeEmbedded } from "./batch.js";
import type { Client } from "./client.js";
import { configurationOf, type Extra, modification } from "./configuration.js";
import { type Embedder, embedDocuments, queryEmbeddings } from "./embed.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { errorOf } from "./errors.js";
import type { IngestOptions, IngestProgress, IngestSource } from "./ingest-types.js";
import type { MeasureRecallOptions, RecallReport } from "./recall-types.js";
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

  /** @internal */
  constructor(client: Client, info: CollectionInfo, parts: CollectionParts) {
    this.id = info.id;
    this.tenant = info.tenant;
    this.database = info.database;
    this.embeddingFunction = parts.embeddingFunction ?? undefined;
    this.schema = parts.schema?.schema;
    this.#client = client;
    this.#parts = parts;
    this.#take(info);
  }

  /** How many records there are. */
  async count(options: CountOptions = {}): Promise<number> {
    checkOptions("count()", options, ["readLevel", "consistency"]);
    checkReadLevel("count()", options);
    return this.#read(checkConsistency("count()", options), "count", this.id);
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
      const { data, dimension } = await embedDocuments("ingest()", texts, this.#embedder);
      return ids.map((_, row) => data.subarray(row * dimension, (row + 1) * dimension));
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
    return { deleted: await this.#call("delete", this.id, selection) };
  }

  /** Reads records in order of insertion, by id, by filter, or all. */
  async get<TMeta extends object = Metadata>(options: GetOptions = {}): Promise<GetResult<TMeta>> {
    const { selection, include, strong, signal } = getRequest(options);
    this.#checked("get()", selection);
    return abortable(signal, async () =>
      getResult<TMeta>(await this.#read(strong, "get", this.id, selection, include), include),
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
    return abortable(signal, async () => {
      const { data, dimension } = await queryEmbeddings(options, this.#embedder);
      signal?.throwIfAborted();
      const asked = performance.now();
      const columns = await this.#read(
        strong,
        "query",
        this.id,
        data,
        dimension,
        selection,
        nResults,
        include,
      );
      const explained = explain ? explanations(columns, performance.now() - asked) : undefined;
      return queryResult<TMeta>(columns, include, explained);
    });
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
    return abortable(signal, async () => {
      const payloads = await searchPayloads(searches, signal, this.#embedder, ({ filter }) =>
        this.#checked("search()", filter ? { where: filter } : {}),
      );
      signal?.throwIfAborted();
      return searchResult(await this.#read(strong, "search", this.id, payloads));
    });
  }

  /** Changes the collection's name, metadata or configuration; what is not given stays. */
  async modify(options: ModifyOptions): Promise<void> {
    const { changes, extra, embeddingFunction } = modification(
      options,
      this.#parts.extra,
      this.embeddingFunction,
    );
    const info = await this.#call("modifyCollection", this.id, changes);
    this.#parts.extra = extra;
    this.embeddingFunction = embeddingFunction ?? this.embeddingFunction;
    this.#take(info);
  }

  /** A new collection of that name in the same database, with a copy of every record. */
  async fork(options: { name: string }): Promise<Collection> {
    checkOptions("fork()", options, ["name"]);
    const name = checkString("fork(): name", options.name);
    const info = await this.#call("forkCollection", this.id, name);
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
    const { indexed, total } = await this.#read(strong, "indexingStatus", this.id);
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

  async #call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    return this.#client.connection.call(method, ...args);
  }

  /** A call that reads; a strong one, once this tab has taken in what the others have written. */
  async #read<M extends Method>(
    strong: boolean,
    method: M,
    ...args: Arguments<M>
  ): Promise<Answer<M>> {
    if (strong) await this.#call("follow", this.id);
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

  async #write(method: "add" | "upsert" | "update", records: RecordSet): Promise<void> {
    const batch = batchOf(method, records);
    const { signal } = records;
    return abortable(signal, async () => {
      if (toBeEmbedded(method, batch)) {
        const texts = { ids: batch.ids, documents: batch.documents, signal };
        const { data, dimension } = await embedDocuments(`${method}()`, texts, this.#embedder);
        Object.assign(batch, { embeddings: data, dimension });
        signal?.throwIfAborted();
      }
      await this.#call(method, this.id, batch);
    });
  }
}
