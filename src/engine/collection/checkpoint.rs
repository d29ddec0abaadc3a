//! Checkpoints: the state as pages, written now and then so that the log can be trimmed.
//!
//! A page that changed since the last checkpoint is written under a new key; the manifest names
//! the pages that count. The caller stores pages and manifest, deletes the obsolete pages and trims
//! the log in one transaction, so a crash leaves either the old checkpoint or the new one.

use fixedbitset::FixedBitSet;
use vecino_kernels::hnsw::{Graph, SLOTS_PER_PAGE};

use super::Collection;
use crate::engine::change::Change;
use crate::engine::format::{
    Manifest, NO_PAGE, PageKey, StoredNode, encode_graph_page, encode_manifest, encode_record_page,
    encode_vector_page,
};

/// Slots of one record page; with documents of some hundred bytes a page is a few hundred KB.
const RECORD_PAGE_SLOTS: u32 = 512;

/// A checkpoint is due when the log has this many bytes or entries, or the graph this many steps
/// of background work, that reopening would have to do again. While more such work is under way
/// it waits longer: each checkpoint writes most of the graph.
const LOG_BYTES: usize = 8 << 20;
const LOG_ENTRIES: usize = 1_000;
const GRAPH_STEPS: usize = 1_000;
const GRAPH_STEPS_BUSY: usize = 8_000;

/// A checkpoint to be stored.
pub struct Checkpoint {
    /// New pages with their keys.
    pub pages: Vec<(PageKey, Vec<u8>)>,
    /// The pointer record that makes them count.
    pub manifest: Vec<u8>,
    /// Log entries up to this number are no longer needed.
    pub sequence: u64,
    /// Pages no longer needed.
    pub obsolete: Vec<PageKey>,
}

/// What is stored, and what has changed since.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) manifest: Manifest,
    /// The manifest of the checkpoint under way.
    pending: Option<Manifest>,
    changed_record_pages: FixedBitSet,
    /// Stored pages that no longer count and are deleted with the next checkpoint.
    pub(super) orphans: Vec<PageKey>,
    log_bytes: usize,
    log_entries: usize,
    graph_steps: usize,
}

impl Stored {
    pub(super) fn log_grew(&mut self, change: &Change) {
        self.log_entries += 1;
        self.log_bytes += change.approximate_bytes();
    }

    pub(super) fn record_changed(&mut self, slot: u32) {
        self.changed_record_pages.grow_and_insert((slot / RECORD_PAGE_SLOTS) as usize);
    }

    pub(super) fn graph_changed(&mut self) {
        self.graph_steps += 1;
    }
}

impl Collection {
    /// Whether a checkpoint would make the next opening noticeably quicker. `idle` says that
    /// no background work is left.
    #[must_use]
    pub fn checkpoint_due(&self, idle: bool) -> bool {
        let Stored { log_bytes, log_entries, graph_steps, .. } = self.stored;
        let steps = if idle { GRAPH_STEPS } else { GRAPH_STEPS_BUSY };
        log_bytes >= LOG_BYTES || log_entries >= LOG_ENTRIES || graph_steps >= steps
    }

    /// Bytes and manifest of everything that changed since the last checkpoint. Must be followed by
    /// [`Collection::checkpoint_committed`] or [`Collection::checkpoint_failed`].
    pub fn checkpoint(&mut self) -> Checkpoint {
        let mut manifest = Manifest {
            sequence: self.sequence,
            next_order: self.next_order,
            dimension: u32::try_from(self.dimension().unwrap_or(0)).expect("below the maximum"),
            capacity: self.records.capacity(),
            entry_point: self.graph.entry_point(),
            ..self.stored.manifest.clone()
        };
        let mut pages = Vec::new();
        let mut obsolete = self.stored.orphans.clone();
        let mut write = |keys: &mut Vec<PageKey>, page: u32, bytes: Vec<u8>| {
            let page = page as usize;
            let key = manifest.next_key;
            manifest.next_key += 1;
            if keys.len() <= page {
                keys.resize(page + 1, NO_PAGE);
            }
            let old = std::mem::replace(&mut keys[page], key);
            if old != NO_PAGE {
                obsolete.push(old);
            }
            pages.push((key, bytes));
        };

        let mut vector_keys = std::mem::take(&mut manifest.vector_pages);
        if let Some(vectors) = &mut self.vectors {
            for page in vectors.take_dirty_pages() {
                write(&mut vector_keys, page, encode_vector_page(vectors.page(page)));
            }
        }
        let mut record_keys = std::mem::take(&mut manifest.record_pages);
        for page in self.stored.changed_record_pages.ones() {
            let page = u32::try_from(page).expect("pages are fewer than slots");
            let first = page * RECORD_PAGE_SLOTS;
            let records = (first..first + RECORD_PAGE_SLOTS)
                .filter_map(|slot| Some((slot, self.records.get(slot)?)));
            write(&mut record_keys, page, encode_record_page(records));
        }
        let mut graph_keys = std::mem::take(&mut manifest.graph_pages);
        for page in self.graph.take_dirty_pages() {
            write(&mut graph_keys, page, encode_graph_page(&stored_nodes(&self.graph, page)));
        }
        manifest.vector_pages = vector_keys;
        manifest.record_pages = record_keys;
        manifest.graph_pages = graph_keys;

        self.stored.changed_record_pages.clear();
        let bytes = encode_manifest(&manifest);
        self.stored.pending = Some(manifest);
        Checkpoint { pages, manifest: bytes, sequence: self.sequence, obsolete }
    }
}

impl Collection {
    /// Tells that the last [`Checkpoint`] is stored.
    pub fn checkpoint_committed(&mut self) {
        if let Some(manifest) = self.stored.pending.take() {
            self.stored = Stored { manifest, ..Stored::default() };
        }
    }

    /// Tells that the last [`Checkpoint`] could not be stored; the next one writes every page.
    pub fn checkpoint_failed(&mut self) {
        self.stored.pending = None;
        if let Some(vectors) = &mut self.vectors {
            vectors.mark_all_dirty();
        }
        self.graph.mark_all_dirty();
        (0..self.records.capacity()).for_each(|slot| self.stored.record_changed(slot));
    }
}

fn stored_nodes(graph: &Graph, page: u32) -> Vec<StoredNode> {
    let slots = page * SLOTS_PER_PAGE..((page + 1) * SLOTS_PER_PAGE).min(graph.slots());
    let node = |slot| {
        let level = graph.level(slot)?;
        let levels = (0..=level).map(|level| graph.neighbors(slot, level).to_vec()).collect();
        Some(StoredNode { slot, kind: graph.kind(slot)?, successor: graph.successor(slot), levels })
    };
    slots.filter_map(node).collect()
}
