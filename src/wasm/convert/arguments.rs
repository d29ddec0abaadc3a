//! What callers pass, read into what the engine takes. Shapes and types are checked here, with the
//! place in the error; what the data means, the engine checks.

use js_sys::{Array, Float32Array, Number, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::json::{Role, kind, plain_object, to_json};
use crate::engine::catalog::{DEFAULT_DATABASE, DEFAULT_TENANT};
use crate::engine::collection::{Batch, Embeddings, Selection};
use crate::engine::definition::{Changes, Scope};
use crate::engine::filter::{Where, WhereDocument};
use crate::engine::json::Json;
use crate::wasm::database::NewCollection;
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::regex::compile;

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
    /// For a query: how many candidates to keep instead of `ef_search`; 0 for a scan.
    pub(crate) ef: Option<u32>,
}

/// Reads `{ ids?, where?, whereDocument?, limit?, offset?, ef? }`.
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
        ef: to_optional_count(object, "ef")?,
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
    pub(super) documents: bool,
    pub(super) metadatas: bool,
    pub(super) uris: bool,
    pub(super) embeddings: bool,
    pub(super) distances: bool,
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
