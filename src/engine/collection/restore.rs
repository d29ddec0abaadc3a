//! Opening: a collection from its checkpoint and the log after it.

use vecino_kernels::hnsw::{Graph, Kind};
use vecino_kernels::vectors::Vectors;

use super::{Collection, new_graph};
use crate::engine::definition::Definition;
use crate::engine::error::{Code, Error, Result};
use crate::engine::format::{
    Manifest, NO_PAGE, PageKey, decode_change, decode_graph_page, decode_manifest,
    decode_record_page, decode_vector_page,
};

impl Collection {
    /// Keys of the pages that a stored manifest names, for [`Collection::open`].
    ///
    /// # Errors
    /// `damaged`, `unsupported_version`.
    pub fn checkpoint_pages(manifest: &[u8]) -> Result<Vec<PageKey>> {
        Ok(decode_manifest(manifest)?.pages().collect())
    }

    /// The collection as stored: the checkpoint, if any, and the log entries after it.
    ///
    /// `pages` holds what is stored under each of [`Collection::checkpoint_pages`], in their order.
    /// A graph that is damaged is dropped, to be built again in the background, and its damage
    /// is returned as a warning.
    ///
    /// # Errors
    /// `damaged` when embeddings, records or log entries are missing or unreadable;
    /// `unsupported_version`.
    pub fn open(
        definition: Definition,
        manifest: Option<&[u8]>,
        pages: Vec<Option<Vec<u8>>>,
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<(Self, Option<Error>)> {
        let mut collection = Self::new(definition);
        let mut warning = None;
        if let Some(manifest) = manifest {
            let manifest = decode_manifest(manifest)?;
            warning = collection.restore(manifest, &mut pages.into_iter())?;
        }
        for (sequence, entry) in log {
            collection.replay(sequence, &entry)?;
        }
        Ok((collection, warning))
    }

    /// Applies log entry number `sequence`, which must be the one after the last applied.
    ///
    /// # Errors
    /// `damaged`, `unsupported_version`; then nothing is applied.
    pub fn replay(&mut self, sequence: u64, entry: &[u8]) -> Result<()> {
        let expected = self.sequence + 1;
        if sequence != expected {
            return damaged(format!("log entry {expected} is missing, found {sequence}"));
        }
        let change = decode_change(entry)?;
        let dimension = self.dimension().unwrap_or(change.dimension as usize);
        if change.dimension != 0 && change.dimension as usize != dimension {
            return damaged(format!("log entry {sequence} has another dimension"));
        }
        self.apply(change);
        Ok(())
    }

    fn restore(&mut self, manifest: Manifest, pages: &mut Pages) -> Result<Option<Error>> {
        self.sequence = manifest.sequence;
        self.next_order = manifest.next_order;
        self.records.ensure(manifest.capacity);
        self.live.grow(manifest.capacity as usize);
        self.unlinked.grow(manifest.capacity as usize);

        if manifest.dimension > 0 {
            let space = self.definition.configuration.space;
            let mut vectors = Vectors::new(space, manifest.dimension as usize);
            for (number, key) in written(&manifest.vector_pages) {
                vectors.set_page(number, &decode_vector_page(&take(pages, key)?)?)?;
            }
            self.vectors = Some(vectors);
        }
        for (_, key) in written(&manifest.record_pages) {
            for (slot, record) in decode_record_page(&take(pages, key)?)? {
                let has_vector = self.vectors.as_ref().is_some_and(|v| slot < v.capacity());
                if slot >= manifest.capacity || !has_vector || self.live.contains(slot as usize) {
                    return damaged(format!(
                        "page {key} has a record in slot {slot}, which is none"
                    ));
                }
                self.records.put(slot, record);
                self.live.insert(slot as usize);
            }
        }
        if self.live.count_ones(..) != self.records.len() as usize {
            return damaged("two records have the same id".to_owned());
        }

        let restored = self.restore_graph(&manifest, pages);
        self.stored.manifest = manifest;
        match restored {
            Ok(graph) => {
                self.graph = graph;
                self.sort_slots();
                Ok(None)
            }
            Err(error) => {
                self.drop_graph();
                Ok(Some(error))
            }
        }
    }

    /// Starts over with an empty graph; what is stored of the old one goes with the next checkpoint.
    pub(super) fn drop_graph(&mut self) {
        let keys = std::mem::take(&mut self.stored.manifest.graph_pages);
        self.stored.orphans.extend(written(&keys).map(|(_, key)| key));
        self.graph = new_graph(&self.definition);
        self.repairing = false;
        self.sort_slots();
    }

    /// Finds anew which slots are unlinked and which are free.
    fn sort_slots(&mut self) {
        self.unlinked.clear();
        self.free.clear();
        for slot in (0..self.records.capacity()).rev() {
            let (live, linked) = (self.live.contains(slot as usize), self.graph.contains(slot));
            match (live, linked) {
                (true, false) => self.unlinked.insert(slot as usize),
                (false, false) => self.free.push(slot),
                (true, true) | (false, true) => {}
            }
        }
    }

    fn restore_graph(&self, manifest: &Manifest, pages: &mut Pages) -> Result<Graph> {
        let mut graph = new_graph(&self.definition);
        for (_, key) in written(&manifest.graph_pages) {
            for node in decode_graph_page(&take(pages, key)?)? {
                if node.slot >= manifest.capacity {
                    return damaged(format!("page {key} has a node in slot {}", node.slot));
                }
                let live = self.live.contains(node.slot as usize);
                if live == (node.kind == Kind::Removed) {
                    return damaged(format!("node {} and its record disagree", node.slot));
                }
                let levels: Vec<&[u32]> = node.levels.iter().map(Vec::as_slice).collect();
                graph.restore_node(node.slot, node.kind, node.successor, &levels)?;
            }
        }
        graph.restore_entry_point(manifest.entry_point)?;
        graph.check().or_else(damaged)?;
        Ok(graph)
    }
}

/// Number and key of each page that was written.
fn written(keys: &[PageKey]) -> impl Iterator<Item = (u32, PageKey)> {
    (0..).zip(keys.iter().copied()).filter(|(_, key)| *key != NO_PAGE)
}

/// The stored pages that are still to be read, in the order in which the manifest names them.
type Pages = std::vec::IntoIter<Option<Vec<u8>>>;

/// Takes the next page out, so that its memory is free again once it is read: opening then needs
/// little more than the pages themselves. `key` is for the error.
fn take(pages: &mut Pages, key: PageKey) -> Result<Vec<u8>> {
    match pages.next().flatten() {
        Some(bytes) => Ok(bytes),
        None => damaged(format!("page {key} is missing")),
    }
}

fn damaged<T>(what: String) -> Result<T> {
    Err(Error::new(Code::Damaged, format!("stored data is damaged: {what}")))
}
