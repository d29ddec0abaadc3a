/** What the page asks of the engine, and the form of the messages when the engine lives in a worker. */

import type { CollectionConfiguration } from "../configuration-types.js";
import type { ErrorDescription } from "../errors.js";
import type { EngineEvent } from "../events.js";
import type { CollectionMetadata, Metadata } from "../types.js";

/** Records as columns; `embeddings` is ids.length x dimension numbers, row after row. */
export interface Batch {
  ids: string[];
  embeddings?: Float32Array | undefined;
  dimension?: number;
  documents?: (string | null | undefined)[] | undefined;
  uris?: (string | null | undefined)[] | undefined;
  metadatas?: (object | null | undefined)[] | undefined;
}

/** The parts of one batch, each of which is made when its turn to be sent has come. */
export type Parts = (() => Batch)[];

export interface Selection {
  ids?: string[];
  where?: object;
  whereDocument?: object;
  limit?: number;
  offset?: number;
  /** For a query: how many candidates to keep instead of ef_search; 0 for a scan. */
  ef?: number;
}

/** The database that a call is about, by its names. */
export interface Scope {
  tenant: string;
  database: string;
}

export interface DatabaseInfo {
  id: string;
  name: string;
  tenant: string;
}

export interface CollectionInfo extends Scope {
  /** By which callers know it. */
  id: string;
  /** By which the engine does: another one once all embeddings have been replaced. */
  key: string;
  name: string;
  metadata?: CollectionMetadata;
  configuration: Pick<CollectionConfiguration, "hnsw" | "quantization" | "embeddings">;
  /** Text that the engine keeps and only JavaScript reads. */
  extra?: string;
}

/** Records of an answer; a column that was not asked for is absent. */
export interface GetColumns {
  ids: string[];
  documents?: (string | null)[];
  metadatas?: (Metadata | null)[];
  uris?: (string | null)[];
  embeddings?: Float32Array;
  dimension: number;
}

/** Query i's records are at offsets[i] up to, not including, offsets[i + 1] of every column. */
export interface QueryColumns extends GetColumns {
  offsets: Uint32Array;
  /** For each query four numbers: candidates kept (0: a scan), matches, records scanned, distances walked. */
  efforts: Uint32Array;
  distances?: Float32Array;
}

/** The answer to one search; a column that was not selected is absent. */
export interface SearchColumns {
  ids: string[];
  documents?: (string | null)[];
  embeddings?: Float32Array;
  dimension: number;
  metadatas?: (Metadata | null)[];
  scores?: (number | null)[] | Float32Array | Float64Array;
  select: string[];
}

export interface IndexingStatusInfo {
  indexed: number;
  total: number;
}

export interface CollectionChanges {
  name?: string;
  metadata?: object;
  configuration?: object;
  extra?: string;
}

export interface EngineStats {
  records: number;
  unlinked: number;
  collections: number;
  wasmBytes: number;
}

/** How a collection is: name, records, how many losses; then id, part and place of each, and text, place and code of each problem. */
export type ReportParts = [string | null, number, number, ...(string | null)[]];

/** The calls that a page can make, by name. What they call a collection's key is not its public id. */
export interface Calls {
  /** First of all calls; without a path the database is in memory only. `strict`: every write waits for the disk. */
  open(path: string | undefined, strict: boolean): Promise<void>;
  destroy(path: string): Promise<void>;
  createCollection(
    scope: Scope,
    name: string,
    metadata: object | undefined,
    configuration: object | undefined,
    extra: string | undefined,
    getOrCreate: boolean,
  ): Promise<CollectionInfo>;
  getCollection(scope: Scope, name: string): Promise<CollectionInfo>;
  getCollectionById(publicId: string): Promise<CollectionInfo>;
  listCollections(scope: Scope, limit: number, offset: number): Promise<CollectionInfo[]>;
  countCollections(scope: Scope): Promise<number>;
  deleteCollection(scope: Scope, name: string): Promise<void>;
  modifyCollection(key: string, changes: CollectionChanges): Promise<CollectionInfo>;
  /** A copy with all records, in the same database. */
  forkCollection(key: string, newName: string): Promise<CollectionInfo>;
  /**
   * How many records the heir lacks of a collection, of how many, and up to `limit` ids. When it lacks nothing it takes
   * the collection's place: the collection as it is then, or undefined if another tab has written meanwhile.
   */
  inherit(
    key: string,
    heirKey: string,
    limit: number,
  ): Promise<[number, number, ...string[]] | CollectionInfo | undefined>;
  createTenant(name: string): Promise<void>;
  getTenant(name: string): Promise<string>;
  createDatabase(tenant: string, name: string): Promise<DatabaseInfo>;
  getDatabase(tenant: string, name: string): Promise<DatabaseInfo>;
  deleteDatabase(tenant: string, name: string): Promise<void>;
  listDatabases(tenant: string, limit: number, offset: number): Promise<DatabaseInfo[]>;
  /** Deletes every collection, tenant and database. */
  reset(): Promise<void>;
  indexingStatus(key: string): Promise<IndexingStatusInfo>;
  /** All parts are written or none. The engine takes the batches themselves, one argument each. */
  add(key: string, parts: Parts): Promise<void>;
  upsert(key: string, parts: Parts): Promise<void>;
  update(key: string, parts: Parts): Promise<void>;
  delete(key: string, selection: Selection): Promise<number>;
  get(key: string, selection: Selection, include: string[]): Promise<GetColumns>;
  query(
    key: string,
    embeddings: Float32Array,
    dimension: number,
    selection: Selection,
    nResults: number,
    include: string[],
  ): Promise<QueryColumns>;
  search(key: string, searches: object[]): Promise<SearchColumns[]>;
  count(key: string): Promise<number>;
  /** Takes in what other tabs have written to the collection, if it is in memory. */
  follow(key: string): Promise<void>;
  stats(): Promise<EngineStats>;
  /** What is wrong with the tenants and databases, if anything; then the ids under which anything is stored. */
  overview(): Promise<[string | null, ...string[]]>;
  /** Null: nothing is stored of that collection. */
  verify(key: string): Promise<ReportParts | null>;
  /** Asked by one worker of another: to find what new vectors of a collection are to be linked to. */
  assist(definition: Uint8Array, message: Uint32Array): Promise<Uint32Array>;
  close(): Promise<void>;
}

export type Method = keyof Calls;
export type Arguments<M extends Method> = Parameters<Calls[M]>;
export type Answer<M extends Method> = Awaited<ReturnType<Calls[M]>>;

/** The way to the engine: through a worker, or directly. */
export interface Transport {
  /** Arguments must be the callee's own: Float32Arrays in them may be moved away. Rejects with a VecinoError. */
  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>>;
  /** Frees what the transport holds. No call may follow. */
  terminate(): void;
}

export interface Request {
  id: number;
  method: Method;
  args: unknown[];
}

/** A part of the batch of the call with that id, before the last one; without one, the call is not made after all. */
export type Part = { id: number; part?: Batch };

export type Reply = { id: number; value: unknown } | { id: number; error: ErrorDescription };

/** What comes back from a worker: replies, and what happens between them. */
export type Message = Reply | { event: EngineEvent };
