//! `where`: clauses over metadata, and over the id and the document by the keys `#id` and
//! `#document`.

use super::clause::{Test, Where};
use super::pattern::Compile;
use super::where_document::read_document_test;
use super::{clauses, invalid, single, unknown_operator};
use crate::engine::error::Result;
use crate::engine::json::Json;
use crate::engine::metadata::Value;
use crate::engine::suggest::suggestion;

const LOGICAL: [&str; 2] = ["$and", "$or"];
const OPERATORS: [&str; 10] =
    ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$contains", "$not_contains"];
const ID_OPERATORS: [&str; 4] = ["$eq", "$ne", "$in", "$nin"];
const DOCUMENT_OPERATORS: [&str; 4] = ["$contains", "$not_contains", "$regex", "$not_regex"];
const ID: &str = "#id";
const DOCUMENT: &str = "#document";

impl Where {
    /// Reads a clause.
    ///
    /// # Errors
    /// `invalid_filter`, naming the key or operator and the nearest valid one; and what `compile`
    /// finds wrong with a regular expression.
    pub fn from_json(json: &Json, compile: Compile<'_>) -> Result<Self> {
        read(json, 0, compile)
    }
}

fn read(json: &Json, depth: usize, compile: Compile<'_>) -> Result<Where> {
    let (key, operand) = single(json, "where")?;
    let read = |json: &Json, depth: usize| read(json, depth, compile);
    match key {
        "$and" => Ok(Where::And(clauses(key, operand, depth, &read)?)),
        "$or" => Ok(Where::Or(clauses(key, operand, depth, &read)?)),
        _ if key.starts_with('$') => unknown_operator(key, "where", &LOGICAL),
        _ => read_key(key, operand, compile),
    }
}

fn read_key(key: &str, json: &Json, compile: Compile<'_>) -> Result<Where> {
    let place = format!("where \"{key}\"");
    let (operator, operand) = match json {
        Json::Object(entries) => match entries.as_slice() {
            [(operator, operand)] => (operator.as_str(), operand),
            _ => {
                return invalid(format!(
                    "{place} has {} operators; expected one, join clauses with $and",
                    entries.len()
                ));
            }
        },
        _ => ("$eq", json), // {key: value} is {key: {$eq: value}}
    };
    if key == DOCUMENT {
        return match read_document_test(&place, operator, operand, compile)? {
            Some(clause) => Ok(clause),
            None => unknown_operator(operator, &place, &DOCUMENT_OPERATORS),
        };
    }
    if key.starts_with('#') && key != ID {
        let near = suggestion(key, &[DOCUMENT, ID]);
        return invalid(format!("where has no key \"{key}\"{near}"));
    }
    let test = match operator {
        "$eq" | "$ne" => Test::Any(vec![scalar(&place, operator, operand)?]),
        "$in" | "$nin" => Test::Any(list(&place, operator, operand)?),
        _ if key == ID => return unknown_operator(operator, &place, &ID_OPERATORS),
        "$gt" => Test::Between(number(&place, operator, operand)?.next_up(), f64::INFINITY),
        "$gte" => Test::Between(number(&place, operator, operand)?, f64::INFINITY),
        "$lt" => Test::Between(f64::NEG_INFINITY, number(&place, operator, operand)?.next_down()),
        "$lte" => Test::Between(f64::NEG_INFINITY, number(&place, operator, operand)?),
        "$contains" | "$not_contains" => Test::Contains(scalar(&place, operator, operand)?),
        "$regex" | "$not_regex" => {
            return invalid(format!(
                "{place} has {operator}, which is for the key {DOCUMENT} only"
            ));
        }
        _ => return unknown_operator(operator, &place, &OPERATORS),
    };
    let clause = match test {
        Test::Any(values) if key == ID => Where::Id(texts(&place, operator, values)?),
        test => Where::Key(key.to_owned(), test),
    };
    Ok(Where::negated_if(operator.starts_with("$n"), clause))
}

fn scalar(place: &str, operator: &str, json: &Json) -> Result<Value> {
    match Value::scalar(json) {
        Some(value) => Ok(value),
        None => invalid(format!(
            "{place} {operator} is {}; expected a string, finite number or boolean",
            json.kind()
        )),
    }
}

fn number(place: &str, operator: &str, json: &Json) -> Result<f64> {
    match Value::scalar(json) {
        Some(Value::Int(value)) => Ok(value as f64),
        Some(Value::Float(value)) => Ok(value),
        _ => invalid(format!("{place} {operator} is {}; expected a number", json.kind())),
    }
}

fn list(place: &str, operator: &str, json: &Json) -> Result<Vec<Value>> {
    let Json::Array(items) = json else {
        return invalid(format!("{place} {operator} is {}; expected an array", json.kind()));
    };
    let Some(first) = items.first() else {
        return invalid(format!("{place} {operator} is an empty array; give a value"));
    };
    if let Some(other) = items.iter().find(|item| item.kind() != first.kind()) {
        return invalid(format!(
            "{place} {operator} mixes {} and {}; expected values of one type",
            first.kind(),
            other.kind()
        ));
    }
    items.iter().map(|item| scalar(place, operator, item)).collect()
}

fn texts(place: &str, operator: &str, values: Vec<Value>) -> Result<Vec<String>> {
    let text = |value| match value {
        Value::String(text) => Ok(text.into_string()),
        _ => invalid(format!("{place} {operator} has an id that is no string")),
    };
    values.into_iter().map(text).collect()
}
