// What every contender that builds a graph is configured with.

export const M = 16;
export const EF_CONSTRUCTION = 200;
/** The same, in the package's words. */
export const settings = { max_neighbors: M, ef_construction: EF_CONSTRUCTION };
