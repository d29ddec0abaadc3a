//! Planning writes: everything is checked here, nothing is touched.

use std::collections::HashMap;

use super::{Collection, Selection};
use crate::engine::change::{Change, Put, Write};
use crate::engine::distance::Space;
use crate::engine::error::{Code, Error, Result};
use crate::engine::json::{Json, non_finite};
use crate::engine::metadata::MetadataPatch;

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
const MAX_DIMENSION: usize = 65_536;

impl Collection {
    /// Plans new records. Ids that exist already are skipped, as Chroma does.
    ///
    /// # Errors
    /// Whatever is wrong with any record of the batch; then nothing of it is planned.
    pub fn plan_add(&self, batch: Batch) -> Result<Change> {
        self.plan_put(batch, "add", |exists| !exists)
    }

    /// Plans new records and changes of existing ones: parts given replace, metadata is merged.
    ///
    /// # Errors
    /// As [`Collection::plan_add`].
    pub fn plan_upsert(&self, batch: Batch) -> Result<Change> {
        self.plan_put(batch, "upsert", |_| true)
    }

    /// Plans changes of existing records. Ids that do not exist are skipped, as Chroma does.
    ///
    /// # Errors
    /// As [`Collection::plan_add`], but embeddings may be missing.
    pub fn plan_update(&self, batch: Batch) -> Result<Change> {
        self.plan_put(batch, "update", |exists| exists)
    }

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
        let change = Change { writes: ids.collect(), ..Change::default() };
        Ok((change, u32::try_from(slots.len()).expect("slots are u32")))
    }

    fn plan_put(
        &self,
        batch: Batch,
        operation: &str,
        wanted: impl Fn(bool) -> bool,
    ) -> Result<Change> {
        let Batch { ids, embeddings, documents, uris, metadatas } = batch;
        check_ids(&ids, operation)?;
        for (name, length) in [
            ("documents", documents.as_ref().map(Vec::len)),
            ("uris", uris.as_ref().map(Vec::len)),
            ("metadatas", metadatas.as_ref().map(Vec::len)),
        ] {
            if length.is_some_and(|length| length != ids.len()) {
                return invalid(format!(
                    "{operation} got {} {name} for {} ids; expected one for each",
                    length.unwrap_or_default(),
                    ids.len()
                ));
            }
        }
        match &embeddings {
            Some(embeddings) => self.check_embeddings(&ids, embeddings, operation)?,
            None if operation != "update" => {
                return invalid(format!("{operation} got no embeddings; expected one for each id"));
            }
            None => {}
        }
        let patches = read_metadatas(&ids, metadatas)?;

        let embeddings = embeddings.unwrap_or_default();
        let mut change = Change {
            dimension: u32::try_from(embeddings.dimension).expect("checked against the maximum"),
            ..Change::default()
        };
        let mut documents = documents.unwrap_or_default().into_iter();
        let mut uris = uris.unwrap_or_default().into_iter();
        let mut patches = patches.into_iter();
        let mut rows = embeddings.data.chunks_exact(embeddings.dimension.max(1));
        for id in ids {
            let document = documents.next().flatten();
            let uri = uris.next().flatten();
            let patch = patches.next().flatten();
            let row = rows.next();
            let old = self.records.slot(&id);
            if !wanted(old.is_some()) {
                continue;
            }
            let old = old.and_then(|slot| self.records.get(slot));
            let metadata =
                patch.map(|patch| patch.merge(old.and_then(|old| old.metadata.as_ref())));
            let put = Put { id, embedding: row.is_some(), document, uri, metadata };
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
        if let Some(expected) = self.dimension()
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
    let mut seen = HashMap::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        if id.is_empty() {
            return invalid(format!(
                "the id at position {at} is empty; expected a non-empty string"
            ));
        }
        if let Some(first) = seen.insert(id, at) {
            return Err(Error::new(
                Code::DuplicateId,
                format!("id \"{id}\" stands at positions {first} and {at}; expected distinct ids"),
            ));
        }
    }
    Ok(())
}

fn read_metadatas(
    ids: &[String],
    metadatas: Option<Vec<Json>>,
) -> Result<Vec<Option<MetadataPatch>>> {
    let read = |(id, json): (&String, Json)| match json {
        Json::Null => Ok(None),
        json => MetadataPatch::from_json(&json, &|| format!("record \"{id}\"")).map(Some),
    };
    ids.iter().zip(metadatas.unwrap_or_default()).map(read).collect()
}
