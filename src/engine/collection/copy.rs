//! Copying: a collection's records as one change, which makes an empty collection equal to it.

use super::Collection;
use crate::engine::change::{Change, Put, Write};

impl Collection {
    /// A change that puts all records, in insertion order, into an empty collection.
    #[must_use]
    pub fn copy(&self) -> Change {
        let dimension = self.dimension().unwrap_or(0);
        let mut change = Change {
            dimension: u32::try_from(dimension).expect("below the maximum"),
            ..Change::default()
        };
        for slot in self.in_order(&self.live) {
            let record = self.record(slot);
            change.embeddings.extend_from_slice(self.embedding(slot));
            change.writes.push(Write::Put(Put {
                id: record.id.to_string(),
                created: true,
                embedding: true,
                document: record.document.as_deref().map(str::to_owned),
                uri: record.uri.as_deref().map(str::to_owned),
                metadata: record.metadata.clone().map(Some),
            }));
        }
        change
    }
}
