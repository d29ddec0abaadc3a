//! Verifying what is stored: one collection at a time, reading only.
//!
//! What is found goes to JavaScript as one flat array; `js/verify.ts` knows its order.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::collection::{Collection, Health, Problem, StoredParts};
use crate::engine::format::decode_namespaces;
use crate::wasm::database::Database;
use crate::wasm::errors::Result;
use crate::wasm::indexeddb::to_number;
use crate::wasm::storage::{NAMESPACES, Stored};

impl Database {
    /// Without an id which collections there are, in whatever database, also those without a
    /// definition; with an id how that collection is, or `null` if nothing is stored of it.
    pub(crate) async fn verify(&self, id: Option<String>) -> Result<JsValue> {
        let _call = self.enter()?;
        let Some(storage) = self.storage() else {
            return Ok(match id {
                None => self.with_catalog(|catalog| {
                    let found = Array::of1(&JsValue::NULL);
                    for id in catalog.ids() {
                        found.push(&id.into());
                    }
                    found.into()
                }),
                Some(id) => report(&self.replica(&id).await?.collection()?.health()),
            });
        };
        let id = id.as_deref().unwrap_or(NAMESPACES);
        // What is in memory now is stored already; what is stored may be ahead of it.
        let here = match self.find(id).filter(|replica| replica.is_loaded()) {
            Some(replica) => Some(replica.collection()?.health()),
            None => None,
        };
        // Which pages they are of a manifest that cannot be read, nobody knows.
        let named =
            |manifest: &[u8]| Ok(Collection::checkpoint_pages(manifest).unwrap_or_default());
        let mut stored = storage.load(id, &named, true).await?;
        if id == NAMESPACES {
            return Ok(overview(&stored));
        }
        let groups = loop {
            let (generation, groups) = storage.inspect_groups(id).await?;
            if generation == stored.generation {
                break groups;
            }
            // A checkpoint came in between.
            stored = storage.load(id, &named, true).await?;
        };
        let Stored { definition, manifest, pages, keys: found, log, .. } = stored;
        if definition.is_none()
            && manifest.is_none()
            && found.is_empty()
            && log.is_empty()
            && groups.is_empty()
        {
            return Ok(JsValue::NULL);
        }
        let mut keys = Vec::with_capacity(found.len());
        for key in &found {
            keys.push(to_number(key)?);
        }
        let parts = StoredParts { definition, manifest, pages, keys, groups, log };
        let mut health = Collection::verify(parts);
        if let Some(here) = here {
            if here.sequence > health.sequence {
                let (here, stored) = (here.sequence, health.sequence);
                health.problems.push(Problem {
                    what: format!("this tab holds change {here}, stored are {stored}"),
                    place: "memory".to_owned(),
                    code: "inconsistent",
                });
            }
            health.problems.extend(here.problems);
        }
        Ok(report(&health))
    }
}

/// What is wrong with the list of tenants and databases, or null; then the ids of everything that is
/// stored, often more than once.
fn overview(stored: &Stored) -> JsValue {
    let damage = stored.definition.as_deref().and_then(|bytes| decode_namespaces(bytes).err());
    let found = Array::of1(&match damage {
        Some(error) => JsValue::from_str(&error.message),
        None => JsValue::NULL,
    });
    for key in &stored.keys {
        match key.dyn_ref::<Array>() {
            Some(key) => found.push(&key.get(0)),
            None => found.push(key),
        };
    }
    found.into()
}

/// Name or null, records, how much is lost; id or null, part and place of each loss; text, place and
/// code of each problem.
fn report(health: &Health) -> JsValue {
    let text = JsValue::from_str;
    let report = Array::of3(
        &health.name.as_deref().map_or(JsValue::NULL, text),
        &health.records.into(),
        &(health.lost.len() as u32).into(),
    );
    for lost in &health.lost {
        report.push(&lost.id.as_deref().map_or(JsValue::NULL, text));
        report.push(&text(lost.part.as_str()));
        report.push(&text(&lost.place.to_string()));
    }
    for Problem { what, place, code } in &health.problems {
        for part in [&**what, place, *code] {
            report.push(&text(part));
        }
    }
    report.into()
}
