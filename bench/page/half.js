// IEEE half precision to single precision, by looking each of the 65,536 values up.

/** `bytes` are little-endian halves. */
export function decodeHalf(bytes) {
  const table = Float32Array.from({ length: 1 << 16 }, (_, bits) => numberOf(bits));
  const values = new Float32Array(bytes.length / 2);
  for (let at = 0; at < values.length; at += 1) {
    values[at] = table[bytes[2 * at] | (bytes[2 * at + 1] << 8)];
  }
  return values;
}

function numberOf(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
