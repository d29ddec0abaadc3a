/** Chroma's clients, for programs that were written for a server: the same calls, on a database in the page. */

import { AdminClient as Admin } from "../admin-client.js";
import { checkOptions } from "../arguments.js";
import { Client } from "../client.js";
import type { PreflightChecks } from "../client-types.js";
import { errorOf } from "../errors.js";
import { type Address, connectionOf } from "./address.js";

export interface ChromaClientArgs extends Address {
  tenant?: string | undefined;
  database?: string | undefined;
  /** Kept to be read; there is no server to send them to. */
  headers?: Record<string, string> | undefined;
  /** Taken and not used: nothing is fetched. */
  fetchOptions?: RequestInit | undefined;
  /** Taken and not used: there is nobody to log in to. */
  auth?: Record<string, string> | undefined;
  /** Whether `reset` may delete everything; with Chroma that is a setting of the server. Default false. */
  allowReset?: boolean | undefined;
}

const ADDRESS = ["host", "port", "ssl", "path", "memory", "worker"] as const;
const SERVER = ["headers", "fetchOptions"] as const;

/**
 * The client of npm `chromadb`, over the IndexedDB database `chroma:<host>:<port>`, by default
 * "chroma:localhost:8000". No server is asked.
 */
export class ChromaClient extends Client {
  readonly headers: Record<string, string> | undefined;
  /** What `getPreflightChecks` answered, once it was asked. */
  preflightChecks: PreflightChecks | undefined;

  constructor(args: ChromaClientArgs = {}) {
    checkOptions("ChromaClient", args, [
      ...ADDRESS,
      ...SERVER,
      "tenant",
      "database",
      "auth",
      "allowReset",
    ]);
    super(connectionOf(args), args);
    if (args.path !== undefined) deprecated("path", "use host, port and ssl instead");
    if (args.auth !== undefined) deprecated("auth", "use headers instead");
    this.headers = args.headers;
  }

  override async getPreflightChecks(): Promise<PreflightChecks> {
    this.preflightChecks ??= await super.getPreflightChecks();
    return this.preflightChecks;
  }

  /** The tenant and the database that calls are about. */
  async _path(): Promise<{ tenant: string; database: string }> {
    return { tenant: this.tenant, database: this.database };
  }
}

/** In Chroma's client these options warn as well. */
function deprecated(option: string, instead: string): void {
  console.warn(`ChromaClient: the option "${option}" is deprecated; ${instead}.`);
}

export interface AdminClientArgs extends Omit<Address, "path"> {
  /** The IndexedDB database of a PersistentClient, instead of an address. */
  path?: string | undefined;
  /** A client whose engine to share, instead of an address. */
  client?: Client | undefined;
  /** Taken and not used: nothing is fetched. */
  headers?: Record<string, string> | undefined;
  /** Taken and not used: nothing is fetched. */
  fetchOptions?: RequestInit | undefined;
}

/** Chroma's admin client, on the same databases in the page as ChromaClient. */
export class AdminClient extends Admin {
  readonly #own: Client | undefined;

  constructor(args: AdminClientArgs = {}) {
    checkOptions("AdminClient", args, [...ADDRESS, ...SERVER, "client"]);
    const { path, client, host, port, ssl, memory, worker } = args;
    const own =
      path === undefined && !client
        ? new ChromaClient({ host, port, ssl, memory, worker })
        : undefined;
    super(path === undefined ? { client: client ?? (own as Client) } : { path, worker });
    this.#own = own;
  }

  override async close(): Promise<void> {
    await this.#own?.close();
    await super.close();
  }
}

/** Refused: this package holds its data in the page. */
export class CloudClient extends ChromaClient {
  constructor(_args: object = {}) {
    super(refuse("CloudClient", "ChromaClient"));
  }
}

/** Refused: this package holds its data in the page. */
export class AdminCloudClient extends AdminClient {
  constructor(_args: object = {}) {
    super(refuse("AdminCloudClient", "AdminClient"));
  }
}

function refuse(name: string, instead: string): never {
  throw errorOf(
    "unsupported",
    `${name} connects to Chroma Cloud, and Vecino to no server at all: it keeps collections in the page. ` +
      `Use ${instead} for that, or ${name} of npm chromadb to reach Chroma Cloud.`,
  );
}
