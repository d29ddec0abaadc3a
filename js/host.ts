/** Owns the engine's database: runs calls on it, and works in the background between them. */
import { Background } from "./background.js";
import { errorOf, type VecinoError } from "./errors.js";
import { loadRegex, usesRegex } from "./regex.js";
import type { Calls, Method } from "./transport/protocol.js";
import { type Database, loadEngine } from "./wasm.js";

/** Calls that leave nothing to link or to write out. Reading can: it is what loads a collection. */
const QUIET: ReadonlySet<Method> = new Set([
  "countCollections",
  "listCollections",
  "stats",
  "destroy",
  "close",
]);

/** Calls with filters, which may hold regular expressions. */
const FILTERING: ReadonlySet<string> = new Set(["get", "query", "search", "delete"]);

export class Host {
  readonly #background: Background;
  #database: Promise<Database> | undefined;
  /** Set once the engine trapped: its memory cannot be trusted any more. */
  #trap: VecinoError | undefined;

  /** `slice`: how long background work may take at a stretch, in milliseconds. A query waits no longer than that. */
  constructor(slice: number) {
    this.#background = new Background(async () => (await this.#opened()).work(slice));
  }

  async call(method: Method, args: unknown[]): Promise<unknown> {
    if (this.#trap) throw this.#trap;
    try {
      const answer = await this.#run(method, args);
      if (!QUIET.has(method)) this.#background.wake();
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

  /** Ends background work; nothing else is to be freed that the database's own close does not free. */
  stop(): void {
    this.#background.stop();
  }

  async #run(method: Method, args: unknown[]): Promise<unknown> {
    if (method === "open") {
      const [path] = args as Parameters<Calls["open"]>;
      this.#database = loadEngine().then((engine) => engine.open(path));
      await this.#database;
      return undefined;
    }
    if (method === "destroy") {
      const [path] = args as Parameters<Calls["destroy"]>;
      return (await loadEngine()).destroy(path);
    }
    if (method === "close") this.stop();
    const database = await this.#opened();
    if (FILTERING.has(method) && usesRegex(args)) await loadRegex();
    const call = database[method] as (...args: unknown[]) => Promise<unknown>;
    return call.apply(database, args);
  }

  #opened(): Promise<Database> {
    if (!this.#database) throw errorOf("internal", "The database was used before it was opened.");
    return this.#database;
  }
}
