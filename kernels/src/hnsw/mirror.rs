//! The same graph in two places: one is linked, and its mirror finds for it what new vectors are to be linked to.
//!
//! Most of an insertion is the search for neighbors and the selection among them. That changes nothing, so that a
//! mirror can do it elsewhere ([`Graph::find_links`]), and the graph takes over what it found
//! ([`Graph::insert_found`]). A mirror repeats no operation: it is given the nodes that changed as they are now
//! ([`Graph::take_changed`], [`Graph::write_node`], [`Graph::read_node`]), whatever changed them. So it may lag
//! behind. What it found is judged anew then: links to what has gone are left out, distances are measured again, and
//! what was linked meanwhile is measured too.

use std::collections::VecDeque;
use std::mem;

use fixedbitset::FixedBitSet;

use crate::damaged::Damaged;
use crate::hnsw::graph::Node;
use crate::hnsw::insert::Workspace;
use crate::hnsw::select::select_neighbors;
use crate::hnsw::{Graph, Kind};
use crate::nearest;
use crate::vectors::{Query, Vectors};

/// The first word of a node is four times its level and one of these.
const KINDS: [Option<Kind>; 4] = [None, Some(Kind::Linked), Some(Kind::Twin), Some(Kind::Removed)];

/// A mirror may lag behind by so many new nodes, about, before it shows in recall.
const RECENT: usize = 64;

/// What has happened to a graph that has mirrors.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The slots whose nodes or links changed since they were last taken.
    pub(super) changed: FixedBitSet,
    /// The nodes linked last, which mirrors may not have seen when they searched.
    recent: VecDeque<u32>,
}

impl Watch {
    pub(super) fn linked(&mut self, slot: u32) {
        // One that was freed and is used again comes once only: nothing is linked to twice.
        self.recent.retain(|recent| *recent != slot);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(slot);
    }
}

impl Graph {
    /// Remember from now on which nodes change, for [`Graph::take_changed`], or no longer.
    #[inline]
    pub fn watch_changes(&mut self, watch: bool) {
        self.watch = watch.then(Watch::default);
    }

    /// The slots whose nodes or links changed since the last call; none if nobody watches.
    #[inline]
    pub fn take_changed(&mut self) -> FixedBitSet {
        self.watch.as_mut().map(|watch| mem::take(&mut watch.changed)).unwrap_or_default()
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
        // Mostly only its links are others.
        let top = levels.len().checked_sub(1);
        if kind.is_some() && self.kind(slot) == kind && self.level(slot).map(usize::from) == top {
            return self.replace_links(slot, successor.checked_sub(1), &levels);
        }
        if let Some(level) = self.level(slot) {
            self.unlink(slot);
            if self.is_live(slot) {
                self.bury(slot, level);
            }
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
        let same = |&equal: &u32| self.is_linkable(equal) && vectors.are_equal(equal, slot);
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
        let equal = equal.or_else(|| self.add_recent(vectors, &query, slot, &mut workspace));
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

    /// Select the links of `slot` on level 0 anew, if a node linked lately is nearer than one of them; a recent node
    /// with the very same vector is returned instead.
    fn add_recent(
        &self,
        vectors: &Vectors,
        query: &Query<'_>,
        slot: u32,
        workspace: &mut Workspace,
    ) -> Option<u32> {
        let Workspace { candidates, selected, links, codes, .. } = workspace;
        let (farthest, linked) = (*candidates.last()?, candidates.len());
        let own = vectors.estimate(query, slot);
        for &recent in self.watch.iter().flat_map(|watch| &watch.recent) {
            if !self.is_linkable(recent) || links.iter().any(|(_, link)| link.slot == recent) {
                continue;
            }
            let near = self.measure(vectors, query, recent);
            if near.distance == own && vectors.are_equal(recent, slot) {
                return Some(recent);
            }
            candidates.extend((near < farthest).then_some(near));
        }
        if candidates.len() > linked {
            nearest::sort(candidates);
            select_neighbors(vectors, candidates, self.params.m, selected, codes);
            links.retain(|(level, _)| *level > 0);
            links.extend(selected.iter().map(|link| (0, *link)));
        }
        None
    }
}
