//! Verifying what is stored: one collection at a time, reading only.
//!
//! What is found goes to JavaScript as one flat array; `js/verify.ts` knows its order.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::collection::{Collection, Health, Problem, StoredParts};
use crate::engine::format::decode_namespaces;
use crate::wasm::database::Database;
use crate::wasm::errors::Result;
use crate::wasm::indexeddb::{ALL_STORES, CATALOG, Transaction};
use crate::wasm::storage::{NAMESPACES, Storage, Stored};

impl Database {
    /// Without an id which collections there are, in whatever database, also those without a
    /// definition; with an id how that collection is, or `null` if nothing is stored of it.
    pub(crate) async fn verify(&self, id: Option<String>) -> Result<JsValue> {
        let _call = self.enter()?;
        let Some(id) = id else {
            return Ok(match self.storage() {
                Some(storage) => storage.overview().await?.into(),
                None => self.with_catalog(|catalog| {
                    let found = catalog.ids().map(JsValue::from_str).collect::<Array>();
                    found.unshift(&JsValue::NULL);
                    found.into()
                }),
            });
        };
        let Some(storage) = self.storage() else {
            return Ok(report(self.replica(&id).await?.collection()?.health()));
        };
        // What is in memory now is stored already; what is stored may be ahead of it.
        let here = match self.find(&id).filter(|replica| replica.is_loaded()) {
            Some(replica) => Some(replica.collection()?.health()),
            None => None,
        };
        // Which pages they are of a manifest that cannot be read, nobody knows.
        let named =
            |manifest: &[u8]| Ok(Collection::checkpoint_pages(manifest).unwrap_or_default());
        let Stored { definition, manifest, pages, keys, log } =
            storage.load(&id, &named, true).await?;
        if definition.is_none() && manifest.is_none() && keys.is_empty() && log.is_empty() {
            return Ok(JsValue::NULL);
        }
        let mut health = Collection::verify(StoredParts { definition, manifest, pages, keys, log });
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
        Ok(report(health))
    }
}

/// Name or null, records, how much is lost; id or null, part and place of each loss; text, place and
/// code of each problem.
fn report(health: Health) -> JsValue {
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

impl Storage {
    /// What is wrong with the list of tenants and databases, or null; then the ids of everything that
    /// is stored, often more than once.
    async fn overview(&self) -> Result<Array> {
        self.read(async |transaction: &Transaction| {
            let found = Array::new();
            for store in ALL_STORES {
                for key in transaction.keys(store, None).await? {
                    found.push(&key.dyn_ref::<Array>().map_or(key.clone(), |key| key.get(0)));
                }
            }
            let namespaces = transaction.get_bytes(CATALOG, &NAMESPACES.into()).await?;
            let damage = namespaces.and_then(|bytes| decode_namespaces(&bytes).err());
            let damage = damage.map(|error| JsValue::from_str(&error.message));
            found.unshift(&damage.unwrap_or(JsValue::NULL));
            Ok(found)
        })
        .await
    }
}
