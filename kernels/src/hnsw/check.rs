//! The graph's invariants, verified.

use crate::hnsw::Graph;
use crate::hnsw::graph::{MAX_LEVEL, Node};

impl Graph {
    /// Verify every invariant of the graph (see [`Graph`]); takes time in proportion to the number of links.
    ///
    /// # Errors
    /// The first invariant found broken, and where.
    #[inline]
    pub fn check(&self) -> Result<(), String> {
        self.check_entry_point()?;
        self.check_counts()?;
        self.check_ring()?;
        // For each slot the last list that linked to it, counted from 1: finds links that are there twice.
        let mut linked_by = vec![0_u32; self.nodes.len()];
        let mut list = 0_u32;
        for slot in 0..self.slots() {
            let Some(top) = self.level(slot) else {
                if !self.neighbors(slot, 0).is_empty() {
                    return Err(format!("slot {slot} has links but no node"));
                }
                continue;
            };
            for level in 0..=top {
                list += 1;
                self.check_list(slot, level, &mut linked_by, list)?;
            }
        }
        Ok(())
    }

    /// The entry point is a live node on the highest level that has one.
    #[inline]
    pub(super) fn check_entry_point(&self) -> Result<(), String> {
        let highest = self.highest_live().map_or(0, |(level, _)| level);
        match self.entry_point {
            None if self.is_empty() => Ok(()),
            None => Err(format!("no entry point for {} nodes", self.len())),
            Some(slot) => match self.node(slot) {
                Node::Absent => Err(format!("the entry point {slot} has no node")),
                Node::Removed { .. } => Err(format!("the entry point {slot} is removed")),
                Node::Twin => Err(format!("the entry point {slot} is a twin")),
                Node::Live { level } if level != highest => {
                    Err(format!("the entry point {slot} is on level {level}, expected {highest}"))
                }
                Node::Live { .. } => Ok(()),
            },
        }
    }

    /// What is counted and kept in order besides the nodes agrees with them.
    fn check_counts(&self) -> Result<(), String> {
        let (mut live, mut removed, mut above) = (0, 0, 0);
        let mut live_above = 0;
        for slot in 0..self.slots() {
            let (level, listed) = match self.node(slot) {
                Node::Absent => continue,
                Node::Twin => {
                    live += 1;
                    (0, false)
                }
                Node::Live { level } => {
                    live += 1;
                    live_above += usize::from(level > 0);
                    (level, level > 0)
                }
                Node::Removed { level } => {
                    removed += 1;
                    (level, false)
                }
            };
            above += usize::from(level > 0);
            if level > MAX_LEVEL {
                return Err(format!(
                    "node {slot} is on level {level}, at most {MAX_LEVEL} expected"
                ));
            }
            if self.live_upper().binary_search(&(level, slot)).is_ok() != listed {
                return Err(format!("node {slot} is wrongly listed among the live upper nodes"));
            }
            let expected = usize::from(level) * self.upper_row_len();
            let (_, len) = self.upper_memory(slot);
            if len != expected {
                return Err(format!(
                    "node {slot} has memory for {len} values above level 0, expected {expected}"
                ));
            }
        }
        for (what, counted, kept) in [
            ("live", live, self.len()),
            ("removed", removed, self.removed_count()),
            ("above level 0", above, self.upper_memory(0).0),
            ("live above level 0", live_above, self.live_upper().len()),
        ] {
            if counted != kept {
                return Err(format!("{counted} nodes are {what}, kept as {kept}"));
            }
        }
        Ok(())
    }

    fn check_list(
        &self,
        slot: u32,
        level: u8,
        linked_by: &mut [u32],
        list: u32,
    ) -> Result<(), String> {
        let links = self.neighbors(slot, level);
        let here = || format!("node {slot} on level {level}");
        let most = self.params.max_links(level);
        if links.len() > most {
            return Err(format!("{} has {} links, at most {most} expected", here(), links.len()));
        }
        for &link in links {
            if link == slot {
                return Err(format!("{} links to itself", here()));
            }
            match self.node(link) {
                Node::Absent => {
                    return Err(format!("{} links to {link}, which has no node", here()));
                }
                Node::Twin => return Err(format!("{} links to {link}, which is a twin", here())),
                Node::Live { level: top } | Node::Removed { level: top } if top < level => {
                    return Err(format!("{} links to {link}, which ends at {top}", here()));
                }
                Node::Live { .. } | Node::Removed { .. } => {}
            }
            if std::mem::replace(&mut linked_by[link as usize], list) == list {
                return Err(format!("{} links to {link} twice", here()));
            }
            if let Some(round) = &self.round
                && round.has_repaired(slot)
                && !round.dooms(slot)
                && (round.dooms(link) || self.successor(slot).is_some_and(|s| round.dooms(s)))
            {
                return Err(format!("{} is repaired but leads to a node that goes", here()));
            }
        }
        Ok(())
    }
}
