//! Metadata: the named values of a record or a collection.

use std::sync::Arc;

use super::error::{Code, Error, Result};
use super::json::Json;

pub use super::value::{Scalar, Value};

/// A metadata key; shared between the records of a collection.
pub type Key = Arc<str>;

/// Keys and values in the order in which they were first set. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata(Box<[(Key, Value)]>);

impl Metadata {
    /// Metadata of `entries`, or `None` when there are none. Keys must be distinct.
    #[must_use]
    pub fn new(entries: Vec<(Key, Value)>) -> Option<Self> {
        (!entries.is_empty()).then(|| Self(entries.into()))
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

    /// Replaces every key by the copy that `shared` returns for it and its place.
    pub fn share_keys(&mut self, mut shared: impl FnMut(usize, &Key) -> Key) {
        for (at, (key, _)) in self.0.iter_mut().enumerate() {
            *key = shared(at, key);
        }
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let values = self.0.iter().map(|(_, value)| value.memory_bytes());
        self.0.len() * size_of::<(Key, Value)>() + values.sum::<usize>()
    }
}

/// Keys to set, and keys to remove (`None`).
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataPatch(Vec<(Key, Option<Value>)>);

fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidMetadata, message))
}

impl MetadataPatch {
    /// Reads an object of values; null removes its key. `owner` names the record or collection.
    ///
    /// # Errors
    /// `invalid_metadata` when it is no object, is empty, or a key is empty or begins with `#`
    /// or `$`; and what [`Value::from_json`] finds wrong.
    pub fn from_json(json: &Json, owner: &dyn Fn() -> String) -> Result<Self> {
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
        let mut entries = old.map_or_else(Vec::new, |old| old.0.to_vec());
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
        let list = |items: &[Json]| object(&[("tags", Json::Array(items.to_vec()))]);
        let mixed = [Json::Int(1), Json::String("1".into())];
        check(
            list(&mixed),
            Code::InvalidMetadata,
            "\"tags\" of record \"r7\" mixes a number and a s",
        );
        check(
            list(&[Json::Bool(true), Json::Int(1)]),
            Code::InvalidMetadata,
            "mixes a boolean and",
        );
        check(list(&[]), Code::InvalidMetadata, "is an empty array");
        check(list(&[Json::Int(1), Json::Null]), Code::InvalidMetadata, "[1] is null");
        check(list(&[list(&[])]), Code::InvalidMetadata, "[0] is an object");
        check(
            list(&[Json::Int(1), Json::Float(f64::INFINITY)]),
            Code::NonFinite,
            "[1] is Infinity",
        );
    }

    #[test]
    fn lists_keep_order_and_repetitions_and_one_fraction_makes_them_fractions() {
        let value = |items: &[Json]| {
            let list = Json::Array(items.to_vec());
            patch(&[("k", list)]).merge(None).expect("a key").get("k").cloned().expect("the value")
        };
        let text = |text: &str| Json::String(text.into());
        let list = |items: &[Value]| Value::List(items.into());
        assert_eq!(
            value(&[Json::Int(2), Json::Int(1), Json::Int(2)]),
            list(&[Value::Int(2), Value::Int(1), Value::Int(2)])
        );
        assert_eq!(
            value(&[Json::Int(2), Json::Float(0.5)]),
            list(&[Value::Float(2.0), Value::Float(0.5)])
        );
        assert_eq!(value(&[Json::Bool(true)]), list(&[Value::Bool(true)]));
        assert_eq!(
            value(&[text("b"), text(""), text("b")]),
            list(&["b", "", "b"].map(|text| Value::String(text.into())))
        );
        let old = patch(&[("k", Json::Array(vec![text("a"), text("b")])), ("n", Json::Int(1))])
            .merge(None)
            .expect("keys");
        let new = patch(&[("k", Json::Array(vec![Json::Int(7)]))]).merge(Some(&old)).expect("keys");
        assert_eq!(new.get("k"), Some(&list(&[Value::Int(7)])), "a list replaces as a whole");
        assert_eq!(new.get("n"), Some(&Value::Int(1)));
    }
}
