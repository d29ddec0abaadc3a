//! `where`: clauses over metadata.

use std::cmp::Ordering;

use super::{clauses, invalid, single, unknown_operator};
use crate::engine::error::Result;
use crate::engine::json::{Json, non_finite};
use crate::engine::metadata::{Metadata, Value};

const LOGICAL: [&str; 2] = ["$and", "$or"];
const OPERATORS: [&str; 8] = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin"];

/// A clause over metadata.
///
/// Comparison is typed: strings, numbers and booleans never equal each other. A record that lacks
/// the key, or holds another type there, satisfies the negative tests (`$ne`, `$nin`) and no other.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// All clauses hold.
    And(Vec<Where>),
    /// At least one clause holds.
    Or(Vec<Where>),
    /// The value of a key passes a test.
    Key(String, Test),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `$eq`, `$in`: equals one of these.
    Any(Vec<Value>),
    /// `$ne`, `$nin`: is missing or equals none of these.
    None(Vec<Value>),
    /// `$gt`, `$gte`, `$lt`, `$lte`: is a number whose ordering to the operand is one of the two.
    Ordered(Value, [Ordering; 2]),
}

impl Where {
    /// Reads a clause.
    ///
    /// # Errors
    /// `invalid_filter`, naming the key or operator and the nearest valid one.
    pub fn from_json(json: &Json) -> Result<Self> {
        read(json, 0)
    }

    /// Whether a record with this metadata satisfies the clause.
    #[must_use]
    pub fn matches(&self, metadata: Option<&Metadata>) -> bool {
        match self {
            Self::And(clauses) => clauses.iter().all(|clause| clause.matches(metadata)),
            Self::Or(clauses) => clauses.iter().any(|clause| clause.matches(metadata)),
            Self::Key(key, test) => test.passes(metadata.and_then(|metadata| metadata.get(key))),
        }
    }
}

impl Test {
    fn passes(&self, value: Option<&Value>) -> bool {
        let is_one_of = |operands: &[Value]| {
            value.is_some_and(|value| operands.iter().any(|operand| value.equals(operand)))
        };
        match self {
            Self::Any(operands) => is_one_of(operands),
            Self::None(operands) => !is_one_of(operands),
            Self::Ordered(operand, wanted) => value
                .and_then(|value| value.compare_numbers(operand))
                .is_some_and(|ordering| wanted.contains(&ordering)),
        }
    }
}

fn read(json: &Json, depth: usize) -> Result<Where> {
    let (key, operand) = single(json, "where")?;
    match key {
        "$and" => Ok(Where::And(clauses(key, operand, depth, read)?)),
        "$or" => Ok(Where::Or(clauses(key, operand, depth, read)?)),
        _ if key.starts_with('$') => unknown_operator(key, "where", &LOGICAL),
        _ => Ok(Where::Key(key.to_owned(), read_test(key, operand)?)),
    }
}

fn read_test(key: &str, json: &Json) -> Result<Test> {
    let Json::Object(entries) = json else {
        return Ok(Test::Any(vec![scalar(key, "$eq", json)?])); // {key: value} is {key: {$eq: value}}
    };
    let [(operator, operand)] = entries.as_slice() else {
        return invalid(format!(
            "where \"{key}\" has {} operators; expected one, join clauses with $and",
            entries.len()
        ));
    };
    let ordered = |wanted| Ok(Test::Ordered(number(key, operator, operand)?, wanted));
    match operator.as_str() {
        "$eq" => Ok(Test::Any(vec![scalar(key, operator, operand)?])),
        "$ne" => Ok(Test::None(vec![scalar(key, operator, operand)?])),
        "$in" => Ok(Test::Any(list(key, operator, operand)?)),
        "$nin" => Ok(Test::None(list(key, operator, operand)?)),
        "$gt" => ordered([Ordering::Greater; 2]),
        "$gte" => ordered([Ordering::Greater, Ordering::Equal]),
        "$lt" => ordered([Ordering::Less; 2]),
        "$lte" => ordered([Ordering::Less, Ordering::Equal]),
        _ => unknown_operator(operator, &format!("where \"{key}\""), &OPERATORS),
    }
}

fn scalar(key: &str, operator: &str, json: &Json) -> Result<Value> {
    match json {
        Json::Bool(value) => Ok(Value::Bool(*value)),
        Json::Int(value) => Ok(Value::Int(*value)),
        Json::Float(value) if value.is_finite() => Ok(Value::Float(*value)),
        Json::String(value) => Ok(Value::String(value.as_str().into())),
        Json::Float(value) => {
            let value = non_finite(*value);
            invalid(format!("where \"{key}\" {operator} is {value}; expected a finite number"))
        }
        other => invalid(format!(
            "where \"{key}\" {operator} is {}; expected a string, number or boolean",
            other.kind()
        )),
    }
}

fn number(key: &str, operator: &str, json: &Json) -> Result<Value> {
    match json {
        Json::Int(_) | Json::Float(_) => scalar(key, operator, json),
        other => {
            invalid(format!("where \"{key}\" {operator} is {}; expected a number", other.kind()))
        }
    }
}

