//! Search: Algorithms 2 and 5 of the paper.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::hnsw::Graph;
use crate::hnsw::width::Width;
use crate::nearest::{Nearest, Neighbor};
use crate::vectors::{Query, Vectors};

/// The memory of a search, kept from one to the next: once it is warm, a search allocates nothing but its answer.
/// One scratch serves any graph, one search at a time.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Nodes whose distance was measured: `v` in the paper.
    pub(super) visited: Visited,
    /// Nodes whose links are still to be followed, nearest on top: `C` in the paper.
    pub(super) candidates: BinaryHeap<Reverse<Neighbor>>,
    /// The nearest accepted nodes so far: `W` in the paper.
    pub(super) nearest: Nearest,
    /// The links of one candidate that were not visited before; their distances are measured together.
    pub(super) fresh: Vec<u32>,
    /// Those of `fresh` that looked near enough while they were measured.
    chances: Vec<Neighbor>,
    /// Links that a filter does not accept: see [`Graph::search_filtered`].
    pub(super) detours: Vec<u32>,
    /// What a walk found, sorted by estimate.
    sorted: Vec<Neighbor>,
    /// How many distances were estimated on level 0 since [`Graph::approach`].
    pub(super) estimates: usize,
}

impl Scratch {
    /// Without memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes allocated.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.visited.stamps.capacity() * size_of::<u16>()
            + self.candidates.capacity() * size_of::<Reverse<Neighbor>>()
            + self.nearest.memory_bytes()
            + (self.fresh.capacity() + self.detours.capacity()) * size_of::<u32>()
            + (self.chances.capacity() + self.sorted.capacity()) * size_of::<Neighbor>()
    }

    /// How many distances the last search of a graph estimated, those on the few nodes above level 0 left out.
    #[must_use]
    pub fn estimates(&self) -> usize {
        self.estimates
    }

    /// The `k` nearest of those that a walk found, measured, nearest first. Vectors are far apart in memory: first the `k`
    /// nearest by estimate are fetched together, then those of the others that may be nearer than one of them.
    pub(super) fn measured(
        &mut self,
        vectors: &Vectors,
        query: &Query<'_>,
        k: usize,
    ) -> Vec<Neighbor> {
        let Self { nearest: walked, fresh, sorted, .. } = self;
        walked.drain_sorted(sorted);
        let mut nearest = Nearest::new(k);
        let (first, others) = sorted.split_at(k.min(sorted.len()));
        for part in [first, others] {
            let worst = nearest.worst().map_or(f32::INFINITY, |worst| worst.distance);
            let chances = part.iter().filter(|found| vectors.may_be_nearer(query, found, worst));
            fresh.clear();
            fresh.extend(chances.map(|found| found.slot));
            vectors.fetch_vectors(fresh);
            for &slot in &*fresh {
                nearest.push(Neighbor { distance: vectors.distance(query, slot), slot });
            }
        }
        nearest.into_sorted()
    }

    /// Ready for a search for `ef` neighbors among `slots` slots. Every field is named, so that none is forgotten.
    pub(super) fn reset(&mut self, slots: usize, ef: usize) {
        let Self { visited, candidates, nearest, fresh, chances, detours, sorted, estimates: _ } =
            self;
        visited.reset(slots);
        candidates.clear();
        nearest.reset(ef);
        fresh.clear();
        chances.clear();
        detours.clear();
        sorted.clear();
    }
}

/// A set of slots that is emptied by counting up: a slot is in the set if its stamp is the present generation.
#[derive(Debug, Default)]
pub(super) struct Visited {
    stamps: Vec<u16>,
    generation: u16,
}

impl Visited {
    /// Empty, with room for `slots` slots.
    fn reset(&mut self, slots: usize) {
        let Self { stamps, generation } = self;
        if stamps.len() < slots {
            stamps.resize(slots, 0);
        }
        *generation = generation.wrapping_add(1);
        if *generation == 0 {
            // Stamps from 65,535 searches ago would count again; 0 is never a generation in use.
            stamps.fill(0);
            *generation = 1;
        }
    }

    /// Add `slot`; says whether it was not there.
    #[inline]
    pub(super) fn insert(&mut self, slot: u32) -> bool {
        let stamp = &mut self.stamps[slot as usize];
        let fresh = *stamp != self.generation;
        *stamp = self.generation;
        fresh
    }
}

impl Graph {
    /// The `k` nearest live nodes, nearest first, of the `ef` that a walk finds: Algorithm 5. The walk goes by
    /// [`Vectors::estimate`]; the distances in the answer are measured.
    ///
    /// The search walks through removed nodes. It ends when the `ef` nodes it has are so much nearer than all it could
    /// still follow that these do not matter, or when it has seen every live node: fewer than `ef` neighbors are all
    /// there are. A larger `ef` means better recall and a slower search.
    ///
    /// # Panics
    /// If `vectors` has no vector for a node.
    pub fn search(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        k: usize,
        ef: usize,
        scratch: &mut Scratch,
    ) -> Vec<Neighbor> {
        let width = self.width(vectors, k, vectors.keep(ef), scratch);
        let Some(start) = self.approach(vectors, query, scratch) else { return Vec::new() };
        let live = |slot| self.is_live(slot);
        self.search_level(vectors, query, start, width, 0, &live, scratch);
        scratch.measured(vectors, query, k)
    }

