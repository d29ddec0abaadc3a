/** Where a program that was written for a Chroma server finds its data in the page. */
import { checkString } from "../arguments.js";
import { Connection, type ConnectionOptions } from "../connection.js";
import { errorOf } from "../errors.js";
import type { Answer, Arguments, Method } from "../transport/protocol.js";

/** How such a program names its server. */
export interface Address {
  host?: string | undefined;
  port?: number | undefined;
  ssl?: boolean | undefined;
  /** The server's URL; Chroma's older way of naming it. */
  path?: string | undefined;
  /** Keeps the data in memory instead of IndexedDB: for Node, and for tests. Default false. */
  memory?: boolean | undefined;
  worker?: boolean | undefined;
}

/** The name of the IndexedDB database that stands for the server of this address. */
export function databaseOf({ path, host = "localhost", port = 8000 }: Address): string {
  if (path === undefined) return `chroma:${checkString("host", host)}:${Number(port)}`;
  const url = parse(path);
  return `chroma:${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
}

export function connectionOf(address: Address): Connection {
  const name = databaseOf(address);
  const { worker } = address;
  if (!address.memory) return new AddressConnection(name, { worker });
  return new MemoryConnection(`${name} ${worker}`, { worker });
}

class AddressConnection extends Connection {
  override async call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    if (typeof indexedDB === "undefined") {
      throw errorOf(
        "storage_unavailable",
        "vecino/chromadb keeps its data in IndexedDB, which does not exist here (Node, or a page where it is turned " +
          "off). Create the client with { memory: true } to keep it in memory.",
      );
    }
    return super.call(method, ...args);
  }
}

/** In memory, an address has one engine for all its clients, as a server would be; it ends with the last of them. */
const engines: Map<string, { connection: Connection; users: number }> = /* @__PURE__ */ new Map();

class MemoryConnection extends Connection {
  readonly #key: string;
  #shared: Connection | undefined;

  constructor(key: string, options: ConnectionOptions) {
    const engine = engines.get(key) ?? { connection: new Connection(undefined, options), users: 0 };
    super(undefined, options, engine.connection.listeners);
    this.#key = key;
    engine.users += 1;
    engines.set(key, engine);
    this.#shared = engine.connection;
  }

  override async call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    // Once closed, the base class refuses every call in its own words.
    return this.#shared ? this.#shared.call(method, ...args) : super.call(method, ...args);
  }

  override async close(): Promise<void> {
    const engine = engines.get(this.#key);
    if (this.#shared && engine) {
      this.#shared = undefined;
      engine.users -= 1;
      if (engine.users === 0) {
        engines.delete(this.#key);
        await engine.connection.close();
      }
    }
    return super.close();
  }
}

function parse(path: string): URL {
  try {
    return new URL(path);
  } catch {
    throw errorOf(
      "invalid_argument",
      `path is not a URL: ${JSON.stringify(path)}. A path like "notes", the name of an IndexedDB database, is for ` +
        'PersistentClient of "vecino".',
    );
  }
}
