/** The shapes of what goes into and comes out of a client's calls. */
import type { CreateCollectionConfiguration } from "./configuration-types.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import type { CollectionMetadata } from "./types.js";

/** What all clients can be created with. */
export interface ClientOptions {
  /** Whether the engine runs in a worker of its own. Default: where there is `Worker`; not in Node. */
  worker?: boolean | undefined;
  /** Whose databases. Default "default_tenant". */
  tenant?: string | undefined;
  /** Whose collections. Default "default_database". Others are made by an AdminClient. */
  database?: string | undefined;
  /** Whether `reset` may delete everything. Default false. */
  allowReset?: boolean | undefined;
}

/** A schema as the class of that name from "vecino/chromadb" makes it. */
export interface SchemaInput {
  serializeToJSON(): object;
  resolveEmbeddingFunction(): EmbeddingFunction | null | undefined;
}

export interface CreateCollectionOptions {
  /** 3 to 512 characters of [a-zA-Z0-9._-], beginning and ending with a letter or digit. */
  name: string;
  /** Ignored by `getOrCreateCollection` when the collection exists. */
  configuration?: CreateCollectionConfiguration | undefined;
  /** Ignored by `getOrCreateCollection` when the collection exists. */
  metadata?: CollectionMetadata | null | undefined;
  /**
   * Turns documents and query texts into embeddings. Its name and configuration are stored, never a key. Null: the
   * collection has none. Undefined: Chroma's default function, which is stored by name and does not come with this package.
   */
  embeddingFunction?: EmbeddingFunction | null | undefined;
  /** Which metadata can be filtered by, and the index of the embeddings. Not beside `configuration.hnsw`. */
  schema?: SchemaInput | null | undefined;
}

export interface GetCollectionOptions {
  name: string;
  /** Used instead of the stored one, by this object only. */
  embeddingFunction?: EmbeddingFunction | null | undefined;
}

export interface ListCollectionsOptions {
  /** Default 100. */
  limit?: number | undefined;
  /** How many to skip, in order of creation. Default 0. */
  offset?: number | undefined;
}

export interface PreflightChecks {
  max_batch_size: number;
  supports_base64_encoding: boolean;
}

export interface UserIdentity {
  user_id: string;
  tenant: string;
  databases: string[];
}

/**
 * When a write is done. "relaxed": when the operating system has it. It then survives a crash of the page and of the
 * browser; a crash of the system or a power failure may take the last moments, never half a write. "strict": when it is
 * on the disk, as far as the browser and the disk tell; a write takes longer for it.
 */
export type Durability = "relaxed" | "strict";

/** Where a client keeps its records. */
export type Persistence = "indexeddb" | "memory";

/** What a client holds in memory right now: the collections that were used since it was opened. */
export interface ClientStats {
  /** Records in those collections. */
  records: number;
  /** All collections of the database. */
  collections: number;
  /** Records that are searched one by one because the graph does not hold them yet. */
  unlinked: number;
  /** Whether the records are in IndexedDB as well: `persistence` is "indexeddb". */
  persistent: boolean;
  /** Size of the engine's memory in bytes. */
  wasmBytes: number;
}

export interface VerifyOptions {
  signal?: AbortSignal | undefined;
  /** Called before each collection and at the end, with how many are done, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Something stored that cannot be read or does not fit to the rest. */
export interface StorageProblem {
  /** What is wrong with it, in words. */
  what: string;
  /** Where that is: "page 7", "log entry 12", "the manifest", … */
  where: string;
  code: "damaged" | "missing" | "orphan" | "inconsistent" | "unsupported_version";
}

/** A record that cannot be read any more. */
export interface LostRecord {
  /** Null: it is not known which records are concerned. */
  id: string | null;
  /** What of it is lost. Whatever it is, the record is in no answer until it is added anew. */
  part: "record" | "embedding" | "change";
  where: string;
}

export interface CollectionReport {
  id: string;
  /** Null if its definition cannot be read. */
  name: string | null;
  /** How many records can be read. */
  records: number;
  /** Nothing is lost and there are no problems. */
  ok: boolean;
  /** Told until the record is added anew or deleted. */
  lost: LostRecord[];
  problems: StorageProblem[];
}

export interface VerifyReport {
  ok: boolean;
  /** All collections, of whatever tenant and database. */
  collections: CollectionReport[];
  /** Problems with what belongs to no collection. */
  problems: StorageProblem[];
}

/** What the browser says of this origin's storage. */
export interface StorageReport {
  /** Whether the browser promised not to clear it when space runs short. */
  persisted: boolean;
  /** Bytes in use by the whole origin, as far as the browser tells. */
  usage: number | undefined;
  /** Bytes the origin may use, as far as the browser tells. */
  quota: number | undefined;
}
