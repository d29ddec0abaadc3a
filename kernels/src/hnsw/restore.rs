//! Putting a stored graph back together. Stored bytes may be damaged: nothing here panics on what it is given.

use crate::damaged::Damaged;
use crate::hnsw::Graph;
use crate::hnsw::graph::{Kind, MAX_LEVEL, Node};

impl Graph {
    /// Put back the node in `slot`: its [`Graph::kind`], its [`Graph::successor`] and its [`Graph::neighbors`] on each
    /// of its levels, level 0 first. Nodes come in any order; [`Graph::restore_entry_point`] comes last.
    ///
    /// Memory is allocated for all slots up to this one, so that a slot out of all bounds must not come here.
    ///
    /// # Errors
    /// If the slot has a node already, or there are too many levels or links, or a link to itself. The
    /// graph is not to be used then.
    #[inline]
    pub fn restore_node(
        &mut self,
        slot: u32,
        kind: Kind,
        successor: Option<u32>,
        levels: &[&[u32]],
    ) -> Result<(), Damaged> {
        if self.contains(slot) {
            return Err(Damaged(format!("node {slot} is stored twice")));
        }
        let level = levels
            .len()
            .checked_sub(1)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|&level| level <= MAX_LEVEL)
            .ok_or_else(|| {
                let most = MAX_LEVEL + 1;
                Damaged(format!("node {slot} has {} levels, expected 1 to {most}", levels.len()))
            })?;
        let node = match kind {
            Kind::Linked => Node::Live { level },
            Kind::Twin if level == 0 => Node::Twin,
            Kind::Twin => {
                return Err(Damaged(format!("the twin {slot} is on level {level}, expected 0")));
            }
            Kind::Removed => Node::Removed { level },
        };
        self.add_node(slot, node);
        self.replace_links(slot, successor, levels)
    }

    /// Give the node in `slot`, which is on these levels, other links and another successor.
    ///
    /// # Errors
    /// If there are too many links, or one to itself. The graph is not to be used then.
    pub(super) fn replace_links(
        &mut self,
        slot: u32,
        successor: Option<u32>,
        levels: &[&[u32]],
    ) -> Result<(), Damaged> {
        for (level, links) in (0..).zip(levels) {
            let (len, most) = (links.len(), self.params.max_links(level));
            if len > most {
                return Err(Damaged(format!(
                    "node {slot} has {len} links on level {level}, expected {most} at most"
                )));
            }
            let (mut itself, mut highest) = (false, None);
            for link in *links {
                itself |= *link == slot;
                highest = highest.max(Some(*link));
            }
            if itself {
                return Err(Damaged(format!("node {slot} links to itself on level {level}")));
            }
            self.set_links(slot, level, links.iter().copied());
            self.highest_restored_link = self.highest_restored_link.max(highest);
        }
        self.set_successor(slot, successor);
        self.highest_restored_link = self.highest_restored_link.max(successor);
        Ok(())
    }

    /// Put back the [`Graph::entry_point`] after all nodes. The graph is complete then, and every page counts as
    /// clean.
    ///
    /// # Errors
    /// If a link leads beyond the last node, and what [`Graph::check`] finds. The graph is not to be used then.
    #[inline]
    pub fn restore_entry_point(&mut self, entry_point: Option<u32>) -> Result<(), Damaged> {
        if let Some(link) = self.highest_restored_link.take().filter(|&link| link >= self.slots()) {
            return Err(Damaged(format!(
                "a link leads to node {link}, expected one below {}",
                self.slots()
            )));
        }
        self.entry_point = entry_point;
        self.check().map_err(Damaged)?;
        self.take_dirty_pages();
        Ok(())
    }
}
