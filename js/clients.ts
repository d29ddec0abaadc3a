import { checkOptions } from "./arguments.js";
import { Client } from "./client.js";
import type { ClientOptions, StorageReport } from "./client-types.js";
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
    super(connection ?? new Connection(undefined, options.worker), false, options);
  }
}

export interface PersistentClientOptions extends ClientOptions {
  /** Name of the IndexedDB database, within this origin. */
  path: string;
}

/** Keeps everything in IndexedDB as well, where it outlives the page. */
export class PersistentClient extends Client {
  constructor(options: PersistentClientOptions) {
    const path = checkPath("PersistentClient", options, [...OPTIONS, "path"]);
    super(new Connection(path, options.worker), true, options);
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
