//! A collection beside a judge, which both take the same changes and must select the same records.

use vecino::engine::collection::{Collection, Operation, Selection};
use vecino::engine::json::Json;

use super::filters::{Told, judge, where_selection};
use super::{batch, definition};

/// A collection and what its judge knows of it, in insertion order.
pub(crate) struct Pair {
    pub(crate) collection: Collection,
    pub(crate) rows: Vec<Told>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self { collection: Collection::new(definition("l2")), rows: Vec::new() }
    }

    pub(crate) fn upsert(
        &mut self,
        ids: &[String],
        documents: &[Option<&str>],
        metadatas: Vec<Json>,
    ) {
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut batch = batch(&names, &vec![&[1.0][..]; ids.len()]);
        batch.documents = Some(documents.iter().map(|text| text.map(str::to_owned)).collect());
        batch.metadatas = Some(metadatas.clone());
        let change = self.collection.plan(Operation::Upsert, &batch).expect("valid");
        self.collection.apply(change);
        for ((id, document), metadata) in ids.iter().zip(documents).zip(&metadatas) {
            let old = self.rows.iter().position(|row| row.id == *id).unwrap_or_else(|| {
                self.rows.push(Told { id: id.clone(), document: None, metadata: Vec::new() });
                self.rows.len() - 1
            });
            if let Some(document) = document {
                self.rows[old].document = Some((*document).to_owned());
            }
            self.rows[old].patch(metadata);
        }
    }

    pub(crate) fn delete(&mut self, ids: Vec<String>) {
        let selection = Selection { ids: Some(ids.clone()), ..Selection::default() };
        let (change, _) = self.collection.plan_delete(&selection, None).expect("valid");
        self.collection.apply(change);
        self.rows.retain(|row| !ids.contains(&row.id));
    }

    pub(crate) fn ids(&self, selection: &Selection) -> Vec<&str> {
        let slots = self.collection.get(selection, None, 0).expect("valid");
        slots.iter().map(|slot| &*self.collection.record(*slot).id).collect()
    }

    /// Compares with the judge; returns how many match.
    pub(crate) fn check(&self, clause: &Json) -> usize {
        let found = self.ids(&where_selection(clause));
        let matching = self.rows.iter().filter(|row| judge(clause, row));
        let expected: Vec<&str> = matching.map(|row| row.id.as_str()).collect();
        assert_eq!(found, expected, "{clause:?}");
        found.len()
    }
}
