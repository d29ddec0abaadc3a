//! The parts of a search, as they stand in an object.

use crate::engine::error::{Code, Error, Result};
use crate::engine::json::{Json, non_finite};
use crate::engine::suggest::suggestion;

/// The values of the `known` keys of an object; null counts as left out.
pub(super) fn fields<'a, const N: usize>(
    json: &'a Json,
    place: &str,
    known: [&str; N],
) -> Result<[Option<&'a Json>; N]> {
    check_keys(json, place, &known)?;
    Ok(known.map(|key| json.member(key)))
}

fn check_keys(json: &Json, place: &str, known: &[&str]) -> Result<()> {
    let Json::Object(entries) = json else {
        return invalid(format!("{place} is {}; expected an object", json.kind()));
    };
    match entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some((key, _)) => {
            let suggestion = suggestion(key, known);
            invalid(format!("{place} has an unknown key \"{key}\"{suggestion}"))
        }
    }
}

/// The strings of an array; none if it is left out.
pub(super) fn strings(json: Option<&Json>, place: &str) -> Result<Vec<String>> {
    let items = match json {
        None => return Ok(Vec::new()),
        Some(Json::Array(items)) => items,
        Some(other) => {
            return invalid(format!("{place} is {}; expected an array of strings", other.kind()));
        }
    };
    let read = |item: &Json| match item {
        Json::String(text) => Ok(text.clone()),
        other => invalid(format!("{place} holds {}; expected strings", other.kind())),
    };
    items.iter().map(read).collect()
}

/// A number that a 32-bit float can hold.
pub(super) fn number(json: &Json, place: &str) -> Result<f32> {
    let number = match json {
        Json::Int(value) => *value as f32,
        Json::Float(value) => *value as f32,
        other => return invalid(format!("{place} is {}; expected a number", other.kind())),
    };
    if number.is_finite() {
        return Ok(number);
    }
    let message =
        format!("{place} is {}; expected a finite 32-bit float", non_finite(number.into()));
    Err(Error::new(Code::NonFinite, message))
}

/// A whole number that is not below `least`.
pub(super) fn count(json: &Json, place: &str, least: u32) -> Result<u32> {
    let number = match json {
        Json::Int(value) => u32::try_from(*value).ok().filter(|value| *value >= least),
        _ => None,
    };
    match (number, json) {
        (Some(number), _) => Ok(number),
        (None, Json::Int(value)) => invalid(format!(
            "{place} is {value}; expected a whole number from {least} to {}",
            u32::MAX
        )),
        (None, Json::Float(_)) => {
            invalid(format!("{place} is a fraction; expected a whole number"))
        }
        (None, other) => invalid(format!("{place} is {}; expected a number", other.kind())),
    }
}

/// An `invalid_argument` error.
pub(super) fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidArgument, message))
}
