// Exact nearest rows, for the truth of what only the page knows.

/** Similarity of the query to every row of unit length. */
export function similarities(base, dimension, query) {
  const values = new Float64Array(base.length / dimension);
  for (let row = 0; row < values.length; row += 1) {
    const offset = row * dimension;
    let [a, b] = [0, 0];
    for (let at = 0; at < dimension; at += 2) {
      a += base[offset + at] * query[at];
      b += base[offset + at + 1] * query[at + 1];
    }
    values[row] = a + b;
  }
  return values;
}

/** The `k` of `rows` with the highest `values`, best first, ties by lower row. */
export function nearestOf(rows, values, k) {
  const best = [];
  for (const row of rows) {
    const value = values[row];
    if (best.length === k && value <= values[best[k - 1]]) continue;
    let at = Math.min(best.length, k - 1);
    for (; at > 0 && values[best[at - 1]] < value; at -= 1) best[at] = best[at - 1];
    best[at] = row;
  }
  return best;
}
