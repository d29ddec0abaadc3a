//! Metadata: the named values of a record or a collection.

use std::cmp::Ordering;
use std::sync::Arc;

use super::error::{Code, Error, Result};
use super::json::{Json, non_finite};

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
}

impl Value {
    /// Reads a scalar. `None` stands for null. `place` names the value in the error.
    ///
    /// # Errors
    /// `invalid_metadata` for arrays and objects, `non_finite` for NaN and infinities.
    pub fn from_json(json: &Json, place: &dyn Fn() -> String) -> Result<Option<Self>> {
        Ok(Some(match json {
            Json::Null => return Ok(None),
            Json::Bool(value) => Self::Bool(*value),
            Json::Int(value) => Self::Int(*value),
            Json::Float(value) if value.is_finite() => Self::Float(*value),
            Json::Float(value) => {
                let (place, value) = (place(), non_finite(*value));
                return Err(Error::new(
                    Code::NonFinite,
                    format!("{place} is {value}; metadata numbers must be finite"),
                ));
            }
            Json::String(value) => Self::String(value.as_str().into()),
            Json::Array(_) | Json::Object(_) => {
                let (place, kind) = (place(), json.kind());
                return Err(Error::new(
                    Code::InvalidMetadata,
                    format!("{place} is {kind}; expected a string, number, boolean or null"),
                ));
            }
        }))
    }

    /// How two numbers compare; `None` when either is no number.
    #[must_use]
    pub fn compare_numbers(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Float(b)) => (*a as f64).partial_cmp(b),
            (Self::Float(a), Self::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            _ => None,
        }
    }

    /// Equality without coercion between strings, numbers and booleans; 2 equals 2.0.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            _ => self.compare_numbers(other) == Some(Ordering::Equal),
        }
    }
}

/// A metadata key; shared between the records of a collection.
pub type Key = Arc<str>;

/// Keys and values in the order in which they were first set. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata(Vec<(Key, Value)>);

impl Metadata {
    /// Metadata of `entries`, or `None` when there are none. Keys must be distinct.
    #[must_use]
    pub fn new(entries: Vec<(Key, Value)>) -> Option<Self> {
        (!entries.is_empty()).then_some(Self(entries))
    }

    /// The value of `key`. O(number of keys), which is small.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Replaces every key by the copy that `shared` returns for it.
    pub fn share_keys(&mut self, mut shared: impl FnMut(&Key) -> Key) {
        for (key, _) in &mut self.0 {
            *key = shared(key);
        }
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let texts = self.0.iter().map(|(_, value)| match value {
            Value::String(text) => text.len(),
            _ => 0,
        });
        self.0.capacity() * size_of::<(Key, Value)>() + texts.sum::<usize>()
    }
}

/// Keys to set, and keys to remove (`None`).
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataPatch(Vec<(Key, Option<Value>)>);

impl MetadataPatch {
    /// Reads an object of scalars; null removes its key. `owner` names the record or collection.
    ///
    /// # Errors
    /// `invalid_metadata` when it is no object, is empty, or a key is empty or begins with `#`
    /// or `$`; and what [`Value::from_json`] finds wrong.
    pub fn from_json(json: &Json, owner: &dyn Fn() -> String) -> Result<Self> {
        let invalid = |message: String| Err(Error::new(Code::InvalidMetadata, message));
        let Json::Object(entries) = json else {
            return invalid(format!(
                "metadata of {} is {}; expected an object",
                owner(),
                json.kind()
            ));
        };
        if entries.is_empty() {
            return invalid(format!(
                "metadata of {} is empty; give at least one key or leave it out",
                owner()
            ));
        }
        let mut patch = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if key.is_empty() || key.starts_with(['#', '$']) {
                return invalid(format!(
                    "metadata of {} has the key \"{key}\"; keys must not be empty or begin with # or $",
                    owner()
                ));
            }
            let place = || format!("metadata \"{key}\" of {}", owner());
            patch.push((Key::from(key.as_str()), Value::from_json(value, &place)?));
        }
        Ok(Self(patch))
    }

    /// `old` with this patch laid over it; `None` when no key is left.
    #[must_use]
    pub fn merge(self, old: Option<&Metadata>) -> Option<Metadata> {
        let mut entries = old.map_or_else(Vec::new, |old| old.0.clone());
        for (key, value) in self.0 {
            let place = entries.iter().position(|(name, _)| *name == key);
            match (place, value) {
                (Some(at), Some(value)) => entries[at].1 = value,
                (Some(at), None) => drop(entries.remove(at)),
                (None, Some(value)) => entries.push((key, value)),
                (None, None) => {}
            }
        }
        Metadata::new(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(entries: &[(&str, Json)]) -> Json {
        Json::Object(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn patch(entries: &[(&str, Json)]) -> MetadataPatch {
        MetadataPatch::from_json(&object(entries), &|| "record \"a\"".into()).expect("valid")
    }

    #[test]
    fn a_patch_sets_replaces_and_removes_keys() {
        let old = patch(&[("a", Json::Int(1)), ("b", Json::Bool(true))]).merge(None).expect("keys");
        let new =
            patch(&[("b", Json::Null), ("a", Json::Float(1.5)), ("c", Json::String("x".into()))])
                .merge(Some(&old))
                .expect("keys");
        assert_eq!(new.get("a"), Some(&Value::Float(1.5)));
        assert_eq!(new.get("b"), None);
        assert_eq!(new.get("c"), Some(&Value::String("x".into())));
        assert_eq!(patch(&[("a", Json::Null), ("c", Json::Null)]).merge(Some(&new)), None);
    }

    #[test]
    fn bad_metadata_names_the_record_and_the_key() {
        let check = |json: Json, code: Code, part: &str| {
            let error =
                MetadataPatch::from_json(&json, &|| "record \"r7\"".into()).expect_err(part);
            assert_eq!(error.code, code);
            assert!(error.message.contains("r7") && error.message.contains(part), "{error}");
        };
        check(Json::Int(3), Code::InvalidMetadata, "expected an object");
        check(object(&[]), Code::InvalidMetadata, "empty");
        check(object(&[("#x", Json::Int(1))]), Code::InvalidMetadata, "#x");
        check(object(&[("when", object(&[]))]), Code::InvalidMetadata, "\"when\"");
        check(object(&[("n", Json::Float(f64::NAN))]), Code::NonFinite, "NaN");
    }

    #[test]
    fn numbers_compare_across_whole_and_fraction_but_never_with_other_types() {
        assert!(Value::Int(2).equals(&Value::Float(2.0)));
        assert!(!Value::Int(1).equals(&Value::Bool(true)));
        assert!(!Value::Int(1).equals(&Value::Float(1.5)));
        assert_eq!(Value::Float(1.5).compare_numbers(&Value::Int(2)), Some(Ordering::Less));
        assert_eq!(Value::Float(1.5).compare_numbers(&Value::String("2".into())), None);
    }
}
