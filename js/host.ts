/** Owns the engine's database: runs calls on it, works in the background between them, and keeps step with other tabs. */
import { Background } from "./background.js";
import { describeError, errorOf, type VecinoError } from "./errors.js";
import type { EngineEvent } from "./events.js";
import { giveWay } from "./give-way.js";
import { Helpers } from "./helpers.js";
import { Pace } from "./pace.js";
import { loadRegex, usesRegex } from "./regex.js";
import { Tabs } from "./tabs.js";
import { READS, WRITES } from "./transport/messages.js";
import type { Arguments, Calls, Method } from "./transport/protocol.js";
import { callEngine, type Database, loadEngine } from "./wasm.js";

/** Calls that leave nothing to link or to write out. */
const QUIET: ReadonlySet<Method> = new Set([
  "countCollections",
  "listCollections",
  "stats",
  "overview",
  "verify",
  "destroy",
  "assist",
  "close",
]);

/** More than another tab needs to take in a write after its message, in milliseconds. */
const GRACE = 50;

/** Calls with filters, which may hold regular expressions. */
const FILTERING: ReadonlySet<string> = new Set(["get", "query", "search", "delete"]);

/** Calls that change what other tabs have in memory of the collection that they name first. */
const CHANGES_ONE: ReadonlySet<Method> = new Set([
  "add",
  "upsert",
  "update",
  "delete",
  "modifyCollection",
]);

/** Calls that end collections. */
const CHANGES_ANY: ReadonlySet<Method> = new Set([
  "deleteCollection",
  "deleteDatabase",
  "reset",
  "inherit",
]);

export class Host {
  readonly #pace = new Pace();
  readonly #background: Background;
  readonly #following: Background;
  readonly #helpers: Helpers | undefined;
  readonly #tell: (event: EngineEvent) => void;
  /** What other tabs have written to and this one has not looked at: ids, or undefined for any collection. */
  readonly #behind = new Set<string | undefined>();
  #database: Promise<Database> | undefined;
  #tabs: Tabs | undefined;
  /** Set once the engine trapped: its memory cannot be trusted any more. */
  #trap: VecinoError | undefined;

  /**
   * `tell` is told what happens between calls. `start` starts a worker that is another host, where that is possible.
   */
  constructor(tell: (event: EngineEvent) => void, start?: () => Worker) {
    this.#tell = tell;
    this.#helpers =
      start &&
      new Helpers(
        start,
        async (...args) => callEngine(await this.#opened(), "exchange", args),
        (error) => this.#warn("linking goes on in one worker", error),
      );
    this.#background = new Background(
      async () => {
        const left = await callEngine(await this.#opened(), "work", [this.#pace.slice()]);
        if (typeof left === "boolean") return left;
        this.#helpers?.assist(...left);
        return true;
      },
      // What was written stays written: this work only makes it faster to search and to open.
      (error) =>
        this.#warn("background work failed; it is tried again after the next write", error),
      () => this.#pace.rest(),
    );
    this.#following = new Background(
      () => this.#follow(),
      (error) => this.#warn("what another tab wrote could not be read yet", error),
    );
  }

  async call(method: Method, args: unknown[]): Promise<unknown> {
    if (this.#trap) throw this.#trap;
    if (WRITES.has(method)) this.#pace.called();
    try {
      const answer = await this.#run(method, args);
      if (READS.has(method)) {
        this.#pace.read();
        // One that loaded its collection may have left something to do.
        this.#background.wakeLater();
      } else if (!QUIET.has(method)) this.#background.wake();
      return answer;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.stop();
      this.#trap = errorOf(
        "internal",
        `The engine stopped in ${method}: ${error.message}. What was stored is safe; reload the page to go on.`,
      );
      throw this.#trap;
    }
  }

  /** Part of a call has come, and others follow: background work would hold them up. */
  expect(): void {
    this.#pace.sending();
  }

  /** Ends background work and lets go of the other tabs; the database's own close frees the rest. */
  stop(): void {
    this.#background.stop();
    this.#following.stop();
    this.#helpers?.stop();
    this.#tabs?.close();
  }

  async #run(method: Method, args: unknown[]): Promise<unknown> {
    if (method === "open") {
      await this.#open(...(args as Parameters<Calls["open"]>));
      return undefined;
    }
    if (method === "destroy") {
      const [path] = args as Parameters<Calls["destroy"]>;
      return (await loadEngine()).destroy(path);
    }
    if (method === "close") return this.#close();
    const database = await this.#opened();
    if (FILTERING.has(method) && usesRegex(args)) await loadRegex();
    const answer = await callEngine(database, method, args as Arguments<typeof method>);
    if (CHANGES_ONE.has(method)) this.#tabs?.tell(args[0] as string);
    else if (CHANGES_ANY.has(method)) this.#tabs?.tell(undefined);
    return answer;
  }

  async #open(path: string | undefined, strict: boolean): Promise<void> {
    const engine = await loadEngine();
    this.#database = engine.open(path, strict, {
      tell: (type, code, message) => {
        if (type === "close") this.stop();
        this.#tell({ type, code, message });
      },
      elected: (id, neglected) => this.#tabs?.elected(id, neglected) ?? false,
      fetchEmbeddings: async (...args) => callEngine(await this.#opened(), "fetchEmbeddings", args),
      grace: () => (this.#tabs?.accompanied ? GRACE : 0),
      giveWay,
    });
    await this.#database;
    if (path === undefined) return;
    const changed = (id: string | undefined): void => {
      this.#behind.add(id);
      this.#following.wake();
    };
    this.#tabs = new Tabs(path, changed, () => this.#background.wake());
  }

  /** Others may be elected only when no checkpoint is under way any more. */
  async #close(): Promise<void> {
    this.#background.stop();
    this.#following.stop();
    this.#helpers?.stop();
    await callEngine(await this.#opened(), "close", []);
    this.#tabs?.close();
  }

  /** Takes in what other tabs have written, to one collection at a time. */
  async #follow(): Promise<boolean> {
    const database = await this.#opened();
    const behind = this.#behind;
    if (behind.delete(undefined)) {
      for (const id of await callEngine(database, "loaded", [])) behind.add(id);
    }
    for (const id of behind) {
      behind.delete(id);
      await callEngine(database, "follow", [id as string]).catch((error: VecinoError) => {
        // It is let go of, which is all there is to follow.
        if (error.code !== "not_found") throw error;
      });
      this.#background.wake();
      break;
    }
    return behind.size > 0;
  }

  #warn(what: string, error: unknown): void {
    const { code, message } = describeError(error);
    this.#tell({ type: "warning", code, message: `${what}: ${message}` });
  }

  #opened(): Promise<Database> {
    if (!this.#database) throw errorOf("internal", "The database was used before it was opened.");
    return this.#database;
  }
}
