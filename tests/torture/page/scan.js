// Searching as plain as it can be written, to hold the engine's answers against.

/** Squared distances of all records to `query`, nearest first: `[id, distance]`. */
export function scan(records, query) {
  const distance = ({ embedding }) =>
    embedding.reduce((sum, value, i) => sum + (value - query[i]) ** 2, 0);
  return [...records].map(([id, record]) => [id, distance(record)]).sort(([, a], [, b]) => a - b);
}

/** Throws unless the nearest `k` that the collection finds are those of a scan over `records`. */
export async function compareQueries(collection, records, queries, k = 10, options = {}) {
  for (const query of queries) {
    const answer = await collection.query({ queryEmbeddings: [query], nResults: k, ...options });
    const [ids, distances] = [answer.ids[0], answer.distances[0]];
    const expected = scan(records, query).slice(0, k);
    const same = expected.every(
      ([, distance], i) => Math.abs(distances[i] - distance) <= 1e-4 * (1 + distance),
    );
    const exists = ids.every((id) => records.has(id)) && new Set(ids).size === ids.length;
    if (same && exists && ids.length === expected.length) continue;
    const shown = JSON.stringify({ found: ids.map((id, i) => [id, distances[i]]), expected });
    throw new Error(`a query differs from the scan: ${shown}`);
  }
}
