/** The module of regular expressions, and how the engine uses it. */
import initialize, { Regex } from "../build/regex/vecino_regex.js";
import type { WasmReader } from "./wasm-source.js";

/** A compiled pattern, asked about text in the engine's memory. */
export interface CompiledRegex {
  isMatch(address: number, length: number): boolean;
  free(): void;
}

/** Compiles a pattern for an engine with this memory, or throws a string that says what is wrong with it. */
export type RegexCompiler = (pattern: string, memory: WebAssembly.Memory) => CompiledRegex;

/** `readWasm` is the caller's: imported here, it would be a file of its own beside the worker. */
export async function regexCompiler(readWasm: WasmReader): Promise<RegexCompiler> {
  const url = new URL("./vecino_regex_bg.wasm", import.meta.url);
  await initialize({ module_or_path: await readWasm(url) });
  return (pattern, memory) => {
    const regex = new Regex(pattern);
    return {
      // The memory's buffer is another one after the memory has grown.
      isMatch: (address, length) => regex.isMatch(new Uint8Array(memory.buffer, address, length)),
      free: () => regex.free(),
    };
  };
}
