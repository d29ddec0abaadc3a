//! Insertion: Algorithm 1 of the paper.

use std::mem;

use crate::hnsw::Graph;
use crate::hnsw::graph::Node;
use crate::hnsw::search::Scratch;
use crate::hnsw::select::select_neighbors;
use crate::hnsw::width::Width;
use crate::nearest::{self, Neighbor};
use crate::vectors::{Query, QueryMemory, Vectors};

/// The memory of insertions and repairs, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) scratch: Scratch,
    /// Slots to be measured.
    pub(super) slots: Vec<u32>,
    /// Sorted, nearest first: `W` in the paper.
    pub(super) candidates: Vec<Neighbor>,
    /// What was chosen of the candidates, sorted: `R` in Algorithm 4.
    pub(super) selected: Vec<Neighbor>,
    /// The links of a new node, each with its level.
    pub(super) links: Vec<(u8, Neighbor)>,
    /// The codes of the node that is being linked.
    pub(super) own_codes: QueryMemory,
    /// The codes of whichever node is measured from.
    pub(super) codes: QueryMemory,
}

impl Workspace {
    pub(super) fn memory_bytes(&self) -> usize {
        self.scratch.memory_bytes()
            + self.slots.capacity() * size_of::<u32>()
            + (self.candidates.capacity() + self.selected.capacity()) * size_of::<Neighbor>()
            + self.links.capacity() * size_of::<(u8, Neighbor)>()
            + self.own_codes.memory_bytes()
            + self.codes.memory_bytes()
    }
}

impl Graph {
    /// Link the vector in `slot` into the graph: Algorithm 1, INSERT. It links to live nodes only. If one of those
    /// it finds has the very same vector, it becomes that one's twin instead.
    ///
    /// # Panics
    /// If the graph has a node for `slot`, removed or not, or `vectors` has no vector for a node.
    pub fn insert(&mut self, vectors: &Vectors, slot: u32) {
        assert!(!self.contains(slot), "slot {slot} is linked already");
        let level = self.new_level(slot);
        let Some(entry_point) = self.entry_point else {
            self.add_node(slot, Node::Live { level });
            self.join_ring(slot, None);
            self.entry_point = Some(slot);
            return;
        };
        let mut workspace = mem::take(&mut self.workspace);
        let mut own_codes = mem::take(&mut workspace.own_codes);
        let query = vectors.stored(slot, &mut own_codes);
        let equal = self.choose_links(vectors, &query, slot, entry_point, level, &mut workspace);
        workspace.own_codes = own_codes;
        self.put_in(vectors, slot, level, equal, &mut workspace);
        self.workspace = workspace;
    }

    /// Make `slot` the twin of `equal`, or else a node on `level` and below with `workspace.links`, placed in the ring
    /// by `workspace.candidates`, the nearest on level 0.
    pub(super) fn put_in(
        &mut self,
        vectors: &Vectors,
        slot: u32,
        level: u8,
        equal: Option<u32>,
        workspace: &mut Workspace,
    ) {
        if equal.is_some() {
            self.add_node(slot, Node::Twin);
            self.join_ring(slot, equal);
            return;
        }
        if let Some(watch) = &mut self.watch {
            watch.linked(slot);
        }
        self.add_node(slot, Node::Live { level });
        self.join_ring(slot, self.place_in_ring(&workspace.candidates));
        self.link_both_ways(vectors, slot, workspace);
        if self.entry_point.and_then(|entry_point| self.level(entry_point)) < Some(level) {
            self.entry_point = Some(slot);
        }
    }

    /// Leave in `workspace.links` the links that `slot` will have on its levels, highest first. If a node that is
    /// no twin has the very same vector and is found, it is returned and the links do not matter.
    ///
    /// Nothing is linked yet: a search on one level does not see links of another.
    pub(super) fn choose_links(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        slot: u32,
        entry_point: u32,
        level: u8,
        workspace: &mut Workspace,
    ) -> Option<u32> {
        let top = self.level(entry_point).unwrap_or(0);
        let mut nearest = self.measure(vectors, query, entry_point);
        for upper in (level + 1..=top).rev() {
            nearest = self.descend(vectors, query, nearest, upper, &mut workspace.slots);
        }
        workspace.links.clear();
        for shared in (0..=level.min(top)).rev() {
            self.find_candidates(vectors, query, slot, nearest, shared, workspace);
            let Workspace { candidates, selected, links, codes, .. } = &mut *workspace;
            select_neighbors(vectors, candidates, self.params.m, selected, codes);
            links.extend(selected.iter().map(|&link| (shared, link)));
            nearest = candidates.first().copied().unwrap_or(nearest);
        }
        // Equal vectors have this estimate, bit for bit; others can be as near or nearer.
        let own = vectors.estimate(query, slot);
        let mut equals = workspace.candidates.iter().filter(|c| c.distance == own);
        equals.find(|c| vectors.are_equal(c.slot, slot)).map(|c| c.slot)
    }

    /// Link `slot` to `workspace.links`, and these to `slot`.
    fn link_both_ways(&mut self, vectors: &Vectors, slot: u32, workspace: &mut Workspace) {
        for i in 0..workspace.links.len() {
            let (level, neighbor) = workspace.links[i];
            self.push_link(slot, level, neighbor.slot);
            let back = Neighbor { distance: neighbor.distance, slot };
            self.link(vectors, neighbor.slot, back, level, workspace);
        }
    }

    /// Leave in `workspace.candidates` the `ef_construction` nodes nearest to `slot` on `level` that it may link
    /// to, sorted: at least one, as long as there is one. The node in `slot`, if there is one already, is not among
    /// them.
    fn find_candidates(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        slot: u32,
        start: Neighbor,
        level: u8,
        workspace: &mut Workspace,
    ) {
        let accept = |found| found != slot && self.is_linkable(found);
        let width = Width::plain(self.params.ef_construction);
        let Workspace { scratch, candidates, .. } = workspace;
        self.search_level(vectors, query, start, width, level, &accept, scratch);
        if let (true, Some(entry_point)) = (scratch.nearest.is_empty(), self.entry_point) {
            // The walk ended among tombstones that lead nowhere; the entry point is live.
            let start = self.measure(vectors, query, entry_point);
            self.search_level(vectors, query, start, width, level, &accept, scratch);
        }
        scratch.nearest.drain_sorted(candidates);
    }

    /// Add the link `to` to the node in `slot` on `level`. If there is no room left, all its links are selected
    /// anew, and `to` may be among those that go.
    fn link(
        &mut self,
        vectors: &Vectors,
        slot: u32,
        to: Neighbor,
        level: u8,
        workspace: &mut Workspace,
    ) {
        if self.push_link(slot, level, to.slot) {
            return;
        }
        let Workspace { candidates, selected, codes, .. } = workspace;
        candidates.clear();
        candidates.push(to);
        let from = vectors.stored(slot, codes);
        vectors.estimates(&from, self.neighbors(slot, level), |slot, distance| {
            candidates.push(Neighbor { distance, slot })
        });
        nearest::sort(candidates);
        select_neighbors(vectors, candidates, self.params.max_links(level), selected, codes);
        self.set_links(slot, level, selected.iter().map(|s| s.slot));
    }
}
