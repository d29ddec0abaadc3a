//! Staging: a write is taken in change by change while it is stored, and seen by nobody until all of it is.
//!
//! New records get their slots, embeddings and postings at once. Until they are revealed their slots are not live, which
//! is what reads go by. Changes of records that can be seen, and deletions, wait until then: they are carried out after it.
//!
//! While anything is staged, nothing but linking may change the collection.

use super::{Collection, apart, fill};
use crate::engine::change::{Change, Put, Write};

/// What has been staged.
#[derive(Default)]
pub(super) struct Stage {
    /// Slots of new records, in the order in which they were taken.
    pub(super) slots: Vec<u32>,
    /// What waits, under the numbers of the changes.
    waiting: Vec<(u64, Change)>,
    changes: u64,
    /// Of their log entries.
    bytes: usize,
    /// Whether it is what fixes the dimension.
    pub(super) fixes_dimension: bool,
}

impl Collection {
    /// Takes in a planned change without showing it. Returns its number. O(1) a record.
    ///
    /// Must be followed by [`Collection::reveal`] once it is stored, or else by [`Collection::unstage`].
    pub fn stage(&mut self, change: Change) -> u64 {
        self.stage.changes += 1;
        self.stage.bytes += change.approximate_bytes();
        let number = self.sequence + self.stage.changes;
        let Change { writes, dimension, embeddings } = change;
        if dimension > 0 && self.vectors.is_none() {
            self.vectors = Some(apart::new_vectors(&self.definition, dimension as usize));
            self.stage.fixes_dimension = true;
        }
        let mut rows = embeddings.chunks_exact((dimension as usize).max(1));
        let mut waiting = Change { dimension, ..Change::default() };
        for write in writes {
            let row = match &write {
                Write::Put(put) if put.embedding => rows.next(),
                Write::Put(_) | Write::Delete(_) => None,
            };
            match (write, row) {
                (Write::Put(put), Some(row)) if self.is_new(&put) => self.stage_record(put, row),
                (write, row) => {
                    waiting.embeddings.extend_from_slice(row.unwrap_or_default());
                    waiting.writes.push(write);
                }
            }
        }
        if !waiting.is_empty() {
            self.stage.waiting.push((number, waiting));
        }
        number
    }

    /// Shows everything that is staged. O(1) a new record, and very little; as [`Collection::apply`] for the others.
    pub fn reveal(&mut self) {
        let Stage { slots, waiting, changes, bytes, .. } = std::mem::take(&mut self.stage);
        for slot in slots {
            self.make_live(slot);
        }
        self.stored.log_grew(changes as usize, bytes);
        let last = self.sequence + changes;
        for (number, change) in waiting {
            self.sequence = number;
            self.carry_out(change);
        }
        self.sequence = last;
    }

    /// Drops everything that is staged: the collection is as it was before.
    pub fn unstage(&mut self) {
        let stage = std::mem::take(&mut self.stage);
        self.next_order -= stage.slots.len() as u64;
        // Those taken first are the next to be taken again.
        for slot in stage.slots.into_iter().rev() {
            self.records.take(slot);
            self.free.push(slot);
        }
        if stage.fixes_dimension {
            self.vectors = None;
        }
    }

    /// Whether nothing is known of the record, seen or not.
    fn is_new(&self, put: &Put) -> bool {
        put.created && self.records.slot(&put.id).is_none() && !self.lost.has(&put.id)
    }

    fn stage_record(&mut self, put: Put, embedding: &[f32]) {
        let slot = self.take_slot();
        self.stage.slots.push(slot);
        if let Some(vectors) = &mut self.vectors {
            vectors.set(slot, embedding);
        }
        let mut record = self.new_record(&put.id);
        fill(&mut record, put);
        self.records.put(slot, record);
        self.stored.record_changed(slot);
    }
}
