//! The values of metadata: scalars and lists of them.

use super::error::{Code, Error, Result};
use super::json::Json;

/// One metadata value. Whole numbers and fractions are kept apart but compare as numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite fraction.
    Float(f64),
    /// A text, compared byte by byte.
    String(Box<str>),
    /// Scalars of one of these types in the order given, with repetitions; never empty. One
    /// fraction makes every number of it a fraction.
    List(Box<[Value]>),
}

/// A scalar as it is compared: by type, and numbers by value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// A number. JavaScript's whole numbers have at most 53 bits, so that every one is exact here.
    Number(f64),
    /// A text.
    Text(&'a str),
}

impl Value {
    /// Reads a scalar; `None` if it is null, an array, an object, or a number that is not finite.
    #[must_use]
    pub fn scalar(json: &Json) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(Self::Bool(*value)),
            Json::Int(value) => Some(Self::Int(*value)),
            Json::Float(value) => value.is_finite().then_some(Self::Float(*value)),
            Json::String(value) => Some(Self::String(value.as_str().into())),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// Reads a scalar or a list. `None` stands for null. `place` names the value in the error.
    ///
    /// # Errors
    /// `invalid_metadata` for objects, and lists that are empty or mix types; `non_finite` for NaN
    /// and infinities.
    pub fn from_json(json: &Json, place: &dyn Fn() -> String) -> Result<Option<Self>> {
        match json {
            Json::Null => Ok(None),
            Json::Array(items) => read_list(items, place).map(Some),
            scalar => read_scalar(scalar, place).map(Some),
        }
    }

    /// Calls `visit` with the scalar, or with each element of the list.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(Scalar<'a>)) {
        match self {
            Self::Bool(value) => visit(Scalar::Bool(*value)),
            Self::Int(value) => visit(Scalar::Number(*value as f64)),
            Self::Float(value) => visit(Scalar::Number(*value)),
            Self::String(value) => visit(Scalar::Text(value)),
            Self::List(list) => list.iter().for_each(|value| value.each(visit)),
        }
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Bool(_) | Self::Int(_) | Self::Float(_) => 0,
            Self::String(text) => text.len(),
            Self::List(list) => {
                size_of_val(&**list) + list.iter().map(Self::memory_bytes).sum::<usize>()
            }
        }
    }
}

fn read_scalar(json: &Json, place: &dyn Fn() -> String) -> Result<Value> {
    Value::scalar(json).ok_or_else(|| {
        let code = match json {
            Json::Float(_) => Code::NonFinite,
            _ => Code::InvalidMetadata,
        };
        let (place, kind) = (place(), json.kind());
        Error::new(code, format!("{place} is {kind}; expected a string, finite number or boolean"))
    })
}

fn read_list(items: &[Json], place: &dyn Fn() -> String) -> Result<Value> {
    let Some(first) = items.first() else {
        let message = format!("{} is an empty array; give it an element", place());
        return Err(Error::new(Code::InvalidMetadata, message));
    };
    let mut list = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        list.push(read_scalar(item, &|| format!("{}[{at}]", place()))?);
        if item.kind() != first.kind() {
            let (first, item) = (first.kind(), item.kind());
            let message = format!("{} mixes {first} and {item}; expected one type", place());
            return Err(Error::new(Code::InvalidMetadata, message));
        }
    }
    if list.iter().any(|value| matches!(value, Value::Float(_))) {
        for value in &mut list {
            if let Value::Int(number) = value {
                *value = Value::Float(*number as f64);
            }
        }
    }
    Ok(Value::List(list.into()))
}
