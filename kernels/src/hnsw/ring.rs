//! The ring: one more link for each node, so that every live node can be reached.
//!
//! Links alone do not promise that. When a full list is selected anew, a node can lose the last link that led to it;
//! with inner products, or vectors of very different lengths, a large part of all nodes does. So each node also has
//! a *successor*, never subject to selection: following the successors from any live node comes past all of them and
//! back. A new node is put in behind one of the nearest it finds, so that successors are near and worth a look.
//!
//! The ring also carries *twins*. Hundreds of equal vectors, common where texts repeat, would ruin the graph: at
//! distance 0 from each other they fill each other's links, and nothing leads out of them. So only the first is
//! linked; the others, its twins, have no links and follow it in the ring. When it is removed, the first live twin
//! inherits its links.
//!
//! Tombstones stay in the ring until something comes by that leads it around them.

use crate::hnsw::Graph;
use crate::hnsw::graph::Node;
use crate::nearest::Neighbor;

impl Graph {
    /// Put the new node in `slot` behind `before` into the ring; alone, if there is none.
    pub(super) fn join_ring(&mut self, slot: u32, before: Option<u32>) {
        let Some(before) = before else {
            self.set_successor(slot, Some(slot));
            return;
        };
        let round = self.round.as_ref();
        let next = self.next_in_ring(before, |next| round.is_some_and(|round| round.dooms(next)));
        self.set_successor(slot, next);
        self.set_successor(before, Some(slot));
    }

    /// Which of `candidates`, nearest first, a new node that is no twin goes behind: the nearest that does not part
    /// its twins from it. Only if all have twins, what follows the last of the nearest one's.
    pub(super) fn place_in_ring(&self, candidates: &[Neighbor]) -> Option<u32> {
        let parts_none =
            |slot| self.successor(slot).is_some_and(|next| next == slot || self.is_linkable(next));
        let free = candidates.iter().map(|c| c.slot).find(|&slot| parts_none(slot));
        free.or_else(|| {
            let mut last = candidates.first()?.slot;
            while let Some(twin) = self.next_live(last).filter(|&t| self.node(t) == Node::Twin) {
                last = twin;
            }
            Some(last)
        })
    }

    /// The node in `slot`, which was no twin, is a tombstone now: its first live twin, if there is one, gets its
    /// links on level 0, and a link from it.
    #[inline]
    pub(super) fn bequeath(&mut self, slot: u32) {
        let Some(next) = self.next_live(slot) else {
            return;
        };
        // Past the tombstones in between: whoever comes by later need not walk over them again.
        self.set_successor(slot, Some(next));
        if self.node(next) != Node::Twin {
            return;
        }
        let mut links = self.neighbors(slot, 0).to_vec();
        let kept = links.len().min(self.params.max_links(0) - 1);
        self.set_links(slot, 0, links[..kept].iter().copied().chain([next]));
        if let Some(round) = self.round.as_ref().filter(|round| round.has_repaired(next)) {
            links.retain(|&link| !round.dooms(link));
        }
        self.nodes[next as usize] = Node::Live { level: 0 };
        self.set_links(next, 0, links.into_iter());
    }

    /// The first live node behind `slot` in the ring; `slot` itself, if it is the only one.
    #[inline]
    fn next_live(&self, slot: u32) -> Option<u32> {
        self.next_in_ring(slot, |next| !self.is_live(next) && next != slot)
            .filter(|&next| self.is_live(next))
    }

    /// The first node behind `slot` in the ring that is not to be skipped.
    pub(super) fn next_in_ring(&self, slot: u32, skip: impl Fn(u32) -> bool) -> Option<u32> {
        let mut next = self.successor(slot);
        // More steps than there are nodes would be taken only by damaged tombstones.
        for _ in 0..self.slots() {
            match next {
                Some(here) if skip(here) => next = self.successor(here),
                _ => return next,
            }
        }
        None
    }

    /// The ring leads through nodes, past every live one, and back to the entry point; twins have no links.
    #[inline]
    pub(super) fn check_ring(&self) -> Result<(), String> {
        for slot in 0..self.slots() {
            if let Some(next) = self.successor(slot).filter(|&next| !self.contains(next)) {
                return Err(format!("the successor {next} of {slot} has no node"));
            }
            if self.node(slot) == Node::Twin && !self.neighbors(slot, 0).is_empty() {
                return Err(format!("the twin {slot} has links"));
            }
        }
        let Some(entry_point) = self.entry_point else {
            return Ok(());
        };
        let mut live = 0;
        let mut here = entry_point;
        for _ in 0..self.slots() {
            live += usize::from(self.is_live(here));
            here = self.successor(here).ok_or_else(|| format!("the ring ends at {here}"))?;
            if here == entry_point {
                break;
            }
        }
        if here != entry_point || live != self.len() {
            return Err(format!(
                "the ring comes past {live} live nodes, expected {} and then {entry_point}",
                self.len()
            ));
        }
        Ok(())
    }
}
