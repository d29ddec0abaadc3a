//! JavaScript values of any shape as [`Json`], and their kinds for messages.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::json::Json;
use crate::wasm::errors::{Error, Result, code};

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

pub(super) fn plain_object(value: &JsValue) -> Option<&Object> {
    (value.is_object() && tag(value) == "[object Object]").then(|| value.unchecked_ref())
}

/// What kind of value this is, for messages.
pub(super) fn kind(value: &JsValue) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    match value.js_typeof().as_string().as_deref() {
        Some("object") => {
            let tag = tag(value);
            let name = tag.strip_prefix("[object ").unwrap_or(&tag).trim_end_matches(']');
            let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            format!("{article} {name}")
        }
        Some("undefined") => "undefined".to_owned(),
        Some(kind) => format!("a {kind}"),
        None => "unknown".to_owned(),
    }
}
