/** The compiled engine, loaded once per thread. */
import initialize, { Database as Engine } from "../build/wasm/vecino.js";
import { type ErrorCode, errorOf, VecinoError } from "./errors.js";
import type { EngineEvent } from "./events.js";
import type { Calls } from "./transport/protocol.js";
import { readWasm } from "./wasm-source.js";

/** What an opened database can be asked for, by name. */
export interface EngineCalls extends Omit<Calls, "open" | "destroy"> {
  /** The ids of the collections in memory. */
  loaded(): Promise<string[]>;
  /** Links and writes out for about so many milliseconds; true while work is left. */
  work(milliseconds: number): Promise<boolean>;
}

/** An opened database of the engine. */
export interface Database {
  call<M extends keyof EngineCalls>(
    method: M,
    args: Parameters<EngineCalls[M]>,
  ): ReturnType<EngineCalls[M]>;
}

/** What the engine asks of whoever holds it. */
export interface EngineHost {
  tell(type: EngineEvent["type"], code: ErrorCode, message: string): void;
  /** Whether this engine makes the checkpoints of that collection. `neglected`: who does must not any more. */
  elected(id: string, neglected: boolean): boolean;
  /** How many milliseconds other tabs get to take in the log before a checkpoint trims it. */
  grace(): number;
}

interface DatabaseClass {
  open(path: string | undefined, strict: boolean, host: EngineHost): Promise<Database>;
  destroy(path: string): Promise<void>;
}

let loading: Promise<DatabaseClass> | undefined;

/** The engine's Database class. After a failure the next call tries again. */
export function loadEngine(): Promise<DatabaseClass> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<DatabaseClass> {
  try {
    const url = new URL("./vecino_bg.wasm", import.meta.url);
    await initialize({ module_or_path: await readWasm(url) });
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
  return Engine;
}
