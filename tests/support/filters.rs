//! Filters told twice: a judge that knows only the JSON of a clause and of a record, and a
//! generator of both. Nothing here is shared with the engine's way to a set of slots.

use std::rc::Rc;

use vecino::engine::collection::Selection;
use vecino::engine::error::{Code, Error, Result};
use vecino::engine::filter::{Matcher, Where, WhereDocument};
use vecino::engine::json::Json;
use vecino::engine::metadata::Value;

use super::{Random, object};

struct Regex(regex::Regex);

impl Matcher for Regex {
    fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Compiles with the crate `regex`, in whose syntax the package takes patterns.
pub(crate) fn compile(source: &str) -> Result<Rc<dyn Matcher>> {
    match regex::Regex::new(source) {
        Ok(regex) => Ok(Rc::new(Regex(regex))),
        Err(error) => Err(Error::new(Code::InvalidRegex, error.to_string())),
    }
}

pub(crate) fn read_where(json: &Json) -> Where {
    Where::from_json(json, &compile).unwrap_or_else(|error| panic!("{json:?}: {error}"))
}

pub(crate) fn read_document(json: &Json) -> WhereDocument {
    WhereDocument::from_json(json, &compile).unwrap_or_else(|error| panic!("{json:?}: {error}"))
}

pub(crate) fn where_selection(json: &Json) -> Selection {
    Selection { filter: Some(read_where(json)), ..Selection::default() }
}

/// What a filter may look at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) document: Option<String>,
    pub(crate) metadata: Vec<(String, Json)>,
}

impl Told {
    /// Lays `patch` over the metadata.
    pub(crate) fn patch(&mut self, patch: &Json) {
        let Json::Object(entries) = patch else { return };
        for (key, value) in entries {
            let old = self.metadata.iter().position(|(name, _)| name == key);
            match (old, value) {
                (Some(at), Json::Null) => drop(self.metadata.remove(at)),
                (Some(at), value) => self.metadata[at].1 = value.clone(),
                (None, Json::Null) => {}
                (None, value) => self.metadata.push((key.clone(), value.clone())),
            }
        }
    }
}

/// The JSON that metadata of `value` comes from, with every number of a list a fraction if one is.
pub(crate) fn told(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::Int(*value),
        Value::Float(value) => Json::Float(*value),
        Value::String(value) => Json::String(value.to_string()),
        Value::List(list) => Json::Array(list.iter().map(told).collect()),
    }
}

fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Int(value) => Some(*value as f64),
        Json::Float(value) => Some(*value),
        _ => None,
    }
}

fn same(a: &Json, b: &Json) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => !matches!(a, Json::Array(_)) && a == b,
        _ => false,
    }
}

fn list(json: &Json) -> &[Json] {
    match json {
        Json::Array(items) => items,
        _ => &[],
    }
}

fn only_entry(json: &Json) -> (&str, &Json) {
    match json {
        Json::Object(entries) if entries.len() == 1 => (&entries[0].0, &entries[0].1),
        other => panic!("{other:?}"),
    }
}

/// Whether a record satisfies a `where` clause.
pub(crate) fn judge(clause: &Json, row: &Told) -> bool {
    let (key, operand) = only_entry(clause);
    match key {
        "$and" => list(operand).iter().all(|clause| judge(clause, row)),
        "$or" => list(operand).iter().any(|clause| judge(clause, row)),
        "#document" => judge_document(operand, row),
        "#id" => judge_value(operand, Some(&Json::String(row.id.clone()))),
        _ => {
            let value = row.metadata.iter().find(|(name, _)| name == key).map(|(_, value)| value);
            judge_value(operand, value)
        }
    }
}

fn judge_value(test: &Json, value: Option<&Json>) -> bool {
    let (operator, operand) = match test {
        Json::Object(_) => only_entry(test),
        scalar => ("$eq", scalar),
    };
    let equals = |operand: &Json| value.is_some_and(|value| same(value, operand));
    let compares = |wanted: fn(f64, f64) -> bool| match (value.and_then(number), number(operand)) {
        (Some(value), Some(operand)) => wanted(value, operand),
        _ => false,
    };
    let has = || value.is_some_and(|value| list(value).iter().any(|item| same(item, operand)));
    match operator {
        "$eq" => equals(operand),
        "$ne" => !equals(operand),
        "$in" => list(operand).iter().any(equals),
        "$nin" => !list(operand).iter().any(equals),
        "$gt" => compares(|value, operand| value > operand),
        "$gte" => compares(|value, operand| value >= operand),
        "$lt" => compares(|value, operand| value < operand),
        "$lte" => compares(|value, operand| value <= operand),
        "$contains" => has(),
        "$not_contains" => !has(),
        other => panic!("{other}"),
    }
}

