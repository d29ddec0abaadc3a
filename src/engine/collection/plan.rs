//! Planning writes: everything is checked here, nothing is touched.

use vecino_kernels::distance::Space;
use vecino_kernels::vectors::Vectors;

use super::{Collection, Selection};
use crate::engine::change::{Change, Put, Write};
use crate::engine::error::{Code, Error, Result};
use crate::engine::json::{Json, non_finite};
use crate::engine::metadata::MetadataPatch;
use crate::engine::text_table::TextTable;

/// The columns of one add, upsert or update; every column present has one entry an id.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The records' ids: distinct, not empty.
    pub ids: Vec<String>,
    /// Their embeddings.
    pub embeddings: Option<Embeddings>,
    /// Their documents.
    pub documents: Option<Vec<Option<String>>>,
    /// Their uris.
    pub uris: Option<Vec<Option<String>>>,
    /// Their metadata; [`Json::Null`] where there is none.
    pub metadatas: Option<Vec<Json>>,
}

/// Embeddings, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Embeddings {
    /// n x dimension numbers, row by row.
    pub data: Vec<f32>,
    /// Numbers of one embedding.
    pub dimension: usize,
}

/// The largest dimension taken; a vector of it fills a quarter of a page.
pub(super) const MAX_DIMENSION: usize = 65_536;

/// What a batch is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// New records. Ids that exist already are skipped, as Chroma does.
    Add,
    /// New records and changes of existing ones: parts given replace, metadata is merged.
    Upsert,
    /// Changes of existing records. Ids that do not exist are skipped, as Chroma does. Embeddings
    /// may be missing.
    Update,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Upsert => "upsert",
            Self::Update => "update",
        }
    }
}

impl Collection {
    /// Plans the deletion of the selected records, of which `limit` takes the first in insertion
    /// order. Without ids and clauses nothing is deleted. Returns how many will be.
    ///
    /// # Errors
    /// `invalid_argument` for a limit without a clause.
    pub fn plan_delete(&self, selection: &Selection, limit: Option<u32>) -> Result<(Change, u32)> {
        if limit.is_some() && !selection.has_clause() {
            return invalid("delete with limit needs where or whereDocument".to_owned());
        }
        if selection.is_everything() {
            return Ok((Change::default(), 0));
        }
        let slots = self.get(selection, limit, 0)?;
        let ids = slots.iter().map(|&slot| Write::Delete(self.record(slot).id.to_string()));
        let mut writes: Vec<_> = ids.collect();
        if let (false, Some(ids)) = (selection.has_clause(), &selection.ids) {
            // They are gone already; this is how a caller says that it need not be told any more.
            for id in ids {
                if self.lost.has(id) {
                    writes.push(Write::Delete(id.clone()));
                }
            }
        }
        let change = Change { writes, ..Change::default() };
        Ok((change, u32::try_from(slots.len()).expect("slots are u32")))
    }

    /// Plans what `operation` does with a batch.
    ///
    /// # Errors
    /// Whatever is wrong with any record of the batch; then nothing of it is planned.
    pub fn plan(&self, operation: Operation, batch: &Batch) -> Result<Change> {
        let Batch { ids, embeddings, documents, uris, metadatas } = batch;
        let name = operation.name();
        check_ids(ids, name)?;
        for (column, length) in [
            ("documents", documents.as_ref().map(Vec::len)),
            ("uris", uris.as_ref().map(Vec::len)),
            ("metadatas", metadatas.as_ref().map(Vec::len)),
        ] {
            if length.is_some_and(|length| length != ids.len()) {
                return invalid(format!(
                    "{name} got {} {column} for {} ids; expected one for each",
                    length.unwrap_or_default(),
                    ids.len()
                ));
            }
        }
        let (data, dimension) = match embeddings {
            Some(embeddings) => {
                self.check_embeddings(ids, embeddings, name)?;
                (embeddings.data.as_slice(), embeddings.dimension)
            }
            None if operation != Operation::Update => {
                return invalid(format!("{name} got no embeddings; expected one for each id"));
            }
            None => (&[][..], 0),
        };
        let mut patches =
            read_metadatas(ids, metadatas.as_deref().unwrap_or_default())?.into_iter();

        let mut change = Change {
            dimension: u32::try_from(dimension).expect("checked against the maximum"),
            embeddings: Vec::with_capacity(data.len()),
            ..Change::default()
        };
        let mut rows = data.chunks_exact(dimension.max(1));
        for (at, id) in ids.iter().enumerate() {
            let text = |column: &Option<Vec<Option<String>>>| column.as_ref()?[at].clone();
            let (row, patch) = (rows.next(), patches.next().flatten());
            let old = self.find(id).and_then(|slot| self.records.get(slot));
            let wanted = match operation {
                Operation::Add => old.is_none(),
                Operation::Upsert => true,
                Operation::Update => old.is_some(),
            };
            if !wanted {
                continue;
            }
            let (id, document, uri) = (id.clone(), text(documents), text(uris));
            let metadata =
                patch.map(|patch| patch.merge(old.and_then(|old| old.metadata.as_ref())));
            let (created, embedding) = (old.is_none(), row.is_some());
            let put = Put { id, created, embedding, document, uri, metadata };
            if old.is_some()
                && !put.embedding
                && put.document.is_none()
                && put.uri.is_none()
                && put.metadata.is_none()
            {
                continue; // ids alone change nothing
            }
            change.embeddings.extend_from_slice(row.unwrap_or_default());
            change.writes.push(Write::Put(put));
        }
        Ok(change)
    }

