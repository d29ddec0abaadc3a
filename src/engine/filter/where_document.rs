//! `whereDocument`: clauses over a record's document.

use super::{clauses, invalid, single, unknown_operator};
use crate::engine::error::Result;
use crate::engine::json::Json;

const OPERATORS: [&str; 4] = ["$contains", "$not_contains", "$and", "$or"];

/// A clause over the document. A record without one satisfies only `$not_contains`.
#[derive(Debug, Clone, PartialEq)]
pub enum WhereDocument {
    /// All clauses hold.
    And(Vec<WhereDocument>),
    /// At least one clause holds.
    Or(Vec<WhereDocument>),
    /// The text occurs in the document, case-sensitive; the empty text occurs in every document.
    Contains(String),
    /// The text does not occur, or there is no document.
    NotContains(String),
}

impl WhereDocument {
    /// Reads a clause.
    ///
    /// # Errors
    /// `invalid_filter`, naming the operator and the nearest valid one.
    pub fn from_json(json: &Json) -> Result<Self> {
        read(json, 0)
    }

    /// Whether a record with this document satisfies the clause.
    #[must_use]
    pub fn matches(&self, document: Option<&str>) -> bool {
        match self {
            Self::And(clauses) => clauses.iter().all(|clause| clause.matches(document)),
            Self::Or(clauses) => clauses.iter().any(|clause| clause.matches(document)),
            Self::Contains(text) => document.is_some_and(|document| document.contains(text)),
            Self::NotContains(text) => !document.is_some_and(|document| document.contains(text)),
        }
    }
}

fn read(json: &Json, depth: usize) -> Result<WhereDocument> {
    let (operator, operand) = single(json, "whereDocument")?;
    let text = || match operand {
        Json::String(text) => Ok(text.clone()),
        other => {
            invalid(format!("whereDocument {operator} is {}; expected a string", other.kind()))
        }
    };
    match operator {
        "$and" => Ok(WhereDocument::And(clauses(operator, operand, depth, read)?)),
        "$or" => Ok(WhereDocument::Or(clauses(operator, operand, depth, read)?)),
        "$contains" => Ok(WhereDocument::Contains(text()?)),
        "$not_contains" => Ok(WhereDocument::NotContains(text()?)),
        _ => unknown_operator(operator, "whereDocument", &OPERATORS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(operator: &str, operand: Json) -> Json {
        Json::Object(vec![(operator.into(), operand)])
    }

    fn contains(operator: &str, text: &str) -> Json {
        clause(operator, Json::String(text.into()))
    }

    #[test]
    fn substrings_are_literal_and_missing_documents_satisfy_only_the_negative() {
        let check = |json: Json, document: Option<&str>, expected: bool| {
            let matches = WhereDocument::from_json(&json).expect("valid").matches(document);
            assert_eq!(matches, expected, "{json:?} {document:?}");
        };
        check(contains("$contains", "a%b"), Some("xa%by"), true);
        check(contains("$contains", "A"), Some("a"), false);
        check(contains("$contains", ""), Some(""), true);
        check(contains("$contains", ""), None, false);
        check(contains("$not_contains", "a"), None, true);
        check(contains("$not_contains", "a"), Some("cat"), false);
        let both = Json::Array(vec![contains("$contains", "c"), contains("$not_contains", "d")]);
        check(clause("$and", both.clone()), Some("cat"), true);
        check(clause("$or", both), Some("dad"), false);
    }

    #[test]
    fn mistakes_are_named() {
        let check = |json: Json, part: &str| {
            let error = WhereDocument::from_json(&json).expect_err(part);
            assert!(error.message.contains(part), "{error}");
        };
        check(contains("$contain", "x"), "did you mean \"$contains\"");
        check(clause("$contains", Json::Int(1)), "expected a string");
        check(contains("contains", "x"), "did you mean \"$contains\"");
    }
}
