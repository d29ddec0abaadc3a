// What a page can do without a database: one Float32Array and a loop. The limit that a library has to beat.

/**
 * Over unit vectors in one Float32Array, row after row; answers a query with the rows of the `k` nearest under
 * cosine, nearest first.
 */
export function plainScan(base, dimension) {
  const count = base.length / dimension;
  return (query, k) => {
    const rows = new Int32Array(k).fill(-1);
    const similarities = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < count; row += 1) {
      const similarity = dot(base, row * dimension, query);
      if (similarity <= similarities[k - 1]) continue;
      let at = k - 1;
      for (; at > 0 && similarities[at - 1] < similarity; at -= 1) {
        similarities[at] = similarities[at - 1];
        rows[at] = rows[at - 1];
      }
      similarities[at] = similarity;
      rows[at] = row;
    }
    return rows;
  };
}

/** Four sums, so that an addition does not have to wait for the one before; `query.length` is a multiple of 4. */
function dot(base, offset, query) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = 0; at < query.length; at += 4) {
    const row = offset + at;
    a += base[row] * query[at];
    b += base[row + 1] * query[at + 1];
    c += base[row + 2] * query[at + 2];
    d += base[row + 3] * query[at + 3];
  }
  return a + b + (c + d);
}