    fn check_embeddings(
        &self,
        ids: &[String],
        embeddings: &Embeddings,
        operation: &str,
    ) -> Result<()> {
        let Embeddings { data, dimension } = embeddings;
        if *dimension == 0 || *dimension > MAX_DIMENSION {
            return Err(Error::new(
                Code::DimensionMismatch,
                format!("embeddings have {dimension} numbers; expected 1 to {MAX_DIMENSION}"),
            ));
        }
        if data.len() != ids.len() * dimension {
            return invalid(format!(
                "{operation} got {} embedding numbers for {} ids of dimension {dimension}; expected {}",
                data.len(),
                ids.len(),
                ids.len() * dimension
            ));
        }
        if let Some(expected) = self.vectors.as_ref().map(Vectors::dimension)
            && expected != *dimension
        {
            return Err(Error::new(
                Code::DimensionMismatch,
                format!(
                    "the embedding of record \"{}\" has {dimension} numbers; collection \"{}\" expects {expected}",
                    ids[0], self.definition.name
                ),
            ));
        }
        let space = self.definition.configuration.space;
        for (id, row) in ids.iter().zip(data.chunks_exact(*dimension)) {
            check_vector(row, space, &|| format!("the embedding of record \"{id}\""))?;
        }
        Ok(())
    }
}

/// Checks the numbers of one vector. `owner` names it in the error.
///
/// # Errors
/// `non_finite`, and `zero_vector` under cosine.
pub(super) fn check_vector(row: &[f32], space: Space, owner: &dyn Fn() -> String) -> Result<()> {
    if let Some(at) = row.iter().position(|number| !number.is_finite()) {
        return Err(Error::new(
            Code::NonFinite,
            format!(
                "{} holds {} at position {at}; expected finite 32-bit floats",
                owner(),
                non_finite(f64::from(row[at]))
            ),
        ));
    }
    if space == Space::Cosine && row.iter().all(|&number| number == 0.0) {
        return Err(Error::new(
            Code::ZeroVector,
            format!("{} is all zeros, which has no direction; cosine needs one", owner()),
        ));
    }
    Ok(())
}

fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidArgument, message))
}

fn check_ids(ids: &[String], operation: &str) -> Result<()> {
    if ids.is_empty() {
        return invalid(format!("{operation} got no ids; expected at least one"));
    }
    let id_at = |at| &*ids[at as usize];
    let mut seen = TextTable::default();
    seen.reserve(ids.len(), &id_at);
    for (at, id) in (0..).zip(ids) {
        if id.is_empty() {
            return invalid(format!(
                "the id at position {at} is empty; expected a non-empty string"
            ));
        }
        if let Some(first) = seen.get(id, &id_at) {
            return Err(Error::new(
                Code::DuplicateId,
                format!("id \"{id}\" stands at positions {first} and {at}; expected distinct ids"),
            ));
        }
        seen.insert(id, at, &id_at);
    }
    Ok(())
}

fn read_metadatas(ids: &[String], metadatas: &[Json]) -> Result<Vec<Option<MetadataPatch>>> {
    let read = |(id, json): (&String, &Json)| match json {
        Json::Null => Ok(None),
        json => MetadataPatch::from_json(json, &|| format!("record \"{id}\"")).map(Some),
    };
    ids.iter().zip(metadatas).map(read).collect()
}
