//! Checkpoints: the state as pages, written now and then so that the log can be trimmed.
//!
//! A page that changed since the last checkpoint is written under a new key; the manifest names
//! the pages that count. The caller stores pages and manifest, deletes the obsolete pages and trims
//! the log in one transaction, so a crash leaves either the old checkpoint or the new one. It has the
//! pages encoded one by one, so that queries are answered in between: from [`Collection::checkpoint`] until
//! it is stored, nothing may change records or graph.
//!
//! When. A checkpoint is due when the work that reopening would repeat is worth it, and the checkpoint
//! writes at most [`WRITTEN_PER_WORK`] bytes for each byte of it, however the changes are scattered.
//! Work is the log, [`ENTRY_BYTES`] more for each entry, and [`STEP_BYTES`] for each step of linking.
//!
//! Where embeddings are left in storage, a checkpoint lets memory go of new ones, and is due after a shorter log.
//!
//! A single add of what is new writes it once with the log and once with a checkpoint, and with that the
//! pages of each kind that were partly full. Linking it changes nodes all over the graph: these pages are
//! covered by the bytes that a step of linking is worth.
//!
//! Space. A page without records, or without nodes, is deleted and no longer named. A page of vectors
//! holds those of live slots and of tombstones; it is written again, without the others, when these
//! have become one in [`VACANT_PART`] of what is stored of it: three bytes at most for each that comes back.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use vecino_kernels::hnsw::SLOTS_PER_PAGE;
use vecino_kernels::vectors::Vectors;

use super::Collection;
use crate::engine::format::{
    Manifest, NO_PAGE, PageKey, encode_code_page, encode_graph_page, encode_id_page,
    encode_manifest, encode_record_page, encode_vector_page,
};
use crate::engine::record::Record;

/// Slots of one record page; with documents of some hundred bytes a page is a few hundred KB.
pub(super) const RECORD_PAGE_SLOTS: u32 = 512;

/// What makes a checkpoint worth it: bytes of the log, its entries, or steps of linking. While more
/// of these are under way it waits longer: each checkpoint writes most of the graph.
const LOG_BYTES: usize = 8 << 20;
const LOG_BYTES_APART: usize = 1 << 20;
const LOG_ENTRIES: usize = 1_000;
const GRAPH_STEPS: usize = 1_000;
const GRAPH_STEPS_BUSY: usize = 8_000;

/// Bytes that checkpoints may write for each byte of work, on average.
const WRITTEN_PER_WORK: usize = 4;
/// What a log entry costs to reopen besides its bytes, in bytes.
const ENTRY_BYTES: usize = 1 << 10;
/// What a step of linking is worth in bytes.
const STEP_BYTES: usize = 4 << 10;

/// Who is to make checkpoints and lets the log become so many times too long does not make any.
const OVERDUE: usize = 4;

/// A page of vectors is written again when one in this many of those stored is not in use.
const VACANT_PART: u32 = 4;

/// A checkpoint to be stored.
pub struct Checkpoint {
    /// New pages with their keys, for [`Collection::encode_page`].
    pub pages: Vec<(PageKey, NewPage)>,
    /// The pointer record that makes them count.
    pub manifest: Vec<u8>,
    /// Log entries up to this number are no longer needed.
    pub sequence: u64,
    /// Pages no longer needed.
    pub obsolete: Vec<PageKey>,
    /// Groups of embeddings for [`Collection::encode_group`], each with whether that has to be given what is stored of it.
    pub groups: Vec<(u32, bool)>,
}

/// A page that is to be stored, by its number.
#[derive(Debug, Clone)]
pub enum NewPage {
    /// Embeddings, or their codes where the embeddings are left in storage.
    Vectors(u32),
    /// Records.
    Records(u32),
    /// The ids of a page of records.
    Ids(u32),
    /// Nodes of the graph.
    Graph(u32),
    /// A log entry that could not be read, as it is.
    Entry(Vec<u8>),
}

