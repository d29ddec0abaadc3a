//! Removal: a node becomes a tombstone.

use crate::hnsw::Graph;
use crate::hnsw::graph::Node;

impl Graph {
    /// Remove the node in `slot`. It becomes a tombstone: searches still walk through it, but never find it, and
    /// nothing links to it anew. [`Graph::consolidate`] frees the slot later.
    ///
    /// # Panics
    /// If there is no node in `slot` or it is removed already.
    #[inline]
    pub fn remove(&mut self, slot: u32) {
        match self.node(slot) {
            Node::Live { level } => {
                self.bury(slot, level);
                self.bequeath(slot);
            }
            Node::Twin => self.bury(slot, 0),
            Node::Absent | Node::Removed { .. } => panic!("slot {slot} has no node to remove"),
        }
        if self.entry_point == Some(slot) {
            self.entry_point = self.next_entry_point();
        }
    }

    /// A live node on the highest level that has one. The nodes above level 0 are kept in order; only when none
    /// of them is left, which is when few nodes are, all nodes are looked at.
    #[inline]
    fn next_entry_point(&self) -> Option<u32> {
        match self.highest_live() {
            Some((_, slot)) => Some(slot),
            None if self.is_empty() => None,
            None => (0..self.slots()).find(|&slot| self.is_linkable(slot)),
        }
    }
}
