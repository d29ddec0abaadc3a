import { checkCount, checkOptions, checkString } from "./arguments.js";
import type { Client } from "./client.js";
import { checkPath, connectionOf } from "./clients.js";
import { Connection } from "./connection.js";
import type { DatabaseInfo } from "./transport/protocol.js";

/** Either the IndexedDB database to work on, or a client to share one with: the only way to one that is in memory. */
export type AdminClientOptions =
  | { path: string; worker?: boolean | undefined; client?: never }
  | { client: Client; path?: never; worker?: never };

/** A database of collections, of one tenant. */
export type Database = DatabaseInfo;

export interface ListDatabasesArgs {
  tenant: string;
  /** Default 100. */
  limit?: number | undefined;
  /** How many to skip, by name. Default 0. */
  offset?: number | undefined;
}

/** Makes tenants, and makes and removes their databases. Every tenant, "default_tenant" first, has a "default_database". */
export class AdminClient {
  readonly #connection: Connection;
  readonly #owned: boolean;

  constructor(options: AdminClientOptions) {
    checkOptions("AdminClient", options, ["path", "worker", "client"]);
    const { client } = options;
    this.#owned = client === undefined;
    this.#connection = client
      ? connectionOf("AdminClient", client)
      : new Connection(checkPath("AdminClient", options, ["path", "worker"]), {
          worker: options.worker,
        });
  }

  /** Rejects with ChromaUniqueError when the tenant has one of that name. */
  async createDatabase(options: { name: string; tenant: string }): Promise<void> {
    await this.#connection.call("createDatabase", ...named("createDatabase()", options));
  }

  /** Rejects with ChromaNotFoundError when the tenant has none of that name. */
  async getDatabase(options: { name: string; tenant: string }): Promise<Database> {
    return this.#connection.call("getDatabase", ...named("getDatabase()", options));
  }

  /** Deletes the database with its collections. Rejects with ChromaNotFoundError when there is none of that name. */
  async deleteDatabase(options: { name: string; tenant: string }): Promise<void> {
    await this.#connection.call("deleteDatabase", ...named("deleteDatabase()", options));
  }

  /** A tenant's databases, by name. */
  async listDatabases(options: ListDatabasesArgs): Promise<Database[]> {
    const call = "listDatabases()";
    checkOptions(call, options, ["tenant", "limit", "offset"]);
    const tenant = checkString(`${call}: tenant`, options.tenant);
    const limit = checkCount(`${call}: limit`, options.limit ?? 100);
    const offset = checkCount(`${call}: offset`, options.offset ?? 0);
    return this.#connection.call("listDatabases", tenant, limit, offset);
  }

  /** Rejects with ChromaUniqueError when there is one of that name. */
  async createTenant(options: { name: string }): Promise<void> {
    checkOptions("createTenant()", options, ["name"]);
    const name = checkString("createTenant(): name", options.name);
    await this.#connection.call("createTenant", name);
  }

  /** The tenant's name. Rejects with ChromaNotFoundError when there is none of that name. */
  async getTenant(options: { name: string }): Promise<string> {
    checkOptions("getTenant()", options, ["name"]);
    const name = checkString("getTenant(): name", options.name);
    return this.#connection.call("getTenant", name);
  }

  /** Frees the connection, unless it is another client's. */
  async close(): Promise<void> {
    if (this.#owned) await this.#connection.close();
  }
}

function named(call: string, options: { name: string; tenant: string }): [string, string] {
  checkOptions(call, options, ["name", "tenant"]);
  return [
    checkString(`${call}: tenant`, options.tenant),
    checkString(`${call}: name`, options.name),
  ];
}
