//! What the graph is made of: nodes, levels, links, and which of them changed.

use crate::hnsw::Params;
use crate::hnsw::consolidate::Round;
use crate::hnsw::insert::Workspace;
use crate::hnsw::mirror::Watch;
use crate::hnsw::width::Growth;
use crate::pages::Pages;

/// A checkpoint page of the graph covers this many consecutive slots.
pub const SLOTS_PER_PAGE: u32 = 1024;

/// Values in a row before the links.
const HEADER: usize = 2;
/// No node is on a higher level; one in `m^15` would be.
pub(super) const MAX_LEVEL: u8 = 15;

/// What is known of one slot besides its links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// No node is here: never linked, or freed.
    Absent,
    /// A node on the levels from 0 to `level`.
    Live { level: u8 },
    /// A live node with the very vector of another: on level 0, without links, found through the ring only.
    Twin,
    /// A tombstone: removed, its links still there.
    Removed { level: u8 },
}

/// The kinds of nodes there are, as a checkpoint stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A live node with links.
    Linked,
    /// A live node with the very vector of another: on level 0, without links, behind the other in the ring.
    Twin,
    /// A tombstone.
    Removed,
}

/// A hierarchical navigable small world over the slots of a [`Vectors`](crate::vectors::Vectors). See the
/// [module](crate::hnsw) for the algorithms.
///
/// Invariants, all of which [`Graph::check`] verifies:
/// - a link on level `l` leads from a node to another node, both on level `l` or higher; no list holds a link
///   twice or more links than `Params::max_links`;
/// - the entry point is a live node on the highest level that has one; there is one while a node is live;
/// - following successors from the entry point comes past every live node once and back, so that a search that does
///   not stop early finds every one; a twin has no links, and none leads to it;
/// - nothing leads to a tombstone once the node has been repaired in the consolidation that will free it.
#[derive(Debug)]
pub struct Graph {
    pub(super) params: Params,
    seed: u64,
    pub(super) nodes: Vec<Node>,
    live_count: usize,
    removed_count: usize,
    /// The tombstones that no round of consolidation has taken on.
    tombstones: Vec<u32>,
    /// Level 0. A row is one node: how many links, one more than the successor's slot or 0, then the links, then
    /// whatever was there before.
    ground: Pages<u32>,
    /// The levels above 0 of the few nodes that are there, by slot: one such row a level, without successors.
    upper: Vec<(u32, Box<[u32]>)>,
    /// The live nodes above level 0 as (level, slot), ascending: the last one is where the entry point goes.
    live_upper: Vec<(u8, u32)>,
    pub(super) entry_point: Option<u32>,
    /// The highest slot a restored link leads to; checked when the entry point is restored.
    pub(super) highest_restored_link: Option<u32>,
    pub(super) round: Option<Round>,
    /// What has happened lately, while somebody wants to know.
    pub(super) watch: Option<Watch>,
    pub(super) workspace: Workspace,
    /// Not part of the graph's state, but told from it.
    pub(super) growth: Growth,
}

impl Graph {
    /// A graph without nodes. Equal seeds give equal graphs for equal insertions.
    ///
    /// # Panics
    /// If `params.m` is below 2 or `params.ef_construction` is 0.
    #[must_use]
    pub fn new(params: Params, seed: u64) -> Self {
        assert!(params.m >= 2, "m must be at least 2, not {}", params.m);
        assert!(params.ef_construction >= 1, "ef_construction must be at least 1");
        Self {
            params,
            seed,
            nodes: Vec::new(),
            live_count: 0,
            removed_count: 0,
            tombstones: Vec::new(),
            ground: Pages::in_pieces(HEADER + params.max_links(0), SLOTS_PER_PAGE),
            upper: Vec::new(),
            live_upper: Vec::new(),
            entry_point: None,
            highest_restored_link: None,
            round: None,
            watch: None,
            workspace: Workspace::default(),
            growth: Growth::default(),
        }
    }

    /// How the graph is built.
    #[must_use]
    pub fn params(&self) -> Params {
        self.params
    }

