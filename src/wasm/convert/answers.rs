//! What the engine answers, made into JavaScript values. Embeddings and distances travel as typed
//! arrays, which are copied as a whole.

use js_sys::{Array, Float32Array, JsString, Object, Reflect, Uint32Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use vecino_kernels::vectors::Quantization;
use wasm_bindgen::JsValue;

use super::arguments::Include;
use crate::engine::catalog::Database;
use crate::engine::collection::{Collection, Found, Outdated};
use crate::engine::definition::{Configuration, Definition, Residence};
use crate::engine::metadata::{Key, Metadata, Scalar, Value};
use crate::engine::planner::{Explanation, Plan};
use crate::wasm::database::Stats;
use crate::wasm::errors::{Error, Result, code};

/// The columns of an answer while they are being filled.
struct Columns<'a> {
    collection: &'a Collection,
    include: Include,
    ids: Array,
    documents: Array,
    metadatas: Array,
    uris: Array,
    embeddings: Vec<f32>,
    keys: Keys,
}

impl<'a> Columns<'a> {
    fn new(collection: &'a Collection, include: Include) -> Self {
        Self {
            collection,
            include,
            ids: Array::new(),
            documents: Array::new(),
            metadatas: Array::new(),
            uris: Array::new(),
            embeddings: Vec::new(),
            keys: Keys::new(),
        }
    }

    /// Appends the record in a live slot.
    fn push(&mut self, slot: u32) {
        let record = self.collection.record(slot);
        self.ids.push(&JsValue::from_str(&record.id));
        if self.include.documents {
            self.documents.push(&from_text(record.document.as_deref()));
        }
        if self.include.metadatas {
            self.metadatas.push(&match &record.metadata {
                Some(metadata) => from_metadata(metadata, &mut self.keys).into(),
                None => JsValue::NULL,
            });
        }
        if self.include.uris {
            self.uris.push(&from_text(record.uri.as_deref()));
        }
        if self.include.embeddings {
            self.embeddings.extend_from_slice(self.collection.embedding(slot));
        }
    }

    fn into_object(self) -> Result<Object> {
        let answer = Object::new();
        let Include { documents, metadatas, uris, embeddings, distances: _ } = self.include;
        set(&answer, "ids", &self.ids)?;
        if documents {
            set(&answer, "documents", &self.documents)?;
        }
        if metadatas {
            set(&answer, "metadatas", &self.metadatas)?;
        }
        if uris {
            set(&answer, "uris", &self.uris)?;
        }
        if embeddings {
            set(&answer, "embeddings", &Float32Array::from(self.embeddings.as_slice()))?;
        }
        let dimension = self.collection.dimension().unwrap_or(0) as f64;
        set(&answer, "dimension", &dimension.into())?;
        Ok(answer)
    }
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) -> Result<()> {
    match Reflect::set(object, &name.into(), value) {
        Ok(true) => Ok(()),
        _ => Err(Error::new(code::INTERNAL, format!("cannot set \"{name}\" of a new object"))),
    }
}

/// The answer of a get: `{ ids, documents?, metadatas?, uris?, embeddings?, dimension }`.
pub(crate) fn from_records(
    collection: &Collection,
    slots: &[u32],
    include: Include,
) -> Result<JsValue> {
    let mut columns = Columns::new(collection, include);
    slots.iter().for_each(|slot| columns.push(*slot));
    Ok(columns.into_object()?.into())
}

/// How many records an heir lacks, of how many; then the ids of the first of them.
pub(crate) fn from_outdated(collection: &Collection, outdated: &Outdated) -> JsValue {
    let answer = Array::of2(&outdated.count.into(), &collection.count().into());
    for slot in &outdated.slots {
        answer.push(&JsValue::from_str(&collection.record(*slot).id));
    }
    answer.into()
}

/// The answer of a query: the columns of a get for all queries one after the other, `distances`,
/// `offsets`, of which query i has the rows from the i-th up to the next, and `efforts`: for each query the
/// candidates kept (0 for a scan), the matches, and how many distances were scanned and walked.
pub(crate) fn from_neighbors(
    collection: &Collection,
    answers: &[Found],
    include: Include,
) -> Result<JsValue> {
    let mut columns = Columns::new(collection, include);
    let mut distances = Vec::new();
    let mut offsets = vec![0_u32];
    let mut efforts = Vec::new();
    for Found { neighbors, explanation } in answers {
        let Explanation { plan, matches, scanned, walked } = *explanation;
        let ef = match plan {
            Plan::Exact => 0,
            Plan::Codes => usize::MAX,
            Plan::Graph { ef } => ef,
        };
        efforts.extend([ef, matches, scanned, walked].map(|count| count as u32));
        collection.fetch_records(neighbors.iter().map(|neighbor| neighbor.slot));
        for neighbor in neighbors {
            columns.push(neighbor.slot);
            distances.push(neighbor.distance);
        }
        offsets.push(columns.ids.length());
    }
    let answer = columns.into_object()?;
    set(&answer, "offsets", &Uint32Array::from(offsets.as_slice()))?;
    set(&answer, "efforts", &Uint32Array::from(efforts.as_slice()))?;
    if include.distances {
        set(&answer, "distances", &Float32Array::from(distances.as_slice()))?;
    }
    Ok(answer.into())
}

pub(super) fn from_text(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::NULL, JsValue::from_str)
}

/// Metadata keys as JavaScript strings. They are few, and records share them.
pub(super) type Keys = Vec<(Key, JsString)>;

