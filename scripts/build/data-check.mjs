// The last look at a finished module: that its data is there.
import { Failure } from "../lib/fail.mjs";
import { constantsOf } from "./unused-data.mjs";
import { DATA, dataSegments, sections } from "./wasm-binary.mjs";

/**
 * Throws if a byte that the code of `parts` can come to by an address that the linker knows is not what it was in
 * `original`, the module that all was made of. Each part is a module as `{ bytes, text }`, and has the memory of those
 * before it.
 */
export function checkData(parts, original, { named }) {
  const before = memoryOf(original);
  const memory = new Map();
  for (const { bytes, text } of parts) {
    for (const [address, byte] of memoryOf(bytes)) memory.set(address, byte);
    const reached = new Set([...constantsOf(text)].flatMap((at) => [...(named.get(at) ?? [])]));
    for (const { address, end, others } of reached) {
      for (let at = address; at < end; at += 1) {
        if ((memory.get(at) ?? 0) !== (before.get(at) ?? 0)) {
          throw new Failure(
            `The code uses the data at ${address}, but the build lost the byte at ${at}.`,
          );
        }
      }
      for (const other of others) reached.add(other);
    }
  }
}

function memoryOf(bytes) {
  const data = sections(bytes).find(({ id }) => id === DATA);
  const segments = data ? dataSegments(data.content) : [];
  return new Map(
    segments.flatMap(({ address, bytes }) => [...bytes].map((byte, at) => [address + at, byte])),
  );
}