fn list(key: &str, operator: &str, json: &Json) -> Result<Vec<Value>> {
    let Json::Array(items) = json else {
        return invalid(format!(
            "where \"{key}\" {operator} is {}; expected an array",
            json.kind()
        ));
    };
    let Some(first) = items.first() else {
        return invalid(format!("where \"{key}\" {operator} is an empty array; give a value"));
    };
    if let Some(other) = items.iter().find(|item| item.kind() != first.kind()) {
        return invalid(format!(
            "where \"{key}\" {operator} mixes {} and {}; expected values of one type",
            first.kind(),
            other.kind()
        ));
    }
    items.iter().map(|item| scalar(key, operator, item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::Code;
    use crate::engine::metadata::MetadataPatch;

    fn object(key: &str, value: Json) -> Json {
        Json::Object(vec![(key.into(), value)])
    }

    fn string(text: &str) -> Json {
        Json::String(text.into())
    }

    fn metadata() -> Metadata {
        let json = Json::Object(vec![
            ("year".into(), Json::Int(2020)),
            ("ratio".into(), Json::Float(0.5)),
            ("lang".into(), string("en")),
            ("draft".into(), Json::Bool(false)),
        ]);
        MetadataPatch::from_json(&json, &String::new).expect("valid").merge(None).expect("keys")
    }

    fn check(key: &str, operator: &str, operand: Json, expected: bool) {
        let clause = Where::from_json(&object(key, object(operator, operand.clone())));
        let matches = clause.expect("valid").matches(Some(&metadata()));
        assert_eq!(matches, expected, "{key} {operator} {operand:?}");
    }

    #[test]
    fn every_operator_is_typed_and_missing_keys_satisfy_only_negative_ones() {
        check("year", "$eq", Json::Int(2020), true);
        check("year", "$eq", Json::Float(2020.0), true);
        check("year", "$eq", string("2020"), false);
        check("year", "$ne", string("2020"), true);
        check("year", "$gt", Json::Int(2019), true);
        check("year", "$gt", Json::Int(2020), false);
        check("year", "$gte", Json::Float(2019.5), true);
        check("year", "$lt", Json::Int(2020), false);
        check("year", "$lte", Json::Int(2020), true);
        check("ratio", "$lt", Json::Int(1), true);
        check("lang", "$in", Json::Array(vec![string("de"), string("en")]), true);
        check("lang", "$nin", Json::Array(vec![string("en")]), false);
        check("draft", "$eq", Json::Bool(false), true);
        check("draft", "$eq", Json::Int(0), false);
        check("missing", "$eq", Json::Int(1), false);
        check("missing", "$gt", Json::Int(1), false);
        check("missing", "$ne", Json::Int(1), true);
        check("missing", "$nin", Json::Array(vec![Json::Int(1)]), true);
    }

    #[test]
    fn clauses_join_and_records_without_metadata_are_judged() {
        let year = object("year", object("$gt", Json::Int(2000)));
        let lang = object("lang", string("de"));
        let either = Json::Array(vec![year, lang]);
        let and = Where::from_json(&object("$and", either.clone())).expect("valid");
        let or = Where::from_json(&object("$or", either)).expect("valid");
        assert!(!and.matches(Some(&metadata())) && or.matches(Some(&metadata())));
        assert!(!or.matches(None));
        let not = Where::from_json(&object("year", object("$ne", Json::Int(1)))).expect("valid");
        assert!(not.matches(None));
    }

    #[test]
    fn mistakes_are_named() {
        let check = |json: Json, part: &str| {
            let error = Where::from_json(&json).expect_err(part);
            assert_eq!(error.code, Code::InvalidFilter);
            assert!(error.message.contains(part), "{error}");
        };
        check(object("year", object("$gtt", Json::Int(1))), "did you mean \"$gt\"");
        check(object("$adn", Json::Array(vec![])), "did you mean \"$and\"");
        check(object("$and", Json::Array(vec![object("a", Json::Int(1))])), "at least two");
        check(object("$and", Json::Int(1)), "expected an array of clauses");
        check(object("year", object("$gt", string("1"))), "expected a number");
        check(object("year", object("$in", Json::Array(vec![]))), "empty array");
        check(
            object("year", object("$in", Json::Array(vec![Json::Int(1), string("1")]))),
            "mixes a number and a string",
        );
        check(object("year", Json::Null), "is null");
        check(object("year", object("$eq", Json::Float(f64::NAN))), "NaN");
        check(Json::Object(vec![]), "leave it out");
        check(Json::Int(1), "expected an object");
        check(
            Json::Object(vec![("a".into(), Json::Int(1)), ("b".into(), Json::Int(2))]),
            "2 keys (a, b)",
        );
        let deep = (0..100).fold(object("a", Json::Int(1)), |inner, _| {
            object("$and", Json::Array(vec![inner, object("b", Json::Int(1))]))
        });
        check(deep, "nested deeper than 64");
    }
}
