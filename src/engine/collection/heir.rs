//! Embedding anew: an heir is a hidden collection that is filled with the same records and other
//! embeddings while the old ones serve, and in the end takes the collection's place.

use super::Collection;
use crate::engine::record::Record;

/// What an heir still lacks, as far as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outdated {
    /// Slots of records that the heir does not have, or not as they are now, or not in their order.
    pub slots: Vec<u32>,
    /// How many there are in all.
    pub count: u32,
}

impl Collection {
    /// What `heir` lacks of this collection, in order of insertion, at most `limit` slots. O(records).
    #[must_use]
    pub fn outdated(&self, heir: &Self, limit: u32) -> Outdated {
        let mut outdated = Outdated::default();
        let mut last = 0;
        for slot in self.in_order(&self.live) {
            let record = self.record(slot);
            let known = heir.find(&record.id).map(|slot| heir.record(slot));
            match known.filter(|known| known.order >= last && is_same(record, known)) {
                Some(known) => last = known.order,
                None => {
                    outdated.count += 1;
                    if outdated.count <= limit {
                        outdated.slots.push(slot);
                    }
                }
            }
        }
        outdated
    }
}

fn is_same(one: &Record, other: &Record) -> bool {
    one.document == other.document && one.uri == other.uri && one.metadata == other.metadata
}
