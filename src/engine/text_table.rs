//! Numbers found by texts that are kept elsewhere: slots by id, numbers by metadata text.

use hashbrown::HashTable;

use super::format::digest;

/// A hash table of numbers, each of which stands for a text of its owner: five bytes a place instead of a copy of every
/// text. Whoever asks says which text a number in it stands for. No two stand for the same.
#[derive(Debug, Default)]
pub struct TextTable(HashTable<u32>);

/// The text that a number in the table stands for.
pub type TextOf<'a> = dyn Fn(u32) -> &'a str + 'a;

impl TextTable {
    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number that stands for `text`.
    #[must_use]
    pub fn get(&self, text: &str, text_of: &TextOf<'_>) -> Option<u32> {
        self.0.find(hash(text), |&number| text_of(number) == text).copied()
    }

    /// Adds `number`, which stands for `text` from now on, as none does yet.
    pub fn insert(&mut self, text: &str, number: u32, text_of: &TextOf<'_>) {
        self.0.insert_unique(hash(text), number, |&number| hash(text_of(number)));
    }

    /// Removes `number`, which stands for `text`.
    pub fn remove(&mut self, text: &str, number: u32) {
        if let Ok(entry) = self.0.find_entry(hash(text), |&known| known == number) {
            entry.remove();
        }
    }

    /// Makes room for so many `more`.
    pub fn reserve(&mut self, more: usize, text_of: &TextOf<'_>) {
        self.0.reserve(more, |&number| hash(text_of(number)));
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.0.allocation_size()
    }
}

/// What the module makes its checksums with. The standard library's hash takes several times as long,
/// and WebAssembly gives it no randomness that would make it any safer.
fn hash(text: &str) -> u64 {
    digest(text.as_bytes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_inserted_and_not_removed() {
        let texts: Vec<String> = (0..5000).map(|n| format!("text {n}")).collect();
        let text_of: &TextOf<'_> = &|number| &texts[number as usize];
        let mut table = TextTable::default();
        table.reserve(100, text_of);
        (0..5000).for_each(|n| table.insert(&texts[n as usize], n, text_of));
        (0..5000).step_by(2).for_each(|n| table.remove(&texts[n as usize], n));
        table.remove(&texts[1], 3);
        assert_eq!(table.len(), 2500);
        for n in 0..5000 {
            assert_eq!(table.get(&texts[n as usize], text_of), (n % 2 == 1).then_some(n));
        }
        assert_eq!(table.get("another", text_of), None);
    }
}
