//! Postings: for each value of a metadata key, the slots of the records that have it. A clause over
//! metadata then joins sets of slots instead of judging record after record.
//!
//! They are derived data, never stored: those of a key are built from the records when a clause
//! first names the key, and kept in step by [`Records`](super::record::Records) from then on.
//!
//! No operator asks whether a record has a key at all: the negative ones hold for every record that
//! the positive one does not select.

mod ordered;
mod slots;
mod values;

pub use values::Values;

use super::metadata::{Key, Metadata, Value};

/// The postings of one key. Scalars and elements of lists are kept apart: a clause asks for one or
/// the other.
#[derive(Debug, Default)]
pub struct KeyPostings {
    /// Records by the scalar they have.
    pub scalars: Values,
    /// Records by each element of the list they have.
    pub elements: Values,
}

impl KeyPostings {
    fn of(&mut self, value: &Value) -> &mut Values {
        if matches!(value, Value::List(_)) { &mut self.elements } else { &mut self.scalars }
    }

    /// Adds a record that has `value` at this key.
    pub fn insert(&mut self, value: &Value, slot: u32) {
        let values = self.of(value);
        value.each(&mut |scalar| values.insert(scalar, slot));
    }
}

/// The postings of the keys that clauses have named so far; these are few.
#[derive(Debug, Default)]
pub struct Postings(Vec<(Key, KeyPostings)>);

impl Postings {
    /// The postings of `key`, if they are built.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&KeyPostings> {
        self.0.iter().find(|(name, _)| &**name == key).map(|(_, postings)| postings)
    }

    /// Keeps the postings of one more key in step.
    pub fn add_key(&mut self, key: Key, postings: KeyPostings) {
        self.0.push((key, postings));
    }

    /// Takes in a record that was put into `slot`.
    pub fn insert(&mut self, metadata: &Metadata, slot: u32) {
        for (key, postings) in &mut self.0 {
            if let Some(value) = metadata.get(key) {
                postings.insert(value, slot);
            }
        }
    }

    /// Forgets a record that was taken out of `slot`.
    pub fn remove(&mut self, metadata: &Metadata, slot: u32) {
        for (key, postings) in &mut self.0 {
            if let Some(value) = metadata.get(key) {
                let values = postings.of(value);
                value.each(&mut |scalar| values.remove(scalar, slot));
            }
        }
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let bytes = |(_, KeyPostings { scalars, elements }): &(Key, KeyPostings)| {
            scalars.memory_bytes() + elements.memory_bytes()
        };
        self.0.iter().map(bytes).sum()
    }
}
