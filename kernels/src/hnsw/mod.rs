//! The graph: a hierarchical navigable small world after Malkov and Yashunin, "Efficient and robust approximate
//! nearest neighbor search using Hierarchical Navigable Small World graphs" (2016, arXiv 1603.09320).
//!
//! Every node is a slot. Level 0 holds all nodes, each higher level about one in `m` of those below. A search
//! walks greedily from the entry point at the top down to level 0 and there keeps a list of the nearest so far.
//!
//! | here | in the paper |
//! |---|---|
//! | [`Graph::insert`] | Algorithm 1, INSERT |
//! | [`Graph::search`] | Algorithm 5, K-NN-SEARCH; one level of it is Algorithm 2, SEARCH-LAYER |
//! | `select_neighbors` | Algorithm 4, SELECT-NEIGHBORS-HEURISTIC |
//! | level, `m`, `m0`, `ef`, `ef_construction` | l, M, Mmax0, ef, efConstruction |
//! | candidates, nearest, visited | C, W, v |
//!
//! Five things are not in the paper. A removed node becomes a *tombstone*: still walked through, never found,
//! never linked to anew, until [`Graph::consolidate`] leads the links around it and frees its slot. And a search
//! takes an `accept` closure: it walks through what is not accepted and goes on until it has enough that is. A *ring*
//! through all nodes makes sure that each can be reached. And of equal vectors one is linked: the others are its
//! *twins* and follow it in the ring. And a search goes on for a while where its neighbors are close together: see
//! `width`.
//!
//! The graph knows slots and distances, never ids or metadata. It is deterministic: the level of a slot is a hash
//! of the seed and the slot, and equal distances are ordered by slot.

mod check;
mod consolidate;
mod filtered;
mod graph;
mod insert;
mod mirror;
mod remove;
mod restore;
mod ring;
mod search;
mod select;
#[cfg(test)]
mod tests;
mod width;

pub use consolidate::Consolidated;
pub use filtered::Filter;
pub use graph::{Graph, Kind, SLOTS_PER_PAGE};
pub use search::Scratch;

/// How the graph is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// Links a new node gets on each level, and the most a node keeps on levels above 0; on level 0 it keeps
    /// `m0 = 2 * m`. At least 2; default 16. More means better recall, more memory and slower building.
    pub m: usize,
    /// How many candidates for these links are searched for. At least 1; default 100. More means better recall
    /// and slower building.
    pub ef_construction: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self { m: 16, ef_construction: 100 }
    }
}

impl Params {
    /// The most links a node keeps on `level`: Mmax0 and Mmax in the paper.
    #[must_use]
    pub fn max_links(self, level: u8) -> usize {
        if level == 0 { 2 * self.m } else { self.m }
    }
}
