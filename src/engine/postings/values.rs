//! Sets of slots by scalar value.

use std::ops::RangeInclusive;
use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::ordered::Ordered;
use crate::engine::metadata::Scalar;
use crate::engine::text_map::TextMap;

/// Slots by scalar value.
#[derive(Debug, Default)]
pub struct Values {
    numbers: Ordered,
    /// Slots of `false` under 0, of `true` under 1, of each text under its number in `texts`.
    others: Ordered,
    texts: TextMap,
    /// Numbers of texts that no record has any more. Those below the highest are in use or here.
    unused: Vec<u32>,
}

/// The number of the first text; booleans come before.
const FIRST_TEXT: usize = 2;

impl Values {
    /// Adds `slot` to the set of `value`.
    pub fn insert(&mut self, value: Scalar<'_>, slot: u32) {
        match value {
            Scalar::Number(value) => self.numbers.insert(rank(value), slot),
            Scalar::Bool(value) => self.others.insert(u64::from(value), slot),
            Scalar::Text(text) => {
                let number = self.texts.get(text).copied().unwrap_or_else(|| {
                    let next = || u32::try_from(self.texts.len() + FIRST_TEXT);
                    let number = self
                        .unused
                        .pop()
                        .unwrap_or_else(|| next().expect("texts in memory are fewer than 2^32"));
                    self.texts.insert(text.into(), number);
                    number
                });
                self.others.insert(u64::from(number), slot);
            }
        }
    }

    /// Removes `slot` from the set of `value`.
    pub fn remove(&mut self, value: Scalar<'_>, slot: u32) {
        match value {
            Scalar::Number(value) => _ = self.numbers.remove(rank(value), slot),
            Scalar::Bool(value) => _ = self.others.remove(u64::from(value), slot),
            Scalar::Text(text) => {
                if let Some(&number) = self.texts.get(text)
                    && self.others.remove(u64::from(number), slot)
                {
                    self.texts.remove(text);
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
            Scalar::Text(text) => match self.texts.get(text) {
                Some(number) => u64::from(*number),
                None => return,
            },
        };
        self.others.add_to(number..=number, set);
    }

    /// Adds the slots of every number in `range` to `set`, which has room for them.
    pub fn add_between(&self, range: RangeInclusive<f64>, set: &mut FixedBitSet) {
        self.numbers.add_to(rank(*range.start())..=rank(*range.end()), set);
    }

    /// Bytes on the heap, for statistics; the hash table is estimated.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let texts = self.texts.keys().map(|text| text.len() + 2 * size_of::<usize>());
        self.numbers.memory_bytes()
            + self.others.memory_bytes()
            + self.texts.capacity() * size_of::<(Arc<str>, u32)>()
            + texts.sum::<usize>()
    }
}

/// A whole number that compares as `value` does among numbers; -0 is 0.
fn rank(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}
