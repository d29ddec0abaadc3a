//! Sets of slots by number, in ascending order: for ranges of values.

use std::ops::RangeInclusive;

use fixedbitset::FixedBitSet;

use super::slots::Slots;

/// The most entries of a chunk.
const CHUNK: usize = 256;

/// A sorted list of sorted chunks, so that inserting moves no more than a chunk. No chunk is empty.
#[derive(Debug, Default)]
pub(super) struct Ordered(Vec<Vec<(u64, Slots)>>);

impl Ordered {
    /// The chunk that has `key` if any has, and where it is there or would be.
    fn find(&self, key: u64) -> (usize, Result<usize, usize>) {
        let begins = |chunk: &Vec<(u64, Slots)>| chunk.first().is_some_and(|first| first.0 <= key);
        let chunk = self.0.partition_point(begins).saturating_sub(1);
        let entries = self.0.get(chunk).map_or(&[][..], Vec::as_slice);
        (chunk, entries.binary_search_by(|entry| entry.0.cmp(&key)))
    }

    pub(super) fn insert(&mut self, key: u64, slot: u32) {
        if self.0.is_empty() {
            self.0.push(Vec::new());
        }
        let (mut chunk, found) = self.find(key);
        let mut at = match found {
            Ok(at) => return self.0[chunk][at].1.insert(slot),
            Err(at) => at,
        };
        if self.0[chunk].len() == CHUNK {
            // Ascending keys, as times are, leave full chunks behind.
            let half = if at == CHUNK { CHUNK } else { CHUNK / 2 };
            let upper = self.0[chunk].split_off(half);
            self.0.insert(chunk + 1, upper);
            if at >= half {
                (chunk, at) = (chunk + 1, at - half);
            }
        }
        self.0[chunk].insert(at, (key, Slots::One(slot)));
    }

    /// Removes `slot` from the set of `key`. Returns whether the set was left empty and is gone.
    pub(super) fn remove(&mut self, key: u64, slot: u32) -> bool {
        let (chunk, Ok(at)) = self.find(key) else { return false };
        let entries = &mut self.0[chunk];
        let emptied = entries[at].1.remove(slot);
        if emptied {
            entries.remove(at);
            if entries.is_empty() {
                self.0.remove(chunk);
            }
        }
        emptied
    }

    /// Adds the slots of every key in `range` to `set`, which has room for them.
    pub(super) fn add_to(&self, range: RangeInclusive<u64>, set: &mut FixedBitSet) {
        let (chunk, found) = self.find(*range.start());
        let mut from = found.unwrap_or_else(|at| at);
        for entries in self.0.get(chunk..).unwrap_or_default() {
            for (key, slots) in &entries[from..] {
                if key > range.end() {
                    return;
                }
                slots.add_to(set);
            }
            from = 0;
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let chunk = |entries: &Vec<(u64, Slots)>| {
            entries.capacity() * size_of::<(u64, Slots)>()
                + entries.iter().map(|(_, slots)| slots.memory_bytes()).sum::<usize>()
        };
        self.0.iter().map(chunk).sum()
    }
}
