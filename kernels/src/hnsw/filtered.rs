//! Search under a filter: a walk over accepted nodes only.

use std::cmp::Reverse;

use crate::hnsw::Graph;
use crate::hnsw::graph::Node;
use crate::hnsw::search::{Scratch, Visited};
use crate::hnsw::width::Width;
use crate::nearest::Neighbor;
use crate::vectors::{Query, Vectors};

/// How many of the nearest nodes, accepted or not, tell what share of them is accepted: at least and at most.
const AROUND: (f32, f32) = (16.0, 64.0);
/// So many accepted ones have to be expected among them.
const ENOUGH: f32 = 6.0;
/// A walk is given up where the share around the query is so many times smaller than elsewhere.
const SCARCE: f32 = 3.0;

/// Which nodes a search may find.
#[derive(Clone, Copy)]
pub struct Filter<'a> {
    /// Whether the node in a slot may be found. It takes live nodes only.
    pub accept: &'a dyn Fn(u32) -> bool,
    /// The share of nodes that it takes.
    pub share: f32,
    /// Some slots that `accept` takes, from all over; also such without a node. Where the query's own surroundings are not
    /// accepted at all, the walk starts from the nearest of these.
    pub starts: &'a [u32],
}

impl Graph {
    /// The `k` nearest nodes that `filter` accepts, nearest first, of the `ef` that a walk finds; `None` if a scan has to
    /// find them: the walk comes upon fewer than `ef`, or around the query there are far fewer accepted nodes than
    /// elsewhere. The nearest accepted ones are then so far away that they lie in all directions, and a walk would
    /// find half of them (50,000 real embeddings, the half that is farther from the query accepted: recall 0.59).
    ///
    /// After ACORN (Patel et al. 2024, arXiv 2403.04871): the walk measures and visits accepted nodes only. Where a
    /// node has few accepted links, those of its other links count as its own, until there are `m`. So a search
    /// takes hardly longer than one without a filter, as long as one node in a hundred or so is accepted.
    ///
    /// # Panics
    /// If `vectors` has no vector for a node.
    pub fn search_filtered(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        k: usize,
        ef: usize,
        filter: Filter<'_>,
        scratch: &mut Scratch,
    ) -> Option<Vec<Neighbor>> {
        let surroundings = self.surroundings(vectors, query, filter, scratch)?;
        scratch.reset(self.nodes.len(), vectors.keep(ef));
        let Scratch { visited, candidates, nearest, fresh, detours, estimates, .. } = scratch;
        for found in surroundings {
            visited.insert(found.slot);
            candidates.push(Reverse(found));
            if (filter.accept)(found.slot) {
                nearest.push(found);
            }
        }
        let starts = filter.starts.iter().copied();
        fresh.extend(starts.filter(|&slot| self.is_live(slot) && visited.insert(slot)));
        loop {
            *estimates += fresh.len();
            // Mostly its links are followed next, and they come while the distances are measured.
            if let Some(Reverse(next)) = candidates.peek() {
                self.fetch_links(&[next.slot]);
            }
            vectors.estimates(query, fresh, |slot, distance| {
                let neighbor = Neighbor { distance, slot };
                if nearest.admits(neighbor) {
                    candidates.push(Reverse(neighbor));
                    nearest.push(neighbor);
                }
            });
            let Some(Reverse(candidate)) = candidates.pop() else { break };
            if !nearest.admits(candidate) && nearest.worst() != Some(candidate) {
                break;
            }
            self.accepted_links(candidate.slot, filter, visited, fresh, detours);
        }
        if nearest.is_full() { Some(scratch.measured(vectors, query, k)) } else { None }
    }

    /// The nodes nearest to `query`, accepted or not; `None` if it is certain enough that the accepted ones are elsewhere.
    fn surroundings(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        filter: Filter<'_>,
        scratch: &mut Scratch,
    ) -> Option<Vec<Neighbor>> {
        let start = self.approach(vectors, query, scratch)?;
        let count = (ENOUGH / filter.share).ceil().clamp(AROUND.0, AROUND.1) as usize;
        let width = Width::plain(count);
        self.search_level(vectors, query, start, width, 0, &|slot| self.is_live(slot), scratch);
        let mut found = Vec::new();
        scratch.nearest.drain_sorted(&mut found);
        let accepted = found.iter().filter(|found| (filter.accept)(found.slot)).count() as f32;
        let expected = filter.share * found.len() as f32;
        (expected < ENOUGH || accepted * SCARCE >= expected).then_some(found)
    }

    /// Leave in `fresh` the accepted nodes not visited before that `slot` leads to.
    fn accepted_links(
        &self,
        slot: u32,
        filter: Filter<'_>,
        visited: &mut Visited,
        fresh: &mut Vec<u32>,
        detours: &mut Vec<u32>,
    ) {
        fresh.clear();
        detours.clear();
        let mut accepted = 0;
        for &link in self.neighbors(slot, 0) {
            if (filter.accept)(link) {
                accepted += 1;
                if visited.insert(link) {
                    fresh.push(link);
                }
            } else {
                detours.push(link);
            }
        }
        self.accepted_twin(slot, filter, visited, fresh);
        let missing = self.params.m.saturating_sub(accepted) as f32;
        let likely = missing / filter.share / self.params.max_links(0) as f32;
        self.fetch_links(&detours[..detours.len().min(likely.ceil() as usize)]);
        for &detour in &*detours {
            if accepted >= self.params.m {
                break;
            }
            if visited.insert(detour) {
                for &link in self.neighbors(detour, 0) {
                    if (filter.accept)(link) {
                        accepted += 1;
                        if visited.insert(link) {
                            fresh.push(link);
                        }
                    }
                }
                self.accepted_twin(detour, filter, visited, fresh);
            }
        }
    }

    /// Add the next in the ring to `fresh`, past twins that are not accepted: only the ring leads to a twin.
    fn accepted_twin(
        &self,
        slot: u32,
        filter: Filter<'_>,
        visited: &mut Visited,
        fresh: &mut Vec<u32>,
    ) {
        let mut next = self.successor(slot);
        while let Some(slot) = next.filter(|&slot| visited.insert(slot)) {
            if (filter.accept)(slot) {
                return fresh.push(slot);
            }
            next = if self.node(slot) == Node::Twin { self.successor(slot) } else { None };
        }
    }
}
