//! Background work: linking new vectors into the graph and repairing it around tombstones.

use vecino_kernels::hnsw::Consolidated;

use super::Collection;

/// Tombstones are repaired away when they are more than one in this many nodes of the graph.
const NODES_PER_TOMBSTONE: usize = 12;

/// Nodes that a repair looks at in one step. To repair one takes about as long as to link one.
const REPAIR_BUDGET: usize = 4;

impl Collection {
    /// Does up to `steps` steps of background work, each at most about a millisecond; returns
    /// whether some is left. Results stay complete and correct before, during and after.
    pub fn link(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            if !self.link_step() {
                return false;
            }
        }
        self.has_work()
    }

    fn has_work(&self) -> bool {
        self.wants_repair() || (self.wants_links() && !self.unlinked.is_clear())
    }

    fn wants_repair(&self) -> bool {
        let removed = self.graph.removed_count();
        self.repairing || removed * NODES_PER_TOMBSTONE > self.graph.len() + removed
    }

    pub(super) fn wants_links(&self) -> bool {
        let dimension = self.dimension().unwrap_or_default();
        !self.graph.is_empty() || self.planner.wants_graph(self.count() as usize, dimension)
    }

    fn link_step(&mut self) -> bool {
        let (repair, link) = (self.wants_repair(), self.wants_links());
        let Some(vectors) = &self.vectors else { return false };
        if repair {
            self.repairing = match self.graph.consolidate(vectors, REPAIR_BUDGET) {
                Consolidated::Unfinished => true,
                Consolidated::Finished(freed) => {
                    self.free.extend(freed);
                    false
                }
            };
            self.stored.graph_changed();
            return true;
        }
        let next = if link { self.unlinked.minimum() } else { None };
        let Some(slot) = next else { return false };
        self.unlinked.set(slot, false);
        self.graph.insert(vectors, u32::try_from(slot).expect("slots are u32"));
        // A walk goes past a vector without a code, and links may do without it.
        drop(vectors.take_missing());
        self.stored.graph_changed();
        true
    }
}
