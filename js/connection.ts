import { errorOf, VecinoError } from "./errors.js";
import type { Answer, Arguments, Method, Transport } from "./transport/protocol.js";
import { WorkerTransport } from "./transport/worker.js";

/** One opened engine and how many connections use it. */
interface Engine {
  readonly key: string;
  readonly transport: Promise<Transport>;
  users: number;
}

/** The engines of databases that are kept, by path: clients of one page see each other's writes at once. */
const engines = new Map<string, Engine>();

/**
 * A client's way to its database: nothing until the first call, then one engine until it is closed. Clients with the
 * same path and in the same kind of place share it. When opening fails, the next call tries again.
 */
export class Connection {
  readonly #path: string | undefined;
  readonly #worker: boolean | undefined;
  #engine: Engine | undefined;
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
    this.#engine ??= this.#use();
    const engine = this.#engine;
    const answer = engine.transport.then((transport) => transport.call(method, ...args));
    this.#pending.add(answer);
    try {
      return await answer;
    } catch (error) {
      // Another tab took the database away: who opens it from now on needs another engine.
      if (error instanceof VecinoError && error.code === "closed") this.#forget(engine);
      throw error;
    } finally {
      this.#pending.delete(answer);
    }
  }

  /** Waits for what is under way, then frees everything that nobody else uses. Closing again is the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    engine.users -= 1;
    const last = engine.users === 0;
    if (last) this.#forget(engine);
    const transport = await engine.transport.catch(() => undefined);
    if (!transport) return;
    const pending = [...this.#pending];
    // Closing fails only where the engine is gone, and then there is nothing left to close.
    await Promise.allSettled([...(last ? [transport.call("close")] : []), ...pending]);
    if (last) transport.terminate();
  }

  #use(): Engine {
    const worker = inWorker(this.#worker);
    const key = keyOf(this.#path, worker);
    let engine = engines.get(key);
    if (!engine) {
      engine = { key, transport: open(this.#path, worker), users: 0 };
      if (this.#path !== undefined) engines.set(key, engine);
    }
    const used = engine;
    used.users += 1;
    used.transport.catch(() => {
      this.#forget(used);
      this.#engine = undefined;
    });
    return used;
  }

  #forget(engine: Engine): void {
    if (engines.get(engine.key) === engine) engines.delete(engine.key);
  }
}

function inWorker(wanted: boolean | undefined): boolean {
  return wanted ?? typeof Worker !== "undefined";
}

function keyOf(path: string | undefined, worker: boolean): string {
  return `${worker} ${path}`;
}

async function open(path: string | undefined, worker: boolean): Promise<Transport> {
  if (path !== undefined && typeof indexedDB === "undefined") throw noIndexedDb();
  const transport = await connect(worker);
  try {
    await transport.call("open", path);
  } catch (error) {
    transport.terminate();
    throw error;
  }
  return transport;
}

/** Removes the database at `path` and everything in it. Clients that have it open lose it. */
export async function destroy(path: string, worker: boolean | undefined): Promise<void> {
  if (typeof indexedDB === "undefined") throw noIndexedDb();
  for (const kind of [true, false]) engines.delete(keyOf(path, kind));
  const transport = await connect(inWorker(worker));
  try {
    await transport.call("destroy", path);
  } finally {
    transport.terminate();
  }
}

async function connect(worker: boolean): Promise<Transport> {
  if (worker) return new WorkerTransport();
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
