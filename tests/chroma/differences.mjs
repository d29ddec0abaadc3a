// Where Vecino's answers may differ from the server's, by name. Nothing else may. A difference is either never
// generated, or tolerated under a condition of its own (compare.mjs, truth.mjs), and then it is counted.

/** Tolerated where it happens. The harness counts how often. */
export const tolerated = {
  "missed-neighbor":
    "The server's query leaves out records that its own get returns (its graph is approximate even for 25 records). " +
    "The answer is then computed from what get returned.",
  "cut-tie":
    "More records are equally far from the query than fit into the answer: which of them stay is arbitrary.",
  "near-tie": "Distances that differ by rounding alone: records may change places with each other.",
  "query-unknown-id":
    "The server answers 500 to query({ ids }) with an id that does not exist. Its answer to the ids that do exist is compared.",
  "delete-count":
    "The server's delete({ ids }) counts the ids asked for; ours the records deleted. What it left is compared.",
  "uri-only-metadata":
    "The server gives {} for the metadata of a record that has a uri and no metadata.",
  "rounded-embedding":
    "The server gives shortest decimals, normalized and scaled back under cosine: compared within 1e-5.",
  "array-leak":
    "The server leaves the lists of a deleted collection's metadata to other collections. Its records are deleted first.",
  "class-of-refusal":
    "What chromadb leaves to the server to refuse (ChromaClientError), and the limit of delete (Error), is a " +
    "ChromaValueError here when it is an argument's shape or value.",
  "list-order":
    "The server lists collections by UUID, Vecino in order of creation: compared as sets.",
};

/** Never generated, because the answers are known to differ. */
export const notGenerated = {
  "fraction-against-integer": "The server truncates 1.5 when it compares it with whole numbers.",
  "typed-in": "The server's $in takes its type from the first element: [2, 1.5] is refused there.",
  "typed-contains":
    "The server's $contains tells 2 from 2 in a list with fractions; ours compares by value.",
  "no-results":
    "nResults: 0 can end the server's thread once records were deleted; the answer is empty lists.",
  "rename-to-taken": "The server answers 500 with a text of SQLite; ours is ChromaUniqueError.",
  "zero-vector": "Refused under cosine; the server stores it at distance 1 from everything.",
  "non-finite": "NaN and infinities are refused here before anything is sent.",
  "unknown-option": "Unknown option names are refused here; chromadb ignores them.",
  "null-in-update": "Removes the key here; chromadb drops it before it is sent.",
  "configuration-range":
    "Values of a configuration have ranges here; the server takes 0 and more anywhere.",
  "search-and-fork":
    "search(), fork() and getIndexingStatus() work here; the server answers 500 or 501.",
  "collection-lists": "Lists in a collection's metadata close the server's connection.",
};
