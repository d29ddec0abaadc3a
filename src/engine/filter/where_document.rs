//! `whereDocument`: clauses over a record's document.

use super::clause::Where;
use super::pattern::{Compile, Pattern};
use super::{clauses, invalid, single, unknown_operator};
use crate::engine::error::Result;
use crate::engine::json::Json;

const OPERATORS: [&str; 6] = ["$contains", "$not_contains", "$regex", "$not_regex", "$and", "$or"];

/// A clause that is over documents alone.
#[derive(Debug, Clone, PartialEq)]
pub struct WhereDocument(pub(super) Where);

impl WhereDocument {
    /// Reads a clause.
    ///
    /// # Errors
    /// `invalid_filter`, naming the operator and the nearest valid one; and what `compile` finds
    /// wrong with a regular expression.
    pub fn from_json(json: &Json, compile: Compile<'_>) -> Result<Self> {
        read(json, 0, compile).map(Self)
    }

    /// The clause as one over records.
    #[must_use]
    pub fn as_where(&self) -> &Where {
        &self.0
    }
}

fn read(json: &Json, depth: usize, compile: Compile<'_>) -> Result<Where> {
    let (operator, operand) = single(json, "whereDocument")?;
    let read = |json: &Json, depth: usize| read(json, depth, compile);
    match operator {
        "$and" => Ok(Where::And(clauses(operator, operand, depth, &read)?)),
        "$or" => Ok(Where::Or(clauses(operator, operand, depth, &read)?)),
        _ => match read_document_test("whereDocument", operator, operand, compile)? {
            Some(clause) => Ok(clause),
            None => unknown_operator(operator, "whereDocument", &OPERATORS),
        },
    }
}

/// The clause of one operator over the document; `None` if there is no such operator. `place` is
/// where it stands, for errors.
pub(super) fn read_document_test(
    place: &str,
    operator: &str,
    operand: &Json,
    compile: Compile<'_>,
) -> Result<Option<Where>> {
    if !OPERATORS[..4].contains(&operator) {
        return Ok(None);
    }
    let Json::String(text) = operand else {
        return invalid(format!("{place} {operator} is {}; expected a string", operand.kind()));
    };
    let clause = if operator.ends_with("regex") {
        Where::Matches(Pattern::new(text, compile)?)
    } else {
        Where::Contains(text.clone())
    };
    Ok(Some(Where::negated_if(operator.starts_with("$not"), clause)))
}