pub(super) fn from_metadata(metadata: &Metadata, keys: &mut Keys) -> Object {
    let object = Object::new();
    for (key, value) in metadata.iter() {
        let list = matches!(value, Value::List(_)).then(Array::new);
        let mut single = JsValue::NULL;
        value.each(&mut |scalar| {
            let item = match scalar {
                Scalar::Bool(value) => JsValue::from_bool(value),
                Scalar::Number(value) => JsValue::from_f64(value),
                Scalar::Text(value) => JsValue::from_str(value),
            };
            match &list {
                Some(list) => _ = list.push(&item),
                None => single = item,
            }
        });
        let value = list.map_or(single, JsValue::from);
        let known = keys.iter().position(|(known, _)| known == key);
        let at = known.unwrap_or_else(|| {
            keys.push((key.clone(), JsString::from(&**key)));
            keys.len() - 1
        });
        let name = &keys[at].1;
        if &**key == "__proto__" {
            // Setting it would change the object's prototype instead.
            define(&object, name, &value);
        } else {
            // A fresh object takes any property.
            let _ = Reflect::set(&object, name, &value);
        }
    }
    object
}

fn define(object: &Object, name: &JsString, value: &JsValue) {
    let descriptor = Object::new();
    for (key, value) in [
        ("value", value),
        ("enumerable", &JsValue::TRUE),
        ("writable", &JsValue::TRUE),
        ("configurable", &JsValue::TRUE),
    ] {
        let _ = Reflect::set(&descriptor, &key.into(), value);
    }
    let _ = Reflect::define_property(object, name, &descriptor);
}

#[derive(Serialize)]
struct CollectionInfo<'a> {
    id: &'a str,
    key: &'a str,
    tenant: &'a str,
    database: &'a str,
    name: &'a str,
    #[serde(with = "serde_wasm_bindgen::preserve", skip_serializing_if = "JsValue::is_undefined")]
    metadata: JsValue,
    configuration: ConfigurationInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<&'a str>,
}

#[derive(Serialize)]
struct ConfigurationInfo {
    hnsw: HnswInfo,
    /// Left out when it is the default, so that a configuration looks as Chroma's does.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantization: Option<&'static str>,
    /// Left out as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    embeddings: Option<&'static str>,
}

#[derive(Serialize)]
struct HnswInfo {
    space: &'static str,
    ef_construction: u32,
    ef_search: u32,
    max_neighbors: u32,
    resize_factor: f64,
    sync_threshold: u32,
}

/// `{ id, key, tenant, database, name, metadata?, configuration: { hnsw, quantization?, embeddings? }, extra? }`.
pub(crate) fn from_definition(definition: &Definition) -> Result<JsValue> {
    let Configuration {
        space,
        ef_construction,
        ef_search,
        max_neighbors,
        resize_factor,
        sync_threshold,
        quantization,
        // Chroma does not report it.
        num_threads: _,
        embeddings,
    } = definition.configuration;
    let is_default = quantization == Quantization::default();
    from_serializable(&CollectionInfo {
        id: definition.public_id(),
        key: &definition.id,
        tenant: &definition.scope.tenant,
        database: &definition.scope.database,
        name: &definition.name,
        metadata: match &definition.metadata {
            Some(metadata) => from_metadata(metadata, &mut Keys::new()).into(),
            None => JsValue::UNDEFINED,
        },
        configuration: ConfigurationInfo {
            hnsw: HnswInfo {
                space: space.as_str(),
                ef_construction,
                ef_search,
                max_neighbors,
                resize_factor,
                sync_threshold,
            },
            quantization: (!is_default).then(|| quantization.as_str()),
            embeddings: (embeddings != Residence::default()).then(|| embeddings.as_str()),
        },
        extra: definition.extra.as_deref(),
    })
}

/// An array of what [`from_definition`] makes.
pub(crate) fn from_definitions<'a>(
    definitions: impl Iterator<Item = &'a Definition>,
) -> Result<JsValue> {
    Ok(definitions.map(from_definition).collect::<Result<Array>>()?.into())
}

/// `{ id, name, tenant }`.
pub(crate) fn from_database(database: &Database) -> Result<JsValue> {
    let info = Object::new();
    set(&info, "id", &JsValue::from_str(&database.id))?;
    set(&info, "name", &JsValue::from_str(&database.name))?;
    set(&info, "tenant", &JsValue::from_str(&database.tenant))?;
    Ok(info.into())
}

/// An array of what [`from_database`] makes.
pub(crate) fn from_databases<'a>(databases: impl Iterator<Item = &'a Database>) -> Result<JsValue> {
    Ok(databases.map(from_database).collect::<Result<Array>>()?.into())
}

/// `{ indexed, total }`.
pub(crate) fn from_indexing_status(collection: &Collection) -> Result<JsValue> {
    let (total, unlinked) = (f64::from(collection.count()), collection.unlinked() as f64);
    let status = Object::new();
    set(&status, "indexed", &(total - unlinked).into())?;
    set(&status, "total", &total.into())?;
    Ok(status.into())
}

/// `{ records, unlinked, collections, loadedCollections, memoryBytes, wasmBytes }`.
pub(crate) fn from_stats(stats: &Stats) -> Result<JsValue> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct StatsInfo {
        records: u64,
        unlinked: u64,
        collections: u32,
        loaded_collections: u32,
        memory_bytes: u64,
        wasm_bytes: u64,
    }
    let Stats { collections, loaded, records, unlinked, bytes } = *stats;
    from_serializable(&StatsInfo {
        records,
        unlinked,
        collections,
        loaded_collections: loaded,
        memory_bytes: bytes,
        wasm_bytes: core::arch::wasm32::memory_size(0) as u64 * 65_536,
    })
}

fn from_serializable(value: &impl Serialize) -> Result<JsValue> {
    value
        .serialize(&Serializer::json_compatible())
        .map_err(|error| Error::new(code::INTERNAL, format!("cannot make an answer: {error}")))
}
