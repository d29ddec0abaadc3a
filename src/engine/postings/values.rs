//! Sets of slots by scalar value.

use std::ops::RangeInclusive;

use fixedbitset::FixedBitSet;

use super::ordered::Ordered;
use crate::engine::metadata::Scalar;
use crate::engine::text_table::TextTable;

/// Slots by scalar value.
#[derive(Debug, Default)]
pub struct Values {
    numbers: Ordered,
    /// Slots of `false` under 0, of `true` under 1, of each text [`FIRST_TEXT`] above its number.
    others: Ordered,
    /// By number.
    texts: Vec<Box<str>>,
    by_text: TextTable,
    /// Numbers of texts that no record has any more.
    unused: Vec<u32>,
}

/// Where the first text is; booleans come before.
const FIRST_TEXT: u64 = 2;

impl Values {
    /// Adds `slot` to the set of `value`.
    pub fn insert(&mut self, value: Scalar<'_>, slot: u32) {
        match value {
            Scalar::Number(value) => self.numbers.insert(rank(value), slot),
            Scalar::Bool(value) => self.others.insert(u64::from(value), slot),
            Scalar::Text(text) => {
                let number = self.number(text).unwrap_or_else(|| self.add_text(text));
                self.others.insert(FIRST_TEXT + u64::from(number), slot);
            }
        }
    }

    /// Removes `slot` from the set of `value`.
    pub fn remove(&mut self, value: Scalar<'_>, slot: u32) {
        match value {
            Scalar::Number(value) => _ = self.numbers.remove(rank(value), slot),
            Scalar::Bool(value) => _ = self.others.remove(u64::from(value), slot),
            Scalar::Text(text) => {
                if let Some(number) = self.number(text)
                    && self.others.remove(FIRST_TEXT + u64::from(number), slot)
                {
                    self.by_text.remove(text, number);
                    self.texts[number as usize] = Box::default();
                    self.unused.push(number);
                }
            }
        }
    }

    /// Adds the slots of `value` to `set`, which has room for them.
    pub fn add_equal(&self, value: Scalar<'_>, set: &mut FixedBitSet) {
        let number = match value {
            Scalar::Number(value) => return self.add_between(value..=value, set),
            Scalar::Bool(value) => u64::from(value),
            Scalar::Text(text) => match self.number(text) {
                Some(number) => FIRST_TEXT + u64::from(number),
                None => return,
            },
        };
        self.others.add_to(number..=number, set);
    }

    /// Adds the slots of every number in `range` to `set`, which has room for them.
    pub fn add_between(&self, range: RangeInclusive<f64>, set: &mut FixedBitSet) {
        self.numbers.add_to(rank(*range.start())..=rank(*range.end()), set);
    }

    fn number(&self, text: &str) -> Option<u32> {
        self.by_text.get(text, &|number| &self.texts[number as usize])
    }

    fn add_text(&mut self, text: &str) -> u32 {
        let number = self.unused.pop().unwrap_or_else(|| {
            self.texts.push(Box::default());
            u32::try_from(self.texts.len() - 1).expect("texts in memory are fewer than 2^32")
        });
        let Self { texts, by_text, .. } = self;
        by_text.insert(text, number, &|number| &texts[number as usize]);
        texts[number as usize] = text.into();
        number
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let texts = self.texts.iter().map(|text| text.len());
        self.numbers.memory_bytes()
            + self.others.memory_bytes()
            + self.texts.capacity() * size_of::<Box<str>>()
            + self.by_text.memory_bytes()
            + texts.sum::<usize>()
    }
}

/// A whole number that compares as `value` does among numbers; -0 is 0.
fn rank(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}
