// The true nearest neighbors under cosine, in double precision.

/**
 * For each row of `asked` the `k` rows of `base` with the highest cosine, best first, ties by lower row:
 * an Int32Array of queries x k.
 */
export function exactNeighbors(base, asked, dimension, k) {
  const norms = normsOf(base, dimension);
  const queries = asked.length / dimension;
  const truth = new Int32Array(queries * k);
  const similarities = new Float64Array(norms.length);
  for (let query = 0; query < queries; query += 1) {
    const row = asked.subarray(query * dimension, (query + 1) * dimension);
    for (let at = 0; at < norms.length; at += 1) {
      similarities[at] = dot(base, at * dimension, row) / norms[at];
    }
    truth.set(best(similarities, k), query * k);
  }
  return truth;
}

/** Indices of the `k` highest values, highest first, ties by lower index. */
function best(values, k) {
  const floor = Float64Array.from(values).sort()[values.length - k];
  const candidates = [];
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] >= floor) candidates.push(at);
  }
  return candidates.sort((a, b) => values[b] - values[a] || a - b).slice(0, k);
}

function dot(base, offset, row) {
  let sum = 0;
  for (let at = 0; at < row.length; at += 1) sum += base[offset + at] * row[at];
  return sum;
}

function normsOf(base, dimension) {
  return Float64Array.from({ length: base.length / dimension }, (_, at) =>
    Math.sqrt(dot(base, at * dimension, base.subarray(at * dimension, (at + 1) * dimension))),
  );
}