    /// The node on level 0 where a search for `query` begins, come upon on the levels above; `None` if there is none.
    pub(super) fn approach(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        scratch: &mut Scratch,
    ) -> Option<Neighbor> {
        scratch.estimates = 0;
        let entry_point = self.entry_point?;
        let top = self.level(entry_point).unwrap_or(0);
        let mut nearest = self.measure(vectors, query, entry_point);
        for level in (1..=top).rev() {
            nearest = self.descend(vectors, query, nearest, level, &mut scratch.fresh);
        }
        Some(nearest)
    }

    /// `slot` as a neighbor of `query`.
    pub(super) fn measure(&self, vectors: &Vectors, query: &Query<'_>, slot: u32) -> Neighbor {
        Neighbor { distance: vectors.estimate(query, slot), slot }
    }

    /// From `start`, follow links on `level` to nearer nodes until there is none: Algorithm 2 with `ef = 1`.
    pub(super) fn descend(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        start: Neighbor,
        level: u8,
        fresh: &mut Vec<u32>,
    ) -> Neighbor {
        let mut nearest = start;
        loop {
            let from = nearest.slot;
            fresh.clear();
            fresh.extend_from_slice(self.neighbors(from, level));
            vectors.estimates(query, fresh, |slot, distance| {
                nearest = nearest.min(Neighbor { distance, slot });
            });
            if nearest.slot == from {
                return nearest;
            }
        }
    }

    /// Leave in `scratch.nearest` the `width.ef` nearest nodes on `level` that `accept` takes, as far as they can be
    /// reached from `start`: Algorithm 2, SEARCH-LAYER.
    ///
    /// Which links are new, and which of them are near, no processor can foresee: both are gathered by counting
    /// instead of branching, so that what is guessed wrong does not hold up the distances that follow.
    #[expect(
        clippy::too_many_arguments,
        reason = "the paper's arguments, and the memory to work in"
    )]
    pub(super) fn search_level(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        start: Neighbor,
        width: Width,
        level: u8,
        accept: &dyn Fn(u32) -> bool,
        scratch: &mut Scratch,
    ) {
        scratch.reset(self.nodes.len(), width.ef);
        let Scratch { visited, candidates, nearest, fresh, chances, estimates, .. } = scratch;
        visited.insert(start.slot);
        candidates.push(Reverse(start));
        if accept(start.slot) {
            nearest.push(start);
        }
        let mut followed = 0;
        while let Some(Reverse(candidate)) = candidates.pop() {
            let limit = width.limit(nearest);
            let spent = followed >= width.most;
            if candidate > limit || spent && candidate > nearest.bound() {
                break;
            }
            followed += 1;
            let links = self.neighbors(candidate.slot, level).iter().copied();
            let successor = if level == 0 { self.successor(candidate.slot) } else { None };
            let mut count = 0;
            fresh.resize(links.len() + 1, 0);
            for slot in links.chain(successor) {
                fresh[count] = slot;
                count += usize::from(visited.insert(slot));
            }
            fresh.truncate(count);
            *estimates += fresh.len();
            // Mostly its links are followed next, and they come while the distances are measured.
            if let Some(Reverse(next)) = candidates.peek()
                && level == 0
            {
                self.fetch_links(&[next.slot]);
            }
            let mut count = 0;
            chances.resize(fresh.len(), limit);
            vectors.estimates(query, fresh, |slot, distance| {
                chances[count] = Neighbor { distance, slot };
                count += usize::from(chances[count] < limit);
            });
            for &neighbor in &chances[..count] {
                if neighbor < width.limit(nearest) {
                    candidates.push(Reverse(neighbor));
                    if accept(neighbor.slot) {
                        nearest.push(neighbor);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visited_survives_the_wrap_around_of_its_generation() {
        let mut visited = Visited::default();
        visited.reset(2);
        assert!(visited.insert(0));
        // Until the generation that stamped slot 0 comes round again.
        for _ in 0..u32::from(u16::MAX) {
            visited.reset(2);
            assert!(visited.stamps[0] != visited.generation);
        }
        assert!(visited.insert(0));
        assert!(!visited.insert(0));
        assert!(visited.insert(1));
    }

    #[test]
    fn visited_grows_with_the_graph() {
        let mut visited = Visited::default();
        visited.reset(1);
        assert!(visited.insert(0));
        visited.reset(10);
        assert!(visited.insert(9) && visited.insert(0) && !visited.insert(9));
    }
}
