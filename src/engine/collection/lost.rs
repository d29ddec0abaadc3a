//! What is lost: records that cannot be read any more, by id.
//!
//! A page or log entry that is missing or does not match its checksum takes with it:
//! - a record page: the records of its slots, named by the page of ids beside it;
//! - a vector page: the records of its slots, named by their record pages;
//! - a log entry: the records that it created or changed, named by its ids, which have a checksum of
//!   their own. Its deletions are known then, and done. If the ids cannot be read either, the entry
//!   is lost by its number: what it did is undone, and nobody knows to which records;
//! - a graph page or a page of ids: nothing. They are written anew.
//!
//! A lost record is returned by no read and counted by none, even where a part or an older state of it
//! could be read: half a record is not what was stored. Later entries are replayed. One that changes
//! parts of a lost record, or of one that is not there, leaves it lost; one that creates it makes it
//! whole, because a creation holds all of a record. So does the caller who adds the id again; one who
//! deletes it no longer wants to know. Until then it is named by `verify`, by way of the manifest when
//! pages and log entries are written anew.
//!
//! Opening writes nothing. The next checkpoint writes a manifest without what cannot be read, but
//! deletes nothing of it: damaged pages and log entries, and record pages from which a record was
//! left out, are kept under their keys ([`Manifest::kept_pages`]) until nothing is lost any more, for
//! a version that reads more of them. A loss without an id ends with the collection only: a fork of
//! it has all that can be read.
//!
//! [`Manifest::kept_pages`]: crate::engine::format::Manifest::kept_pages

use super::Collection;
use crate::engine::error::{Code, Error};
use crate::engine::format::{Lost, Part, Place};

/// Ids named in a warning; the others are counted.
const NAMED: usize = 10;

/// What is lost, by id; each id once.
#[derive(Debug, Default)]
pub(super) struct LostRecords(Vec<Lost>);

impl LostRecords {
    /// Takes over what a manifest names.
    pub(super) fn from_manifest(lost: Vec<Lost>) -> Self {
        let mut known = Self::default();
        lost.into_iter().for_each(|lost| known.insert(lost));
        known
    }

    pub(super) fn as_slice(&self) -> &[Lost] {
        &self.0
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.place(Some(id)).is_ok()
    }

    /// Remembers a loss, unless the id is known to be lost.
    fn insert(&mut self, lost: Lost) {
        match self.place(lost.id.as_deref()) {
            Err(at) => self.0.insert(at, lost),
            Ok(at) if lost.id.is_none() => self.0.insert(at, lost),
            Ok(_) => {}
        }
    }

    /// The record is whole again, or deleted.
    pub(super) fn forget(&mut self, id: &str) {
        if let Ok(at) = self.place(Some(id)) {
            self.0.remove(at);
        }
    }

    fn place(&self, id: Option<&str>) -> Result<usize, usize> {
        self.0.binary_search_by(|lost| lost.id.as_deref().cmp(&id))
    }
}

impl Collection {
    /// The records that are lost.
    #[must_use]
    pub fn lost(&self) -> &[Lost] {
        self.lost.as_slice()
    }

    /// Leaves the record `id` out from now on, if it is there, and says that it is lost.
    pub(super) fn lose(&mut self, id: &str, part: Part, place: Place) {
        if let Some(slot) = self.records.slot(id) {
            self.stored.keep_record_page(slot);
            self.vacate(slot);
        }
        self.lost.insert(Lost { id: Some(id.into()), part, place });
    }

    /// Says that something is lost of records that nobody knows.
    pub(super) fn lose_unknown(&mut self, part: Part, place: Place) {
        self.lost.insert(Lost { id: None, part, place });
    }

    /// What a developer is told of what is lost; `None` if nothing is.
    pub(super) fn warning(&self) -> Option<Error> {
        let lost = self.lost();
        let mut message = String::new();
        // Those without an id come first.
        let unknown = lost.iter().take_while(|lost| lost.id.is_none()).count();
        let (unknown, known) = lost.split_at(unknown);
        if !known.is_empty() {
            message = known.len().to_string() + " records are lost: ";
            for (at, lost) in known.iter().take(NAMED).enumerate() {
                message += if at > 0 { ", " } else { "" };
                message += lost.id.as_deref().unwrap_or_default();
            }
            message += if known.len() > NAMED { ", and others; " } else { "; " };
        }
        for lost in unknown.iter().take(NAMED) {
            message += &lost.place.to_string();
            message += " cannot be read, nor is it known of which records; ";
        }
        let told = "the other records can be used; verify() names what is lost";
        (!lost.is_empty()).then(|| Error::new(Code::Damaged, message + told))
    }
}
