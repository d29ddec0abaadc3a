//! The same graph in two places: one is linked, and its mirror finds for it what new vectors are to be linked to.
//!
//! Most of an insertion is the search for neighbors and the selection among them. That changes nothing, so that a
//! mirror can do it elsewhere ([`Graph::find_links`]), and the graph takes over what it found
//! ([`Graph::insert_found`]). A mirror repeats no operation: it is given the nodes that changed as they are now
//! ([`Graph::take_changed`], [`Graph::write_node`], [`Graph::read_node`]), whatever changed them. So it may lag
//! behind. What it found is judged anew then: links to what has gone are left out, and their distances are measured
//! again. A vector that came meanwhile is not among the links; it is one of very many.

use std::mem;

use fixedbitset::FixedBitSet;

use crate::damaged::Damaged;
use crate::hnsw::graph::Node;
use crate::hnsw::{Graph, Kind};
use crate::nearest;
use crate::vectors::Vectors;

/// The first word of a node is four times its level and one of these.
const KINDS: [Option<Kind>; 4] = [None, Some(Kind::Linked), Some(Kind::Twin), Some(Kind::Removed)];

impl Graph {
    /// Remember from now on which nodes change, for [`Graph::take_changed`], or no longer.
    #[inline]
    pub fn watch_changes(&mut self, watch: bool) {
        self.changed = watch.then(FixedBitSet::new);
    }

    /// The slots whose nodes or links changed since the last call; none if nobody watches.
    #[inline]
    pub fn take_changed(&mut self) -> FixedBitSet {
        self.changed.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Append all there is to say about the node in `slot`, or that there is none, for [`Graph::read_node`].
    #[inline]
    pub fn write_node(&self, slot: u32, words: &mut Vec<u32>) {
        let kind = KINDS.iter().position(|kind| *kind == self.kind(slot)).unwrap_or(0) as u32;
        let Some(level) = self.level(slot) else { return words.push(kind) };
        words.push(u32::from(level) * 4 + kind);
        words.push(self.successor(slot).map_or(0, |next| next + 1));
        for level in 0..=level {
            let links = self.neighbors(slot, level);
            words.push(links.len() as u32);
            words.extend_from_slice(links);
        }
    }

    /// Make the node in `slot` what [`Graph::write_node`] appended to `words`, of which it is taken away. The graph is
    /// whole again when it has every node that changed, and the entry point.
    ///
    /// # Errors
    /// If `words` hold no node. The graph is not to be used then.
    #[inline]
    pub fn read_node(&mut self, slot: u32, words: &mut &[u32]) -> Result<(), Damaged> {
        let ends = || Damaged(format!("the words of node {slot} end too early"));
        let mut take = |count: u32| words.split_off(..count as usize).ok_or_else(ends);
        let first = take(1)?[0];
        let mut levels = Vec::new();
        let mut successor = 0;
        let kind = KINDS[first as usize % 4];
        if kind.is_some() {
            successor = take(1)?[0];
            for _ in 0..=first / 4 {
                let count = take(1)?[0];
                levels.push(take(count)?);
            }
        }
        if let (true, Some(level)) = (self.is_live(slot), self.level(slot)) {
            self.bury(slot, level);
        }
        if self.is_removed(slot) {
            self.free(slot);
        }
        // A mirror repairs nothing.
        self.take_tombstones();
        match kind {
            Some(kind) => self.restore_node(slot, kind, successor.checked_sub(1), &levels),
            None => Ok(()),
        }
    }

    /// Where searches of a mirror start from now on; see [`Graph::entry_point`].
    #[inline]
    pub fn set_entry_point(&mut self, entry_point: Option<u32>) {
        self.entry_point = entry_point;
    }

    /// Append what a new node in `slot` is to be linked to, for [`Graph::insert_found`]; no node changes. The mirror must
    /// have the seed of the graph.
    ///
    /// # Panics
    /// If `vectors` has no vector for the slot or for a node.
    #[inline]
    pub fn find_links(&mut self, vectors: &Vectors, slot: u32, words: &mut Vec<u32>) {
        let mut workspace = mem::take(&mut self.workspace);
        let mut own_codes = mem::take(&mut workspace.own_codes);
        workspace.links.clear();
        let equal = self.entry_point.and_then(|entry_point| {
            let query = vectors.stored(slot, &mut own_codes);
            let level = self.new_level(slot);
            self.choose_links(vectors, &query, slot, entry_point, level, &mut workspace)
        });
        words.push(equal.map_or(0, |equal| equal + 1));
        words.push(workspace.links.len() as u32);
        words.extend(workspace.links.iter().flat_map(|(level, to)| [u32::from(*level), to.slot]));
        workspace.own_codes = own_codes;
        self.workspace = workspace;
    }

    /// Link the vector in `slot` as [`Graph::insert`] does, to what [`Graph::find_links`] of a mirror appended to
    /// `words`, of which it is taken away; without `slot` that is all. If nothing it found is there any more, the search
    /// is made here.
    ///
    /// # Errors
    /// If `words` hold nothing of that kind.
    ///
    /// # Panics
    /// As [`Graph::insert`].
    #[inline]
    pub fn insert_found(
        &mut self,
        vectors: &Vectors,
        slot: Option<u32>,
        words: &mut &[u32],
    ) -> Result<(), Damaged> {
        let ends = || Damaged("the words of what a mirror found end too early".to_owned());
        let &[equal, count] =
            words.split_off(..2).and_then(|head| head.as_array()).ok_or_else(ends)?;
        let links = words.split_off(..2 * count as usize).ok_or_else(ends)?;
        let Some(slot) = slot else { return Ok(()) };
        assert!(!self.contains(slot), "slot {slot} is linked already");

        let own = self.new_level(slot);
        let same =
            |&equal: &u32| self.is_linkable(equal) && vectors.get(equal) == vectors.get(slot);
        let equal = equal.checked_sub(1).filter(same);
        let mut workspace = mem::take(&mut self.workspace);
        let mut own_codes = mem::take(&mut workspace.own_codes);
        let query = vectors.stored(slot, &mut own_codes);
        workspace.links.clear();
        workspace.candidates.clear();
        for &[level, to] in links.as_chunks().0 {
            let Node::Live { level: top } = self.node(to) else { continue };
            let level = u8::try_from(level).unwrap_or(u8::MAX);
            if level <= own.min(top) && to != slot {
                let to = self.measure(vectors, &query, to);
                workspace.links.push((level, to));
                workspace.candidates.extend((level == 0).then_some(to));
            }
        }
        nearest::sort(&mut workspace.candidates);
        workspace.own_codes = own_codes;
        let found = equal.is_some() || !workspace.candidates.is_empty();
        if found {
            self.put_in(vectors, slot, own, equal, &mut workspace);
        }
        self.workspace = workspace;
        if !found {
            self.insert(vectors, slot);
        }
        Ok(())
    }
}
