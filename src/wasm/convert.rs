//! Values between JavaScript and the engine. Functions come in pairs: `to_x` reads a JavaScript
//! value, `from_x` makes one.
//!
//! Shapes and types are checked here, with the place in the error; what the data means, the engine
//! checks. Embeddings travel as `Float32Array`s, which are copied as a whole.

use js_sys::{Array, Float32Array, JsString, Number, Object, Reflect, Uint32Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::catalog::{DEFAULT_DATABASE, DEFAULT_TENANT, Database};
use crate::engine::collection::{Batch, Collection, Embeddings, Selection};
use crate::engine::definition::{Changes, Configuration, Definition, Scope};
use crate::engine::filter::{Where, WhereDocument};
use crate::engine::json::Json;
use crate::engine::metadata::{Key, Metadata, Scalar, Value};
use crate::engine::nearest::Neighbor;
use crate::wasm::database::{NewCollection, Stats};
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::regex::compile;

/// Values nested deeper than this are refused; it also ends the reading of values with cycles.
const MAX_DEPTH: usize = 100;

/// What a value is for. It decides the code of its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Metadata,
    Filter,
    Configuration,
}

impl Role {
    fn code(self) -> &'static str {
        match self {
            Self::Metadata => code::INVALID_METADATA,
            Self::Filter => code::INVALID_FILTER,
            Self::Configuration => code::INVALID_CONFIGURATION,
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// `"[object Object]"` for plain objects, `"[object Date]"` for dates and so on.
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call)]
    fn tag(value: &JsValue) -> String;
}

/// Reads a value made of plain objects, arrays, strings, numbers, booleans and null. `place` says
/// where it stands, for errors.
///
/// Whole numbers within the safe range become integers. `undefined` reads as null, but a property
/// of metadata or configuration that is undefined counts as left out; in a filter that would match
/// more than was meant.
pub(crate) fn to_json(value: &JsValue, role: Role, place: &dyn Fn() -> String) -> Result<Json> {
    to_nested_json(value, role, place, 0)
}

fn to_nested_json(
    value: &JsValue,
    role: Role,
    place: &dyn Fn() -> String,
    depth: usize,
) -> Result<Json> {
    if depth > MAX_DEPTH {
        let message = format!("{} is nested deeper than {MAX_DEPTH} levels", place());
        return Err(Error::new(role.code(), message));
    }
    if value.is_null() || value.is_undefined() {
        Ok(Json::Null)
    } else if let Some(value) = value.as_bool() {
        Ok(Json::Bool(value))
    } else if let Some(value) = value.as_string() {
        Ok(Json::String(value))
    } else if let Some(value) = value.as_f64() {
        Ok(to_number(value))
    } else if let Some(array) = value.dyn_ref::<Array>() {
        let items = array.iter().enumerate().map(|(at, item)| {
            to_nested_json(&item, role, &|| format!("{}[{at}]", place()), depth + 1)
        });
        Ok(Json::Array(items.collect::<Result<_>>()?))
    } else if let Some(object) = plain_object(value) {
        let mut entries = Vec::new();
        for entry in Object::entries(object).iter() {
            let entry: Array = entry.unchecked_into();
            let (key, value) = (entry.get(0), entry.get(1));
            if value.is_undefined() && role != Role::Filter {
                continue;
            }
            let key = key.as_string().unwrap_or_default();
            let place = || format!("{}, key \"{key}\"", place());
            let value = to_nested_json(&value, role, &place, depth + 1)?;
            entries.push((key, value));
        }
        Ok(Json::Object(entries))
    } else {
        Err(Error::new(
            role.code(),
            format!(
                "{} is {}; expected a string, a number, a boolean, null, an array or a plain object",
                place(),
                kind(value)
            ),
        ))
    }
}

fn to_number(value: f64) -> Json {
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    if value.fract() == 0.0 && value.abs() <= MAX_SAFE {
        // Whole and within 53 bits, so that nothing is cut off.
        Json::Int(value as i64)
    } else {
        Json::Float(value)
    }
}

fn plain_object(value: &JsValue) -> Option<&Object> {
    (value.is_object() && tag(value) == "[object Object]").then(|| value.unchecked_ref())
}

/// What kind of value this is, for messages.
fn kind(value: &JsValue) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    match value.js_typeof().as_string().as_deref() {
        Some("object") => {
            let tag = tag(value);
            let name = tag.trim_start_matches("[object ").trim_end_matches(']');
            let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            format!("{article} {name}")
        }
        Some("undefined") => "undefined".to_owned(),
        Some(kind) => format!("a {kind}"),
        None => "unknown".to_owned(),
    }
}

fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(code::INVALID_ARGUMENT, message))
}

/// A property of an object; `None` if it is missing, undefined or null.
fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn to_object<'a>(value: &'a JsValue, place: &str) -> Result<&'a Object> {
    match plain_object(value) {
        Some(object) => Ok(object),
        None => invalid(format!("{place} is {}; expected an object", kind(value))),
    }
}

pub(super) fn to_array(value: &JsValue, place: &str) -> Result<Array> {
    match value.dyn_ref::<Array>() {
        Some(array) => Ok(array.clone()),
        None => invalid(format!("{place} is {}; expected an array", kind(value))),
    }
}

/// Reads a whole number that fits into 32 bits.
pub(crate) fn to_count(value: f64, place: &str) -> Result<u32> {
    if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
        // Whole and in range, so that nothing is cut off.
        return Ok(value as u32);
    }
    // JavaScript prints the number: Rust's own code for that would be a twentieth of the module.
    let value = Number::from(value).to_string_with_radix(10).map(String::from).unwrap_or_default();
    invalid(format!("{place} is {value}; expected a whole number from 0 to {}", u32::MAX))
}

fn to_optional_count(object: &JsValue, name: &str) -> Result<Option<u32>> {
    let Some(value) = property(object, name) else { return Ok(None) };
    match value.as_f64() {
        Some(number) => to_count(number, name).map(Some),
        None => invalid(format!("{name} is {}; expected a number", kind(&value))),
    }
}

fn to_strings(value: &JsValue, place: &str) -> Result<Vec<String>> {
    let read = |(at, item): (usize, JsValue)| match item.as_string() {
        Some(text) => Ok(text),
        None => invalid(format!("{place}[{at}] is {}; expected a string", kind(&item))),
    };
    to_array(value, place)?.iter().enumerate().map(read).collect()
}

/// A column of strings, with null or undefined where a record has none.
fn to_column(batch: &JsValue, name: &str) -> Result<Option<Vec<Option<String>>>> {
    let Some(value) = property(batch, name) else { return Ok(None) };
    let read = |(at, item): (usize, JsValue)| match item.as_string() {
        Some(text) => Ok(Some(text)),
        None if item.is_null() || item.is_undefined() => Ok(None),
        None => invalid(format!("{name}[{at}] is {}; expected a string or null", kind(&item))),
    };
    to_array(&value, name)?.iter().enumerate().map(read).collect::<Result<_>>().map(Some)
}

/// Reads `{ ids, embeddings?, dimension?, documents?, uris?, metadatas? }`.
pub(crate) fn to_batch(value: &JsValue) -> Result<Batch> {
    let batch = to_object(value, "the batch of records")?;
    let ids = to_strings(&property(batch, "ids").unwrap_or(JsValue::UNDEFINED), "ids")?;
    let embeddings = match property(batch, "embeddings") {
        None => None,
        Some(value) => Some(Embeddings {
            data: to_floats(&value, "embeddings")?,
            dimension: match to_optional_count(batch, "dimension")? {
                Some(dimension) => dimension as usize,
                None => return invalid("embeddings are given without their dimension".to_owned()),
            },
        }),
    };
    let metadatas = match property(batch, "metadatas") {
        None => None,
        Some(value) => {
            let read = |(at, item): (usize, JsValue)| {
                to_json(&item, Role::Metadata, &|| match ids.get(at) {
                    Some(id) => format!("metadata of record \"{id}\""),
                    None => format!("metadatas[{at}]"),
                })
            };
            let items = to_array(&value, "metadatas")?;
            Some(items.iter().enumerate().map(read).collect::<Result<_>>()?)
        }
    };
    let (documents, uris) = (to_column(batch, "documents")?, to_column(batch, "uris")?);
    Ok(Batch { ids, embeddings, documents, uris, metadatas })
}

/// Reads the numbers of a `Float32Array`.
pub(crate) fn to_floats(value: &JsValue, place: &str) -> Result<Vec<f32>> {
    match value.dyn_ref::<Float32Array>() {
        Some(array) => Ok(array.to_vec()),
        None => invalid(format!("{place} is {}; expected a Float32Array", kind(value))),
    }
}

/// Which records, and which part of them in insertion order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    pub(crate) selection: Selection,
    pub(crate) limit: Option<u32>,
    pub(crate) offset: u32,
}

