import { errorOf, type VecinoError } from "./errors.js";
import type { Answer, Arguments, Method, Transport } from "./transport/protocol.js";
import { WorkerTransport } from "./transport/worker.js";

/**
 * A client's way to its database: nothing until the first call, then one transport until it is closed.
 * When opening fails, the next call tries again.
 */
export class Connection {
  readonly #path: string | undefined;
  readonly #worker: boolean | undefined;
  #transport: Promise<Transport> | undefined;
  #closing: Promise<void> | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  /** Without a path the database is in memory only. `worker` undefined means: where there is one. */
  constructor(path: string | undefined, worker: boolean | undefined) {
    this.#path = path;
    this.#worker = worker;
  }

  async call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    if (this.#closing) {
      throw errorOf(
        "closed",
        `The client is closed, so ${method} cannot run. Create a new client.`,
      );
    }
    this.#transport ??= this.#open();
    const answer = this.#transport.then((transport) => transport.call(method, ...args));
    this.#pending.add(answer);
    try {
      return await answer;
    } finally {
      this.#pending.delete(answer);
    }
  }

  /** Waits for what is under way, then frees everything. Closing again is the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const transport = await this.#transport?.catch(() => undefined);
    if (!transport) return;
    const pending = [...this.#pending];
    // Closing fails only where the engine is gone, and then there is nothing left to close.
    await Promise.allSettled([transport.call("close"), ...pending]);
    transport.terminate();
  }

  async #open(): Promise<Transport> {
    try {
      if (this.#path !== undefined && typeof indexedDB === "undefined") throw noIndexedDb();
      const transport = await connect(this.#worker);
      try {
        await transport.call("open", this.#path);
      } catch (error) {
        transport.terminate();
        throw error;
      }
      return transport;
    } catch (error) {
      this.#transport = undefined;
      throw error;
    }
  }
}

/** Removes the database at `path` and everything in it. */
export async function destroy(path: string, worker: boolean | undefined): Promise<void> {
  if (typeof indexedDB === "undefined") throw noIndexedDb();
  const transport = await connect(worker);
  try {
    await transport.call("destroy", path);
  } finally {
    transport.terminate();
  }
}

async function connect(worker: boolean | undefined): Promise<Transport> {
  if (worker ?? typeof Worker !== "undefined") return new WorkerTransport();
  // Loaded only now, so that a page that uses the worker does not load the engine's glue a second time.
  const { InPageTransport } = await import("./transport/in-page.js");
  return new InPageTransport();
}

function noIndexedDb(): VecinoError {
  return errorOf(
    "storage_unavailable",
    "PersistentClient keeps its data in IndexedDB, which does not exist here (Node, or a page where it is turned " +
      "off). EphemeralClient works here and keeps its data in memory.",
  );
}
