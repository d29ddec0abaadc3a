/** The compiled engine, loaded once per thread: what most pages need, and on first use what few do. */
import initialize, { Database as Engine, primaryName } from "../build/wasm/vecino.js";
import { type ErrorCode, errorOf, VecinoError } from "./errors.js";
import type { EngineEvent } from "./events.js";
import type { Calls } from "./transport/protocol.js";
import { missingModule, readWasm } from "./wasm-source.js";

/** What an opened database can be asked for, by name. */
export interface EngineCalls extends Omit<Calls, "open" | "destroy"> {
  /** The ids of the collections in memory. */
  loaded(): Promise<string[]>;
  /** Takes groups of a collection's embeddings into memory, for a read that waits for them. */
  fetchEmbeddings(id: string, groups: Uint32Array): Promise<void>;
  /**
   * Links and writes out for about so many milliseconds; true while work is left, or if other workers should help with it,
   * the key of that collection and how many are to link, this one included.
   */
  work(milliseconds: number): Promise<boolean | [key: string, threads: number]>;
  /**
   * What helper number `at` answered: undefined begins, null ends it. The arguments of its next `assist`; undefined: none
   * at the moment; null: it is of no use any more.
   */
  exchange(
    key: string,
    at: number,
    answer?: Uint32Array | null,
  ): Promise<Parameters<Calls["assist"]> | null | undefined>;
}

/** An opened database of the engine. */
export interface Database {
  /** Undefined if the method is one of `callRare`. */
  call(method: keyof EngineCalls, args: unknown[]): Promise<unknown> | undefined;
  /** Must not be called before `loadRare` has resolved. */
  callRare(method: keyof EngineCalls, args: unknown[]): Promise<unknown>;
}

/** What the engine asks of whoever holds it. */
export interface EngineHost {
  tell(type: EngineEvent["type"], code: ErrorCode, message: string): void;
  /** Whether this engine makes the checkpoints of that collection. `neglected`: who does must not any more. */
  elected(id: string, neglected: boolean): boolean;
  /** Calls the method of the same name with the same arguments. */
  fetchEmbeddings(id: string, groups: Uint32Array): Promise<void>;
  /** How many milliseconds other tabs get to take in the log before a checkpoint trims it. */
  grace(): number;
  /** Resolves when the messages and events that wait have been handled. */
  giveWay(): Promise<void>;
}

interface DatabaseClass {
  open(path: string | undefined, strict: boolean, host: EngineHost): Promise<Database>;
  destroy(path: string): Promise<void>;
}

let loading: Promise<DatabaseClass> | undefined;
let loadingRare: Promise<void> | undefined;
let primary: WebAssembly.Exports;

/** The engine's Database class. After a failure the next call tries again. */
export function loadEngine(): Promise<DatabaseClass> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Calls a method, and loads the module of those that few pages call where it is one of them. */
export async function callEngine<M extends keyof EngineCalls>(
  database: Database,
  method: M,
  args: Parameters<EngineCalls[M]>,
): Promise<Awaited<ReturnType<EngineCalls[M]>>> {
  // Closing waits for calls under way, and those that wait for the module are.
  if (method === "close") await loadingRare?.catch(() => {});
  const rare = async () => {
    await loadRare();
    return database.callRare(method, args);
  };
  const answer = await (database.call(method, args) ?? rare());
  return answer as Awaited<ReturnType<EngineCalls[M]>>;
}

/** After a failure the next call tries again. */
function loadRare(): Promise<void> {
  loadingRare ??= instantiateRare().catch((error: unknown) => {
    loadingRare = undefined;
    throw error;
  });
  return loadingRare;
}

async function instantiateRare(): Promise<void> {
  const url = new URL("./vecino_rare_bg.wasm", import.meta.url);
  const source = await readWasm(url);
  const bytes =
    source instanceof Uint8Array
      ? source
      : await source.arrayBuffer().catch((error: unknown) => {
          throw missingModule(url, error);
        });
  try {
    await WebAssembly.instantiate(bytes, { [primaryName]: primary });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw errorOf(
      "internal",
      `${url} does not fit the rest of Vecino's engine: ${reason}. Reload the page; the files of one version of the ` +
        "package must be published together.",
      { cause: error },
    );
  }
}

async function load(): Promise<DatabaseClass> {
  try {
    const url = new URL("./vecino_bg.wasm", import.meta.url);
    primary = (await initialize({
      module_or_path: await readWasm(url),
    })) as unknown as WebAssembly.Exports;
  } catch (error) {
    if (error instanceof VecinoError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw errorOf(
      "internal",
      `Vecino's engine could not be compiled: ${reason}. It needs a browser with WebAssembly SIMD, and under a ` +
        "Content-Security-Policy script-src must hold 'wasm-unsafe-eval'.",
      { cause: error },
    );
  }
  return Engine as unknown as DatabaseClass;
}