/// Reads `{ ids?, where?, whereDocument?, limit?, offset? }`.
pub(crate) fn to_selected(value: &JsValue) -> Result<Selected> {
    let object = to_object(value, "the selection of records")?;
    let ids = property(object, "ids").map(|ids| to_strings(&ids, "ids")).transpose()?;
    let clause = |name: &'static str| {
        property(object, name)
            .map(|clause| to_json(&clause, Role::Filter, &|| name.to_owned()))
            .transpose()
    };
    let filter = clause("where")?.map(|json| Where::from_json(&json, &compile)).transpose()?;
    let document_filter = clause("whereDocument")?
        .map(|json| WhereDocument::from_json(&json, &compile))
        .transpose()?;
    Ok(Selected {
        selection: Selection { ids, filter, document_filter },
        limit: to_optional_count(object, "limit")?,
        offset: to_optional_count(object, "offset")?.unwrap_or(0),
    })
}

/// Reads `{ tenant?, database? }`; what is missing has Chroma's default name.
pub(crate) fn to_scope(value: &JsValue) -> Scope {
    let name = |key: &str, default: &str| {
        let name = property(value, key).and_then(|name| name.as_string());
        name.unwrap_or_else(|| default.to_owned())
    };
    Scope { tenant: name("tenant", DEFAULT_TENANT), database: name("database", DEFAULT_DATABASE) }
}

/// Reads the parts of a new collection.
pub(crate) fn to_new_collection(
    scope: &JsValue,
    name: String,
    metadata: &JsValue,
    configuration: &JsValue,
    extra: Option<String>,
) -> Result<NewCollection> {
    Ok(NewCollection {
        scope: to_scope(scope),
        name,
        metadata: to_collection_metadata(metadata)?,
        configuration: to_configuration(configuration)?,
        extra,
    })
}

/// Reads `{ name?, metadata?, configuration?, extra? }`.
pub(crate) fn to_changes(value: &JsValue) -> Result<Changes> {
    let changes = to_object(value, "the changes of the collection")?;
    let text = |key: &str| match property(changes, key) {
        None => Ok(None),
        Some(text) => match text.as_string() {
            Some(text) => Ok(Some(text)),
            None => invalid(format!("{key} is {}; expected a string", kind(&text))),
        },
    };
    let part = |name: &str| property(changes, name).unwrap_or(JsValue::NULL);
    Ok(Changes {
        name: text("name")?,
        metadata: to_collection_metadata(&part("metadata"))?,
        configuration: to_configuration(&part("configuration"))?,
        extra: text("extra")?,
    })
}

/// Reads the metadata of a collection.
fn to_collection_metadata(value: &JsValue) -> Result<Json> {
    to_json(value, Role::Metadata, &|| "metadata of the collection".to_owned())
}

/// Reads the configuration of a collection.
fn to_configuration(value: &JsValue) -> Result<Json> {
    to_json(value, Role::Configuration, &|| "configuration".to_owned())
}

/// Which columns an answer has besides the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Include {
    documents: bool,
    metadatas: bool,
    uris: bool,
    embeddings: bool,
    distances: bool,
}

/// Reads the names of columns.
pub(crate) fn to_include(value: &JsValue) -> Result<Include> {
    let mut include = Include::default();
    for name in to_strings(value, "include")? {
        match name.as_str() {
            "documents" => include.documents = true,
            "metadatas" => include.metadatas = true,
            "uris" => include.uris = true,
            "embeddings" => include.embeddings = true,
            "distances" => include.distances = true,
            _ => {
                return invalid(format!(
                    "include has \"{name}\"; expected documents, metadatas, uris, embeddings or \
                     distances"
                ));
            }
        }
    }
    Ok(include)
}

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

/// The answer of a query: the columns of a get for all queries one after the other, `distances`,
/// and `offsets`, of which query i has the rows from the i-th up to the next.
pub(crate) fn from_neighbors(
    collection: &Collection,
    answers: &[Vec<Neighbor>],
    include: Include,
) -> Result<JsValue> {
    let mut columns = Columns::new(collection, include);
    let mut distances = Vec::new();
    let mut offsets = vec![0_u32];
    for neighbors in answers {
        for neighbor in neighbors {
            columns.push(neighbor.slot);
            distances.push(neighbor.distance);
        }
        offsets.push(columns.ids.length());
    }
    let answer = columns.into_object()?;
    set(&answer, "offsets", &Uint32Array::from(offsets.as_slice()))?;
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

/// `{ id, tenant, database, name, metadata?, configuration: { hnsw: { space, ... } }, extra? }`.
pub(crate) fn from_definition(definition: &Definition) -> Result<JsValue> {
    let Configuration {
        space,
        ef_construction,
        ef_search,
        max_neighbors,
        resize_factor,
        sync_threshold,
    } = definition.configuration;
    from_serializable(&CollectionInfo {
        id: &definition.id,
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