/// What is stored, and what has changed since.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) manifest: Manifest,
    /// The manifest of the checkpoint under way.
    pending: Option<Manifest>,
    changed_record_pages: FixedBitSet,
    /// How many vectors each stored page of vectors holds.
    vectors_stored: Vec<u32>,
    /// How many bytes each stored page of records has.
    record_bytes: Vec<u32>,
    /// Groups of embeddings in which a slot is not in use any more.
    pub(super) vacated_groups: FixedBitSet,
    /// Stored pages that no longer count and are deleted with the next checkpoint.
    pub(super) orphans: Vec<PageKey>,
    /// Log entries that could not be read; the next checkpoint keeps them as pages.
    kept_entries: Vec<Vec<u8>>,
    log_bytes: usize,
    log_entries: usize,
    graph_steps: usize,
    /// The last entry in the latest checkpoint of another tab that this one knows of.
    seen: u64,
}

impl Stored {
    pub(super) fn log_grew(&mut self, entries: usize, bytes: usize) {
        self.log_entries += entries;
        self.log_bytes += bytes;
    }

    pub(super) fn record_changed(&mut self, slot: u32) {
        self.changed_record_pages.grow_and_insert((slot / RECORD_PAGE_SLOTS) as usize);
    }

    pub(super) fn group_vacated(&mut self, group: u32) {
        self.vacated_groups.grow_and_insert(group as usize);
    }

    pub(super) fn graph_changed(&mut self) {
        self.graph_steps += 1;
    }

    pub(super) fn vectors_stored(&mut self, page: u32, count: u32) {
        set(&mut self.vectors_stored, page, count);
    }

