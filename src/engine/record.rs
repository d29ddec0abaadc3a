//! The records of a collection: what a caller stored, found by slot and by id.

use std::cell::RefCell;
use std::hint::black_box;

use fixedbitset::FixedBitSet;

use super::metadata::{Key, Metadata};
use super::postings::{KeyPostings, Postings};
use super::text_table::TextTable;

/// One record without its embedding, which lives in `Vectors` under the same slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The caller's name for it; unique in the collection, never empty.
    pub id: Box<str>,
    /// Position in the order of insertion; kept when the record is updated or moves to another slot.
    pub order: u64,
    /// The text, if any.
    pub document: Option<Box<str>>,
    /// Where the content lies, if it lies elsewhere.
    pub uri: Option<Box<str>>,
    /// Named values, if any.
    pub metadata: Option<Metadata>,
}

/// Slots that get their memory together.
const BLOCK: usize = 512;

/// Records by slot and by id. Invariant: `by_id` has `s` under `r.id` exactly when slot `s` of `blocks` is `Some(r)`.
#[derive(Debug, Default)]
pub struct Records {
    /// By slot, [`BLOCK`] each: growing copies nothing and takes no more than it needs.
    blocks: Vec<Box<[Option<Record>]>>,
    /// How many slots there are.
    capacity: u32,
    by_id: TextTable,
    /// One copy of every metadata key, sorted; records share it.
    keys: Vec<Key>,
    /// Those of the record that was put last: the next one mostly has the same.
    recent_keys: Vec<Key>,
    /// In step with `slots`; reading builds those of one more key, hence the cell.
    postings: RefCell<Postings>,
}

impl Records {
    /// The number of records.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.by_id.len()).expect("slots are u32")
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One more than the highest slot ever used.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// The slot of the record `id`.
    #[must_use]
    pub fn slot(&self, id: &str) -> Option<u32> {
        self.by_id.get(id, &|slot| id_in(&self.blocks, slot))
    }

    /// The slots of those of `ids` that exist.
    #[must_use]
    pub fn slots(&self, ids: &[String]) -> FixedBitSet {
        let mut found = FixedBitSet::with_capacity(self.capacity as usize);
        let slots = ids.iter().filter_map(|id| self.slot(id));
        slots.for_each(|slot| found.insert(slot as usize));
        found
    }

    /// The record in `slot`, if it holds one.
    #[must_use]
    pub fn get(&self, slot: u32) -> Option<&Record> {
        self.blocks.get(slot as usize / BLOCK)?[slot as usize % BLOCK].as_ref()
    }

    /// Have the ids of the records in `slots` fetched from memory, all at once instead of one after the other when they
    /// are read: nothing waits for loads whose values are not used yet.
    pub fn fetch(&self, slots: impl Iterator<Item = u32>) {
        let id = |slot| self.get(slot).map_or(0, |record| record.id.as_bytes()[0]);
        black_box(slots.fold(0, |seen, slot| seen ^ id(slot)));
    }

    /// Puts `record` into `slot`, replacing what is there; the id moves with it.
    pub fn put(&mut self, slot: u32, mut record: Record) {
        self.take(slot);
        if let Some(metadata) = &mut record.metadata {
            metadata.share_keys(|at, key| {
                if self.recent_keys.get(at) != Some(key) {
                    let shared = self.keys.binary_search(key).unwrap_or_else(|free| {
                        self.keys.insert(free, key.clone());
                        free
                    });
                    self.recent_keys.truncate(at);
                    self.recent_keys.push(self.keys[shared].clone());
                }
                self.recent_keys[at].clone()
            });
            self.postings.get_mut().insert(metadata, slot);
        }
        self.ensure(slot + 1);
        let Self { blocks, by_id, .. } = self;
        by_id.insert(&record.id, slot, &|slot| id_in(blocks, slot));
        *self.place(slot) = Some(record);
    }

    /// Takes the record out of `slot`.
    pub fn take(&mut self, slot: u32) -> Option<Record> {
        if slot >= self.capacity {
            return None;
        }
        let record = self.place(slot).take()?;
        self.by_id.remove(&record.id, slot);
        if let Some(metadata) = &record.metadata {
            self.postings.get_mut().remove(metadata, slot);
        }
        Some(record)
    }

    /// Calls `read` with the postings of `key`, unless no record ever had the key. O(records) the
    /// first time that a key is asked for.
    pub fn postings(&self, key: &str, read: &mut dyn FnMut(&KeyPostings)) {
        let Ok(at) = self.keys.binary_search_by(|known| (**known).cmp(key)) else { return };
        let key = &self.keys[at];
        let mut postings = self.postings.borrow_mut();
        if postings.get(key).is_none() {
            postings.add_key(key.clone(), self.build_postings(key));
        }
        postings.get(key).into_iter().for_each(read);
    }

    fn build_postings(&self, key: &str) -> KeyPostings {
        let mut postings = KeyPostings::default();
        for (slot, record) in (0..).zip(self.blocks.iter().flatten()) {
            let metadata = record.as_ref().and_then(|record| record.metadata.as_ref());
            if let Some(value) = metadata.and_then(|metadata| metadata.get(key)) {
                postings.insert(value, slot);
            }
        }
        postings
    }

    /// Makes room for `capacity` slots.
    pub fn ensure(&mut self, capacity: u32) {
        let more = capacity.saturating_sub(self.capacity);
        if more > 0 {
            let blocks = (capacity as usize).div_ceil(BLOCK);
            self.blocks.resize_with(blocks, || (0..BLOCK).map(|_| None).collect());
            self.capacity = capacity;
            let Self { blocks, by_id, .. } = self;
            by_id.reserve(more as usize, &|slot| id_in(blocks, slot));
        }
    }

    fn place(&mut self, slot: u32) -> &mut Option<Record> {
        &mut self.blocks[slot as usize / BLOCK][slot as usize % BLOCK]
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let contents = self.blocks.iter().flatten().flatten().map(|record| {
            record.id.len()
                + record.document.as_ref().map_or(0, |text| text.len())
                + record.uri.as_ref().map_or(0, |uri| uri.len())
                + record.metadata.as_ref().map_or(0, Metadata::memory_bytes)
        });
        self.blocks.len() * BLOCK * size_of::<Option<Record>>()
            + self.by_id.memory_bytes()
            + contents.sum::<usize>()
            + self.postings.borrow().memory_bytes()
    }
}

/// The id of the record in `slot`, which holds one.
fn id_in(blocks: &[Box<[Option<Record>]>], slot: u32) -> &str {
    let record = &blocks[slot as usize / BLOCK][slot as usize % BLOCK];
    record.as_ref().map_or("", |record| &record.id)
}
