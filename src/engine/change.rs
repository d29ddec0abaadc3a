//! A change: what one call does to the records, checked and complete.
//!
//! A call is planned into a change without touching anything, the change is written to the log,
//! and only then applied. It says what becomes of each record, not what was asked for, so that
//! applying it again to the same state gives the same result and cannot fail.

use super::metadata::Metadata;

/// What one call does to the records of a collection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// What happens, in order. Ids are distinct.
    pub writes: Vec<Write>,
    /// Numbers of an embedding; 0 when no write carries one.
    pub dimension: u32,
    /// The embeddings of those writes that carry one, one after the other: n x `dimension`.
    pub embeddings: Vec<f32>,
}

/// What happens to one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// The record is created, or those of its parts that are `Some` are replaced.
    Put(Put),
    /// The record is deleted.
    Delete(String),
}

/// A record created or updated.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// The record's id.
    pub id: String,
    /// Whether there is no such record yet, so that this is all of it. Replaying relies on it when
    /// earlier changes of the record are lost.
    pub created: bool,
    /// Whether it takes the next row of [`Change::embeddings`]; a new record always does.
    pub embedding: bool,
    /// The new document.
    pub document: Option<String>,
    /// The new uri.
    pub uri: Option<String>,
    /// The new metadata as a whole; the inner `None` leaves the record without any.
    pub metadata: Option<Option<Metadata>>,
}

impl Change {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// About how many bytes its log entry has; metadata is guessed.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        let texts = self.writes.iter().map(|write| match write {
            Write::Delete(id) => id.len() + 8,
            Write::Put(put) => put.id.len() + put.document.as_ref().map_or(0, String::len) + 128,
        });
        self.embeddings.len() * 4 + texts.sum::<usize>()
    }
}
