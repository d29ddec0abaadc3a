import { checkOptions, checkWord } from "./arguments.js";
import { Client } from "./client.js";
import type { ClientOptions, Durability, StorageReport } from "./client-types.js";
import { Connection, destroy } from "./connection.js";
import { errorOf } from "./errors.js";
import { kind } from "./kind.js";

const OPTIONS = ["worker", "tenant", "database", "allowReset"] as const;

export interface EphemeralClientOptions extends ClientOptions {
  /** A client to share the memory with, so as to see another of its databases. Closing one closes both. */
  client?: Client | undefined;
}

/** Keeps everything in memory, until it is closed or the page goes away. */
export class EphemeralClient extends Client {
  constructor(options: EphemeralClientOptions = {}) {
    checkOptions("EphemeralClient", options, [...OPTIONS, "client"]);
    const connection = options.client && connectionOf("EphemeralClient", options.client);
    super(connection ?? new Connection(undefined, { worker: options.worker }), options);
  }
}

export interface PersistentClientOptions extends ClientOptions {
  /** Name of the IndexedDB database, within this origin. */
  path: string;
  /** When a write is done. Default "relaxed". Clients of one page that differ in it are to each other like two tabs. */
  durability?: Durability | undefined;
  /**
   * Where to keep everything if there is no IndexedDB or the browser refuses it, as in some private windows: in memory, where
   * it ends with the page. `persistence` tells which it is. Default: every call rejects with code "storage_unavailable".
   */
  fallback?: "memory" | undefined;
}

/** Keeps everything in IndexedDB as well, where it outlives the page. */
export class PersistentClient extends Client {
  constructor(options: PersistentClientOptions) {
    const call = "PersistentClient";
    const path = checkPath(call, options, [...OPTIONS, "path", "durability", "fallback"]);
    const { worker } = options;
    const durability = checkWord(`${call}: durability`, options.durability, ["relaxed", "strict"]);
    const fallback = checkWord(`${call}: fallback`, options.fallback, ["memory"]);
    super(new Connection(path, { worker, durability, fallback }), options);
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
  async persist(): Promise<boolean> {
    return storageManager().persist();
  }

  /** Removes a whole database. Clients that have it open, in whatever tab, are closed and get the event "close". */
  static async destroy(options: { path: string; worker?: boolean | undefined }): Promise<void> {
    const path = checkPath("PersistentClient.destroy()", options, ["path", "worker"]);
    await destroy(path, options.worker);
  }
}

/** The connection of another client, which must be one of this package. */
export function connectionOf(call: string, client: Client): Connection {
  if (client?.connection instanceof Connection) return client.connection;
  const message = `${call}: client must be a client of this package, got ${kind(client)}.`;
  throw errorOf("invalid_argument", message);
}

/** The option `path`, which must name something. */
export function checkPath(
  call: string,
  options: { path?: string | undefined },
  known: readonly string[],
): string {
  checkOptions(call, options, known);
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