    pub(super) fn records_stored(&mut self, page: u32, bytes: usize) {
        set(&mut self.record_bytes, page, u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// Keeps the stored page of the record in `slot` as it is; it is written anew under another key.
    pub(super) fn keep_record_page(&mut self, slot: u32) {
        let page = (slot / RECORD_PAGE_SLOTS) as usize;
        if let Some(key) = self.manifest.record_pages.get_mut(page) {
            let key = std::mem::replace(key, NO_PAGE);
            self.manifest.kept_pages.extend((key != NO_PAGE).then_some(key));
        }
        self.record_changed(slot);
    }

    /// Counts a page of records that cannot be read, and its ids, no longer; `keys` are kept.
    pub(super) fn give_up_record_page(&mut self, page: u32, keys: [Option<PageKey>; 2]) {
        let Manifest { record_pages, id_pages, kept_pages, .. } = &mut self.manifest;
        for pages in [record_pages, id_pages] {
            pages.get_mut(page as usize).into_iter().for_each(|key| *key = NO_PAGE);
        }
        kept_pages.extend(keys.into_iter().flatten());
    }

    /// Counts a page of vectors that cannot be read no longer; `key` is kept.
    pub(super) fn give_up_vector_page(&mut self, page: u32, key: Option<PageKey>) {
        self.manifest.vector_pages[page as usize] = NO_PAGE;
        self.manifest.kept_pages.extend(key);
    }

    pub(super) fn keep_entry(&mut self, entry: &[u8]) {
        self.kept_entries.push(entry.to_vec());
    }
}

fn set(numbers: &mut Vec<u32>, at: u32, number: u32) {
    let at = at as usize;
    if numbers.len() <= at {
        numbers.resize(at + 1, 0);
    }
    numbers[at] = number;
}

impl Collection {
    /// Whether a checkpoint would make the next opening noticeably quicker, and is not too dear. `idle`
    /// says that no background work is left.
    #[must_use]
    pub fn checkpoint_due(&self, idle: bool) -> bool {
        let steps = self.stored.graph_steps;
        self.due(1, steps, steps >= if idle { GRAPH_STEPS } else { GRAPH_STEPS_BUSY })
    }

    /// Whether the log alone has become [`OVERDUE`] times as long as it is when a checkpoint is due.
    #[must_use]
    pub fn checkpoint_overdue(&self) -> bool {
        self.due(OVERDUE, 0, false)
    }

    /// Whether it is due for so many steps of linking, if these are worth it, and a log so many `times`
    /// shorter.
    fn due(&self, times: usize, steps: usize, worth: bool) -> bool {
        let Stored { log_bytes, log_entries, .. } = self.stored;
        let enough = if self.are_apart() { LOG_BYTES_APART } else { LOG_BYTES };
        let worth = worth || log_bytes >= times * enough || log_entries >= times * LOG_ENTRIES;
        let work = log_bytes + log_entries * ENTRY_BYTES + steps * STEP_BYTES;
        // What is new in a page of records comes from the log.
        worth && work * WRITTEN_PER_WORK >= log_bytes + times * self.rewritten_bytes()
    }

    /// Tells that the last checkpoint in storage holds the log up to `sequence`. Returns whether that is
    /// later than known; then it is another tab's, and the log is taken to begin anew.
    pub fn checkpoint_seen(&mut self, sequence: u64) -> bool {
        let stored = &mut self.stored;
        let newer = sequence > stored.manifest.sequence.max(stored.seen);
        if newer {
            stored.seen = sequence;
            (stored.log_bytes, stored.log_entries) = (0, 0);
        }
        newer
    }

    /// About how many bytes a checkpoint would write now, besides what is new in pages of records.
    fn rewritten_bytes(&self) -> usize {
        let Stored { changed_record_pages, record_bytes, .. } = &self.stored;
        let stored = |page| record_bytes.get(page).map_or(0, |bytes| *bytes as usize);
        changed_record_pages.ones().map(stored).sum::<usize>()
            + self.vectors.as_ref().map_or(0, Vectors::dirty_bytes)
            + self.graph.dirty_bytes()
    }

    /// Pages and manifest of everything that changed since the last checkpoint. Must be followed by
    /// [`Collection::checkpoint_committed`] or [`Collection::checkpoint_failed`].
    pub fn checkpoint(&mut self) -> Checkpoint {
        let mut next = Pages {
            next_key: self.stored.manifest.next_key,
            pages: Vec::new(),
            obsolete: self.stored.orphans.clone(),
        };
        let mut manifest = Manifest {
            sequence: self.sequence,
            next_order: self.next_order,
            dimension: u32::try_from(self.dimension().unwrap_or(0)).expect("below the maximum"),
            capacity: self.records.capacity(),
            entry_point: self.graph.entry_point(),
            lost: self.lost().to_vec(),
            ..self.stored.manifest.clone()
        };

        let groups = self.changed_groups();
        if let Some(vectors) = &mut self.vectors {
            vectors.fix_center();
            let (pages, rows) = (vectors.page_count(), vectors.rows_per_page());
            let dirty = vectors.take_dirty_pages();
            for page in 0..pages {
                let slots = page * rows..(page + 1) * rows;
                let count = slots.filter(|slot| self.keeps_vector(*slot)).count() as u32;
                let stored = self.stored.vectors_stored.get(page as usize).copied().unwrap_or(0);
                let vacant = stored.saturating_sub(count);
                if dirty.binary_search(&page).is_ok()
                    || vacant > 0 && vacant * VACANT_PART >= stored
                {
                    let new = (count > 0).then_some(NewPage::Vectors(page));
                    next.write(&mut manifest.vector_pages, page, new);
                    self.stored.vectors_stored(page, count);
                }
            }
        }
        for page in self.stored.changed_record_pages.ones() {
            let page = u32::try_from(page).expect("pages are fewer than slots");
            let some = self.records_of(page).next().is_some();
            if !some {
                set(&mut self.stored.record_bytes, page, 0);
            }
            let (records, ids) = (NewPage::Records(page), NewPage::Ids(page));
            next.write(&mut manifest.record_pages, page, some.then_some(records));
            next.write(&mut manifest.id_pages, page, some.then_some(ids));
        }
        for page in self.graph.take_dirty_pages() {
            let some = self.nodes_of(page).any(|slot| self.graph.contains(slot));
            next.write(&mut manifest.graph_pages, page, some.then_some(NewPage::Graph(page)));
        }
        if manifest.lost.is_empty() {
            next.obsolete.append(&mut manifest.kept_pages);
        } else {
            for entry in &self.stored.kept_entries {
                manifest.kept_pages.push(next.add(NewPage::Entry(entry.clone())));
            }
        }

        self.stored.changed_record_pages.clear();
        manifest.next_key = next.next_key;
        let bytes = encode_manifest(&manifest);
        self.stored.pending = Some(manifest);
        let Pages { pages, obsolete, .. } = next;
        Checkpoint { pages, manifest: bytes, sequence: self.sequence, obsolete, groups }
    }

    /// The bytes of a page of the checkpoint under way.
    pub fn encode_page(&mut self, page: &NewPage) -> Vec<u8> {
        match *page {
            NewPage::Vectors(page) => {
                let vectors = self.vectors.as_ref().expect("it has pages");
                if vectors.are_apart() {
                    return encode_code_page(vectors, page, &|slot| self.keeps_vector(slot));
                }
                let first = page * vectors.rows_per_page();
                let used = |row| self.keeps_vector(first + row as u32);
                encode_vector_page(vectors.page(page), vectors.dimension(), &used)
            }
            NewPage::Records(page) => {
                let bytes = encode_record_page(self.records_of(page));
                self.stored.records_stored(page, bytes.len());
                bytes
            }
            NewPage::Ids(page) => {
                encode_id_page(self.records_of(page).map(|(slot, record)| (slot, &*record.id)))
            }
            NewPage::Graph(page) => encode_graph_page(&self.graph, self.nodes_of(page)),
            NewPage::Entry(ref entry) => entry.clone(),
        }
    }

    /// Whether the vector in `slot` is stored: that of a record, or of a tombstone, which walks pass.
    fn keeps_vector(&self, slot: u32) -> bool {
        self.live.contains(slot as usize) || self.graph.contains(slot)
    }

    fn records_of(&self, page: u32) -> impl Iterator<Item = (u32, &Record)> + Clone {
        let first = page * RECORD_PAGE_SLOTS;
        let slots = first..first + RECORD_PAGE_SLOTS;
        slots.filter_map(|slot| Some((slot, self.records.get(slot)?)))
    }

    fn nodes_of(&self, page: u32) -> Range<u32> {
        let first = page * SLOTS_PER_PAGE;
        first..(first + SLOTS_PER_PAGE).min(self.graph.slots())
    }

    /// Tells that the last [`Checkpoint`] is stored.
    pub fn checkpoint_committed(&mut self) {
        if let Some(manifest) = self.stored.pending.take() {
            let stored = &mut self.stored;
            stored.manifest = manifest;
            stored.changed_record_pages.clear();
            stored.orphans.clear();
            stored.kept_entries.clear();
            stored.vacated_groups.clear();
            (stored.log_bytes, stored.log_entries, stored.graph_steps) = (0, 0, 0);
            self.vectors.iter_mut().for_each(Vectors::let_go);
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

/// The pages of a checkpoint that is being made.
struct Pages {
    next_key: PageKey,
    pages: Vec<(PageKey, NewPage)>,
    obsolete: Vec<PageKey>,
}

impl Pages {
    fn add(&mut self, page: NewPage) -> PageKey {
        let key = self.next_key;
        self.next_key += 1;
        self.pages.push((key, page));
        key
    }

    /// Writes page number `page` of those in `keys`; without a `new` one there is none any more.
    fn write(&mut self, keys: &mut Vec<PageKey>, page: u32, new: Option<NewPage>) {
        let page = page as usize;
        if keys.len() <= page {
            keys.resize(page + 1, NO_PAGE);
        }
        let new = new.map_or(NO_PAGE, |new| self.add(new));
        let old = std::mem::replace(&mut keys[page], new);
        self.obsolete.extend((old != NO_PAGE).then_some(old));
    }
}
