// The data of objects that move to a module which is loaded later, as segments.
import { dataSection, dataSegments } from "./wasm-binary.mjs";

/** A segment more costs about as many bytes. */
const SHORT = 8;

/**
 * Data with these objects alone. It goes into memory that is in use: what belongs to `others` may have changed, and is
 * written only where one of the objects overlaps it, which happens to constants alone.
 */
export function onlyObjects(content, objects, others) {
  const sorted = [...objects].sort((one, other) => one.address - other.address);
  const isFree = (from, to) => ![...others].some(({ address, end }) => address < to && from < end);
  const runs = [];
  for (const { address, end } of sorted) {
    const last = runs.at(-1);
    const gap = address - last?.end;
    if (gap <= 0 || (gap < SHORT && isFree(last.end, address))) last.end = Math.max(last.end, end);
    else runs.push({ address, end });
  }
  const segments = dataSegments(content).flatMap((segment) =>
    runs.flatMap((run) => {
      const from = Math.max(run.address - segment.address, 0);
      const bytes = segment.bytes.subarray(from, Math.max(run.end - segment.address, from));
      return bytes.some((byte) => byte !== 0) ? [{ address: segment.address + from, bytes }] : [];
    }),
  );
  return dataSection(segments);
}
