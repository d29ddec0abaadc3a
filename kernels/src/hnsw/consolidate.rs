//! Consolidation: links are led around tombstones, and their slots become free.

use std::mem;

use crate::hnsw::Graph;
use crate::hnsw::insert::Workspace;
use crate::hnsw::select::select_neighbors;
use crate::nearest::{self, Neighbor};
use crate::sort::sort_by;
use crate::vectors::Vectors;

/// What a slice of [`Graph::consolidate`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consolidated {
    /// The budget is used up; call again.
    Unfinished,
    /// The round is over: these slots, in no order, have no node any more. None if nothing had been removed.
    Finished(Vec<u32>),
}

/// A round of consolidation under way.
///
/// A round frees the nodes that were tombstones when it began: the doomed. It passes over all slots and repairs
/// the nodes that link to one of the doomed; then it takes their own links from the doomed, and then their slots.
/// In that order no link ever leads to a slot without a node, wherever the round is interrupted: not even when the
/// graph is stored half-way and the next round begins anew.
#[derive(Debug)]
pub(super) struct Round {
    doomed: Vec<u32>,
    /// One flag a slot, for the slots there were when the round began.
    is_doomed: Vec<bool>,
    phase: Phase,
    /// What the phase looks at next: a slot in `Repair`, else an index into `doomed`.
    next: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Repair,
    Unlink,
    Free,
}

impl Round {
    /// Whether this round will free `slot`.
    pub(super) fn dooms(&self, slot: u32) -> bool {
        self.is_doomed.get(slot as usize).is_some_and(|&doomed| doomed)
    }

    /// Whether the node in `slot`, if not doomed itself, must not lead to the doomed any more. Nodes that came after
    /// the round began must not either: it does not pass over them.
    pub(super) fn has_repaired(&self, slot: u32) -> bool {
        self.phase != Phase::Repair || slot < self.next || slot as usize >= self.is_doomed.len()
    }

    /// The end of the present phase.
    fn end(&self) -> u32 {
        let len = match self.phase {
            Phase::Repair => self.is_doomed.len(),
            Phase::Unlink | Phase::Free => self.doomed.len(),
        };
        u32::try_from(len).expect("no more than there are slots")
    }
}

impl Graph {
    /// Lead links around the removed nodes and free their slots, after Algorithm 4 of FreshDiskANN (Singh et al.
    /// 2021, arXiv 2105.09613): a node that links to removed nodes selects its links anew from those it keeps and
    /// those of the removed.
    ///
    /// The work is done in slices: `budget` is how many nodes this one looks at. To repair a node takes about as
    /// long as to insert one, to pass over one almost nothing. Searches, insertions and removals may come between
    /// slices; a node removed during a round waits for the next. A freed slot may be used again.
    ///
    /// # Panics
    /// If `vectors` has no vector for a node. The vectors of removed nodes must stay until they are freed.
    #[inline]
    pub fn consolidate(&mut self, vectors: &Vectors, budget: usize) -> Consolidated {
        let round = match self.round.take() {
            Some(round) => round,
            None if self.removed_count() == 0 => return Consolidated::Finished(Vec::new()),
            None => self.begin_round(),
        };
        let mut workspace = mem::take(&mut self.workspace);
        let consolidated = self.continue_round(vectors, round, budget, &mut workspace);
        self.workspace = workspace;
        consolidated
    }

    #[inline]
    fn begin_round(&mut self) -> Round {
        let doomed = self.take_tombstones();
        let mut is_doomed = vec![false; self.slots() as usize];
        for &slot in &doomed {
            is_doomed[slot as usize] = true;
        }
        Round { doomed, is_doomed, phase: Phase::Repair, next: 0 }
    }

    #[inline]
    fn continue_round(
        &mut self,
        vectors: &Vectors,
        mut round: Round,
        budget: usize,
        workspace: &mut Workspace,
    ) -> Consolidated {
        for _ in 0..budget {
            while round.next == round.end() {
                round.next = 0;
                round.phase = match round.phase {
                    Phase::Repair => Phase::Unlink,
                    Phase::Unlink => Phase::Free,
                    Phase::Free => return Consolidated::Finished(round.doomed),
                };
            }
            match round.phase {
                Phase::Repair => self.repair(vectors, &round, round.next, workspace),
                Phase::Unlink => self.unlink(round.doomed[round.next as usize]),
                Phase::Free => self.free(round.doomed[round.next as usize]),
            }
            round.next += 1;
        }
        self.round = Some(round);
        Consolidated::Unfinished
    }

    /// Remove the links of the node in `slot`.
    #[inline]
    pub(super) fn unlink(&mut self, slot: u32) {
        for level in 0..=self.level(slot).unwrap_or(0) {
            self.set_links(slot, level, std::iter::empty());
        }
        self.set_successor(slot, None);
    }

    /// Select links anew on every level on which the node in `slot` links to the doomed.
    #[inline]
    fn repair(&mut self, vectors: &Vectors, round: &Round, slot: u32, workspace: &mut Workspace) {
        let Some(top) = self.level(slot).filter(|_| !round.dooms(slot)) else {
            return;
        };
        if self.successor(slot).is_some_and(|next| round.dooms(next)) {
            let next = self.next_in_ring(slot, |next| round.dooms(next));
            self.set_successor(slot, next);
        }
        for level in 0..=top {
            if self.neighbors(slot, level).iter().any(|&link| round.dooms(link)) {
                self.repair_level(vectors, round, slot, level, workspace);
            }
        }
    }

    /// Select the links of the node in `slot` anew from those it keeps and those of the doomed, and link back where
    /// there is room.
    ///
    /// Linking back is not in FreshDiskANN. Without it recall sinks from round to round (10,000 vectors, half of
    /// them removed: 0.986 instead of 0.993; after ten rounds 0.986 instead of 0.990, as freshly built). What did
    /// not help more: to make room for links back by selecting anew; to fill up with candidates not selected.
    fn repair_level(
        &mut self,
        vectors: &Vectors,
        round: &Round,
        slot: u32,
        level: u8,
        workspace: &mut Workspace,
    ) {
        let Workspace { slots, candidates, selected, codes, .. } = workspace;
        slots.clear();
        for &link in self.neighbors(slot, level) {
            if round.dooms(link) {
                let beyond = self.neighbors(link, level).iter().copied();
                slots.extend(beyond.filter(|&link| link != slot && self.is_linkable(link)));
            } else {
                slots.push(link);
            }
        }
        sort_by(slots, &|a, b| a.cmp(&b));
        slots.dedup();
        candidates.clear();
        vectors.estimates(&vectors.stored(slot, codes), slots, |slot, distance| {
            candidates.push(Neighbor { distance, slot });
        });
        nearest::sort(candidates);
        select_neighbors(vectors, candidates, self.params.max_links(level), selected, codes);
        self.set_links(slot, level, selected.iter().map(|s| s.slot));
        if self.is_linkable(slot) {
            for link in selected {
                let back = self.neighbors(link.slot, level);
                if self.is_linkable(link.slot) && !back.contains(&slot) {
                    self.push_link(link.slot, level, slot);
                }
            }
        }
    }
}
