//! Searches: which records, ranked by what, and how much of them is wanted.
//!
//! A rank is arithmetic over lists of nearest neighbors. The filter comes first: each `$knn` ranks
//! the records that satisfy it and keeps the nearest few. A record is scored when every `$knn`
//! either lists it or has a default, and at least one lists it; the smallest score comes first.

mod expression;
mod fields;
mod group;
mod read;

pub use expression::{Knn, Operator, Rank};
pub use group::{Aggregate, GroupBy};

use super::collection::Selection;

/// A search as a caller asks for it.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Which records.
    pub selection: Selection,
    /// What they are ranked by; without it they come in insertion order, without scores.
    pub rank: Option<Rank>,
    /// The lists that the rank refers to by number; all queries have one dimension.
    pub knns: Vec<Knn>,
    /// Which of the ranked records are kept of each group.
    pub group_by: Option<GroupBy>,
    /// How many of them are skipped.
    pub offset: u32,
    /// How many come at most.
    pub limit: Option<u32>,
    /// What is told of each.
    pub select: Select,
}

/// What is told of each record besides its id.
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// Every name as given, for the answer to repeat.
    pub names: Vec<String>,
    /// The document.
    pub document: bool,
    /// The embedding.
    pub embedding: bool,
    /// The score.
    pub score: bool,
    /// The metadata: all of it, or the keys that were named.
    pub metadata: Option<Wanted>,
}

/// How much of the metadata is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Every key.
    All,
    /// These keys, where a record has them.
    Keys(Vec<String>),
}

#[cfg(test)]
mod tests;