/// Whether a record satisfies a `whereDocument` clause.
pub(crate) fn judge_document(clause: &Json, row: &Told) -> bool {
    let (operator, operand) = only_entry(clause);
    let document = row.document.as_deref();
    let text = || match operand {
        Json::String(text) => text.as_str(),
        other => panic!("{other:?}"),
    };
    let contains = || document.is_some_and(|document| document.contains(text()));
    let matches = || {
        let regex = regex::Regex::new(text()).expect("a valid pattern");
        document.is_some_and(|document| regex.is_match(document))
    };
    match operator {
        "$and" => list(operand).iter().all(|clause| judge_document(clause, row)),
        "$or" => list(operand).iter().any(|clause| judge_document(clause, row)),
        "$contains" => contains(),
        "$not_contains" => !contains(),
        "$regex" => matches(),
        "$not_regex" => !matches(),
        other => panic!("{other}"),
    }
}

const KEYS: [&str; 5] = ["a", "b", "ä key", "d", "never set"];
const WORDS: [&str; 5] = ["", "text", "t", "ö", "text 3"];
const PATTERNS: [&str; 5] = ["^text", "3$", r"\d", "(?i)TEXT [1-4]", "ö|x"];

/// A scalar of kind 0 (boolean), 1 (text), 2 (whole) or 3 (fraction).
fn scalar(random: &mut Random, kind: usize) -> Json {
    match kind {
        0 => Json::Bool(random.below(2) == 0),
        1 => Json::String(WORDS[random.below(5)].into()),
        2 => Json::Int(random.below(6) as i64 - 2),
        // Halves, so that some are whole; zero may be negative.
        _ => Json::Float(-(random.below(12) as f64 - 6.0) / 2.0),
    }
}

fn list_of(random: &mut Random, kind: usize) -> Json {
    let mut items: Vec<Json> = (0..=random.below(3)).map(|_| scalar(random, kind)).collect();
    if kind == 3 && random.below(2) == 0 {
        items.push(scalar(random, 2));
        items.iter_mut().for_each(|item| *item = Json::Float(number(item).expect("a number")));
    }
    Json::Array(items)
}

/// Metadata of every type, or none; null removes a key.
pub(crate) fn random_metadata(random: &mut Random) -> Json {
    let mut entries = Vec::new();
    for key in &KEYS[..4] {
        let kind = random.below(4);
        match random.below(8) {
            0..=3 => entries.push((*key, scalar(random, kind))),
            4..=5 => entries.push((*key, list_of(random, kind))),
            6 => entries.push((*key, Json::Null)),
            _ => {}
        }
    }
    if entries.is_empty() { Json::Null } else { object(&entries) }
}

pub(crate) fn random_document(random: &mut Random) -> Option<String> {
    (random.below(4) > 0).then(|| format!("{} {}", WORDS[random.below(5)], random.below(9)))
}

fn joined(random: &mut Random, of: &mut dyn FnMut(&mut Random) -> Json) -> Json {
    let clauses = (0..2 + random.below(2)).map(|_| of(random)).collect();
    object(&[(["$and", "$or"][random.below(2)], Json::Array(clauses))])
}

/// A clause over documents, nested up to `depth` deep.
pub(crate) fn random_document_filter(random: &mut Random, depth: usize) -> Json {
    if depth > 0 && random.below(3) > 0 {
        return joined(random, &mut |random| random_document_filter(random, depth - 1));
    }
    match random.below(4) {
        at @ 0..2 => {
            let word = Json::String(WORDS[random.below(5)].into());
            object(&[(["$contains", "$not_contains"][at], word)])
        }
        at => {
            let pattern = Json::String(PATTERNS[random.below(5)].into());
            object(&[(["$regex", "$not_regex"][at - 2], pattern)])
        }
    }
}

/// A clause over everything that a clause can judge, nested up to `depth` deep.
pub(crate) fn random_filter(random: &mut Random, depth: usize) -> Json {
    if depth > 0 && random.below(4) > 0 {
        return joined(random, &mut |random| random_filter(random, depth - 1));
    }
    let id = |random: &mut Random| Json::String(format!("r{}", random.below(60)));
    match random.below(10) {
        0 => object(&[("#document", random_document_filter(random, 0))]),
        1 => object(&[("#id", object(&[(["$eq", "$ne"][random.below(2)], id(random))]))]),
        2 => {
            let ids = Json::Array((0..20).map(|_| id(random)).collect());
            object(&[("#id", object(&[(["$in", "$nin"][random.below(2)], ids)]))])
        }
        _ => {
            let (key, kind) = (KEYS[random.below(5)], random.below(4));
            let number = 2 + random.below(2);
            let test = match random.below(11) {
                0 => return object(&[(key, scalar(random, kind))]),
                at @ 1..=2 => (["$in", "$nin"][at - 1], list_of(random, kind)),
                at @ 3..=6 => (["$gt", "$gte", "$lt", "$lte"][at - 3], scalar(random, number)),
                at @ 7..=8 => (["$eq", "$ne"][at - 7], scalar(random, kind)),
                at => (["$contains", "$not_contains"][at - 9], scalar(random, kind)),
            };
            object(&[(key, object(&[test]))])
        }
    }
}
