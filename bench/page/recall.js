// How much of the truth was found.

/** The share of the rows `truth(query)` that are among `found[query]`, over all queries. */
export function recallOf(found, truth) {
  let hits = 0;
  let all = 0;
  for (const [query, rows] of found.entries()) {
    const wanted = new Set(truth(query));
    all += wanted.size;
    hits += new Set(rows.filter((row) => wanted.has(row))).size;
  }
  return hits / all;
}
