// The numbers of a dataset outside the page, every row of unit length.
import { decodeHalf } from "../page/half.js";
import { unitRows } from "../page/unit.js";

/** `bytes` as lib/dataset.mjs gives them. */
export function unitNumbers(bytes, { type, dimension }) {
  const own = () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return unitRows(type === "f16" ? decodeHalf(bytes) : new Float32Array(own()), dimension);
}