    /// How many nodes are linked and not removed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live_count
    }

    /// Whether there is no node but removed ones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live_count == 0
    }

    /// How many removed nodes wait for [`Graph::consolidate`] to free them.
    #[must_use]
    pub fn removed_count(&self) -> usize {
        self.removed_count
    }

    /// Whether `slot` has a node, removed or not.
    #[must_use]
    pub fn contains(&self, slot: u32) -> bool {
        self.node(slot) != Node::Absent
    }

    /// Which kind of node is in `slot`; `None` if there is none.
    #[must_use]
    pub fn kind(&self, slot: u32) -> Option<Kind> {
        match self.node(slot) {
            Node::Absent => None,
            Node::Live { .. } => Some(Kind::Linked),
            Node::Twin => Some(Kind::Twin),
            Node::Removed { .. } => Some(Kind::Removed),
        }
    }

    /// Whether the node of `slot` is removed and not yet freed.
    #[must_use]
    pub fn is_removed(&self, slot: u32) -> bool {
        matches!(self.node(slot), Node::Removed { .. })
    }

    /// The highest level of the node in `slot`; `None` if there is no node.
    #[must_use]
    pub fn level(&self, slot: u32) -> Option<u8> {
        match self.node(slot) {
            Node::Absent => None,
            Node::Twin => Some(0),
            Node::Live { level } | Node::Removed { level } => Some(level),
        }
    }

    /// The links of the node in `slot` on `level`, at most [`Params::max_links`]; none if it is not there.
    #[must_use]
    #[inline]
    pub fn neighbors(&self, slot: u32, level: u8) -> &[u32] {
        let row = if level == 0 {
            if slot >= self.ground.capacity() {
                return &[];
            }
            self.ground.row(slot)
        } else {
            match self.upper_rows(slot).get(self.upper_row(level)) {
                Some(row) => row,
                None => return &[],
            }
        };
        &row[HEADER..HEADER + row[0] as usize]
    }

    /// Have the links on level 0 of the nodes in `slots` fetched from memory; see [`Pages::fetch`].
    #[inline]
    pub(super) fn fetch_links(&self, slots: &[u32]) {
        self.ground.fetch(slots, |link| link);
    }

    /// The node that follows the one in `slot` in the ring that leads past all live nodes, possibly itself; `None`
    /// if there is no node, or one that was removed and left the ring.
    #[must_use]
    #[inline]
    pub fn successor(&self, slot: u32) -> Option<u32> {
        if slot < self.ground.capacity() { self.ground.row(slot)[1].checked_sub(1) } else { None }
    }

    /// Where a search starts: a live node on the highest level; `None` while no node is live.
    #[must_use]
    pub fn entry_point(&self) -> Option<u32> {
        self.entry_point
    }

    /// One more than the highest slot that ever had a node.
    #[must_use]
    pub fn slots(&self) -> u32 {
        u32::try_from(self.nodes.len()).expect("every index is a u32")
    }

    /// The checkpoint pages ([`SLOTS_PER_PAGE`] slots each) with a node whose state or links changed since the
    /// last call, ascending; they count as clean from now on.
    pub fn take_dirty_pages(&mut self) -> Vec<u32> {
        self.ground.take_dirty()
    }

    /// Bytes of the pages that changed since they were last taken, the levels above 0 left out.
    #[must_use]
    pub fn dirty_bytes(&self) -> usize {
        self.ground.dirty_pages() * self.ground.page_bytes()
    }

    /// Remember every page as changed.
    pub fn mark_all_dirty(&mut self) {
        self.ground.mark_all_dirty();
    }

    /// Bytes allocated, about.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let upper: usize = self.upper.iter().map(|(_, rows)| size_of_val::<[u32]>(rows)).sum();
        self.ground.memory_bytes()
            + self.nodes.capacity() * size_of::<Node>()
            + self.tombstones.capacity() * size_of::<u32>()
            + upper
            + self.upper.capacity() * size_of::<(u32, Box<[u32]>)>()
            + self.live_upper.capacity() * size_of::<(u8, u32)>()
            + self.workspace.memory_bytes()
    }

    #[inline]
    pub(super) fn node(&self, slot: u32) -> Node {
        self.nodes.get(slot as usize).copied().unwrap_or(Node::Absent)
    }

    #[inline]
    pub(super) fn is_live(&self, slot: u32) -> bool {
        matches!(self.node(slot), Node::Live { .. } | Node::Twin)
    }

    /// Whether other nodes may link to the node in `slot`.
    #[inline]
    pub(super) fn is_linkable(&self, slot: u32) -> bool {
        matches!(self.node(slot), Node::Live { .. })
    }

    /// The level a new node in `slot` gets: `l` or higher with probability `m^-l`, which is the paper's
    /// `floor(-ln(uniform) / ln(m))`, in integers so that every machine agrees.
    pub(super) fn new_level(&self, slot: u32) -> u8 {
        let random = splitmix64(self.seed ^ splitmix64(u64::from(slot)));
        let m = self.params.m as u64;
        let mut level = 0;
        let mut bound = u64::MAX / m;
        while random < bound && level < MAX_LEVEL {
            level += 1;
            bound /= m;
        }
        level
    }

    /// Put a node without links into `slot`, which must have none.
    pub(super) fn add_node(&mut self, slot: u32, node: Node) {
        let (level, live) = match node {
            Node::Absent => return,
            Node::Twin => (0, true),
            Node::Live { level } => (level, true),
            Node::Removed { level } => (level, false),
        };
        debug_assert!(!self.contains(slot), "slot {slot} has a node already");
        self.ground.ensure(slot + 1);
        self.ground_mut(slot)[..HEADER].fill(0);
        if self.nodes.len() <= slot as usize {
            self.nodes.resize(slot as usize + 1, Node::Absent);
        }
        self.nodes[slot as usize] = node;
        if level > 0 {
            let rows = vec![0; usize::from(level) * self.upper_row_len()];
            let at = self.upper_place(slot).unwrap_or_else(|free| free);
            self.upper.insert(at, (slot, rows.into_boxed_slice()));
        }
        if live {
            self.live_count += 1;
            if level > 0 {
                let at = self.live_upper.binary_search(&(level, slot)).unwrap_or_else(|free| free);
                self.live_upper.insert(at, (level, slot));
            }
        } else {
            self.removed_count += 1;
            self.tombstones.push(slot);
        }
    }

    /// Turn the live node in `slot` into a tombstone.
    pub(super) fn bury(&mut self, slot: u32, level: u8) {
        self.nodes[slot as usize] = Node::Removed { level };
        self.live_count -= 1;
        self.removed_count += 1;
        self.tombstones.push(slot);
        if let Ok(at) = self.live_upper.binary_search(&(level, slot)) {
            self.live_upper.remove(at);
        }
        self.touch(slot);
    }

    /// The tombstones that no round of consolidation has taken on; this one does.
    pub(super) fn take_tombstones(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.tombstones)
    }

    /// Make the tombstone in `slot` an absent node.
    pub(super) fn free(&mut self, slot: u32) {
        debug_assert!(self.is_removed(slot), "only tombstones are freed");
        self.nodes[slot as usize] = Node::Absent;
        self.removed_count -= 1;
        if let Ok(at) = self.upper_place(slot) {
            self.upper.remove(at);
        }
        self.touch(slot);
    }

    /// A live node above level 0, as (level, slot), on the highest level that has one.
    pub(super) fn highest_live(&self) -> Option<(u8, u32)> {
        self.live_upper.last().copied()
    }

    /// Live nodes above level 0, in order of (level, slot).
    pub(super) fn live_upper(&self) -> &[(u8, u32)] {
        &self.live_upper
    }

    /// How many nodes have memory for upper levels, and how much `slot` has.
    pub(super) fn upper_memory(&self, slot: u32) -> (usize, usize) {
        (self.upper.len(), self.upper_rows(slot).len())
    }

    /// Replace the links of the node in `slot` on `level`.
    pub(super) fn set_links(&mut self, slot: u32, level: u8, links: impl Iterator<Item = u32>) {
        let row = self.row_mut(slot, level);
        let mut len = 0;
        for (place, link) in row[HEADER..].iter_mut().zip(links) {
            *place = link;
            len += 1;
        }
        row[0] = len;
    }

    /// Add a link, unless the list is full; says whether it was added.
    pub(super) fn push_link(&mut self, slot: u32, level: u8, link: u32) -> bool {
        let full = self.neighbors(slot, level).len() == self.params.max_links(level);
        if !full {
            let row = self.row_mut(slot, level);
            row[0] += 1;
            row[HEADER - 1 + row[0] as usize] = link;
        }
        !full
    }

    /// Make `next` follow `slot` in the ring.
    pub(super) fn set_successor(&mut self, slot: u32, next: Option<u32>) {
        self.ground_mut(slot)[1] = next.map_or(0, |next| next.saturating_add(1));
    }

    /// Remember that the node of `slot` and its page changed.
    pub(super) fn touch(&mut self, slot: u32) {
        self.ground_mut(slot);
    }

    fn ground_mut(&mut self, slot: u32) -> &mut [u32] {
        if let Some(watch) = &mut self.watch {
            watch.changed.grow_and_insert(slot as usize);
        }
        self.ground.row_mut(slot)
    }

    fn row_mut(&mut self, slot: u32, level: u8) -> &mut [u32] {
        if level == 0 {
            self.ground_mut(slot)
        } else {
            self.touch(slot);
            let range = self.upper_row(level);
            let at = self.upper_place(slot).expect("a node has memory for each of its levels");
            &mut self.upper[at].1[range]
        }
    }

    /// Where the rows of `slot` stand in `upper`, or where they would.
    fn upper_place(&self, slot: u32) -> Result<usize, usize> {
        self.upper.binary_search_by_key(&slot, |(slot, _)| *slot)
    }

    fn upper_rows(&self, slot: u32) -> &[u32] {
        self.upper_place(slot).map_or(&[], |at| &self.upper[at].1)
    }

    fn upper_row(&self, level: u8) -> std::ops::Range<usize> {
        let len = self.upper_row_len();
        let start = (usize::from(level) - 1) * len;
        start..start + len
    }

    pub(super) fn upper_row_len(&self) -> usize {
        HEADER + self.params.m
    }
}

/// The finalizer of splitmix64: a bijection whose outputs look random.
fn splitmix64(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_seed_and_thin_out_by_m() {
        let graph = Graph::new(Params::default(), 7);
        let again = Graph::new(Params::default(), 7);
        let other = Graph::new(Params::default(), 8);
        let levels: Vec<u8> = (0..100_000).map(|slot| graph.new_level(slot)).collect();
        assert!((0..).zip(&levels).all(|(slot, &level)| again.new_level(slot) == level));
        assert!((0..).zip(&levels).any(|(slot, &level)| other.new_level(slot) != level));
        let at_least = |l| levels.iter().filter(|&&level| level >= l).count();
        assert!((5900..6600).contains(&at_least(1)), "{}", at_least(1));
        assert!((320..460).contains(&at_least(2)), "{}", at_least(2));
    }
}
