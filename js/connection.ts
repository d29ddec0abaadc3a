import type { Durability, Persistence } from "./client-types.js";
import { errorOf, type VecinoError } from "./errors.js";
import { dispatch, type EngineEvent } from "./events.js";
import type { Answer, Arguments, Method, Transport } from "./transport/protocol.js";
import { WorkerTransport } from "./transport/worker.js";

export interface ConnectionOptions {
  /** Undefined means: where there is one. */
  worker?: boolean | undefined;
  /** Default "relaxed". */
  durability?: Durability | undefined;
  /** Where to keep the records when there is no IndexedDB. Default: nowhere. */
  fallback?: "memory" | undefined;
}

/** One opened engine and the connections that use it. */
interface Engine {
  readonly path: string | undefined;
  readonly opened: Promise<Opened>;
  readonly users: Set<Connection>;
}

interface Opened {
  readonly transport: Transport;
  readonly persistence: Persistence;
}

type Tell = (event: EngineEvent) => void;

/** The engines of databases that are kept, by path and options: clients of one page see each other's writes at once. */
const engines = new Map<string, Engine>();

/**
 * A client's way to its database: nothing until the first call, then one engine until it is closed. Clients with the
 * same path and options and in the same kind of place share it. When opening fails, the next call tries again.
 */
export class Connection {
  /** Who is told what happens between calls. */
  readonly listeners: Set<EventTarget>;
  readonly #path: string | undefined;
  readonly #options: ConnectionOptions;
  #engine: Engine | undefined;
  #closing: Promise<void> | undefined;
  readonly #pending = new Set<Promise<unknown>>();

  /** Without a path the database is in memory only. */
  constructor(
    path: string | undefined,
    options: ConnectionOptions,
    listeners: Set<EventTarget> = new Set(),
  ) {
    this.#path = path;
    this.#options = options;
    this.listeners = listeners;
  }

  async call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    const engine = this.#opening(method);
    const answer = engine.opened.then(({ transport }) => transport.call(method, ...args));
    this.#pending.add(answer);
    try {
      return await answer;
    } catch (error) {
      const { code } = error as VecinoError;
      // Another tab took the database away: who opens it from now on needs another engine.
      if (code === "closed") forget(engine);
      if (code === "storage_full") Object.assign(error as VecinoError, await space());
      throw error;
    } finally {
      this.#pending.delete(answer);
    }
  }

  /** Where the records are kept, once it has been tried. */
  async persistence(): Promise<Persistence> {
    if (this.#path === undefined) return "memory";
    return (await this.#opening("persistence").opened).persistence;
  }

  /** Waits for what is under way, then frees everything that nobody else uses. Closing again is the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    engine.users.delete(this);
    const last = engine.users.size === 0;
    if (last) forget(engine);
    const opened = await engine.opened.catch(() => undefined);
    if (!opened) return;
    const { transport } = opened;
    const pending = [...this.#pending];
    // Closing fails only where the engine is gone, and then there is nothing left to close.
    await Promise.allSettled([...(last ? [transport.call("close")] : []), ...pending]);
    if (last) transport.terminate();
  }

  #opening(method: string): Engine {
    if (this.#closing) {
      throw errorOf(
        "closed",
        `The client is closed, so ${method} cannot run. Create a new client.`,
      );
    }
    this.#engine ??= this.#use();
    return this.#engine;
  }

  #use(): Engine {
    const path = this.#path;
    const { durability = "relaxed", fallback } = this.#options;
    const worker = inWorker(this.#options.worker);
    const key = `${worker} ${durability} ${fallback} ${path}`;
    let engine = engines.get(key);
    if (!engine) {
      const users = new Set<Connection>();
      const tell: Tell = (event) => {
        if (event.type === "close") forget(used);
        dispatch(
          [...users].flatMap(({ listeners }) => [...listeners]),
          event,
        );
      };
      const opened = open(path, worker, durability === "strict", tell).catch(
        (error: VecinoError) => {
          if (!fallback || error.code !== "storage_unavailable") throw error;
          return open(undefined, worker, false, tell);
        },
      );
      engine = { path, opened, users };
      if (path !== undefined) engines.set(key, engine);
    }
    const used = engine;
    used.users.add(this);
    used.opened.catch(() => {
      forget(used);
      this.#engine = undefined;
    });
    return used;
  }
}

/** Whoever opens the same from now on gets another engine. */
function forget(engine: Engine): void {
  for (const [key, known] of engines) if (known === engine) engines.delete(key);
}

function inWorker(wanted: boolean | undefined): boolean {
  return wanted ?? typeof Worker !== "undefined";
}

async function open(
  path: string | undefined,
  worker: boolean,
  strict: boolean,
  tell: Tell,
): Promise<Opened> {
  if (path !== undefined && !hasIndexedDb()) throw noIndexedDb();
  const transport = await connect(worker, tell);
  try {
    await transport.call("open", path, strict);
  } catch (error) {
    transport.terminate();
    throw error;
  }
  return { transport, persistence: path === undefined ? "memory" : "indexeddb" };
}

/** Removes the database at `path` and everything in it. Clients that have it open lose it. */
export async function destroy(path: string, worker: boolean | undefined): Promise<void> {
  if (!hasIndexedDb()) throw noIndexedDb();
  for (const engine of engines.values()) if (engine.path === path) forget(engine);
  // Nothing happens between calls: there is one.
  const transport = await connect(inWorker(worker), () => {});
  try {
    await transport.call("destroy", path);
  } finally {
    transport.terminate();
  }
}

async function connect(worker: boolean, tell: Tell): Promise<Transport> {
  if (worker) return new WorkerTransport(tell);
  // Loaded only now, so that a page that uses the worker does not load the engine's glue a second time.
  const { InPageTransport } = await import("./transport/in-page.js");
  return new InPageTransport(tell);
}

/** Whether there is an IndexedDB to be tried. Where site data is blocked, even looking for it may be refused. */
function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB !== "undefined";
  } catch {
    return false;
  }
}

/** What the browser tells of the origin's space: nothing, where it has no storage manager. */
async function space(): Promise<StorageEstimate> {
  const estimate = await navigator.storage?.estimate().catch(() => undefined);
  return { usage: estimate?.usage, quota: estimate?.quota } as StorageEstimate;
}

function noIndexedDb(): VecinoError {
  return errorOf(
    "storage_unavailable",
    "PersistentClient keeps its data in IndexedDB, which does not exist here (Node, or a page where it is turned " +
      'off). EphemeralClient works here and keeps its data in memory, and so does { fallback: "memory" }.',
  );
}
