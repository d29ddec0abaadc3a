//! What a clause means.

use super::pattern::Pattern;
use crate::engine::metadata::Value;

/// A clause over records.
///
/// Comparison is typed: strings, numbers and booleans never equal each other, and 2 equals 2.0. A
/// record that lacks the key, or holds another type there, passes no test; the negative operators
/// are the complement, so that it satisfies them.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// All clauses hold.
    And(Vec<Where>),
    /// At least one clause holds.
    Or(Vec<Where>),
    /// The clause does not hold.
    Not(Box<Where>),
    /// The value of a metadata key passes a test.
    Key(String, Test),
    /// The id is one of these.
    Id(Vec<String>),
    /// The text occurs in the document, case-sensitive; the empty text occurs in every document.
    Contains(String),
    /// The regular expression matches somewhere in the document.
    Matches(Pattern),
}

/// What the value of a metadata key is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It is a scalar and equals one of these.
    Any(Vec<Value>),
    /// It is a number from the first to the second, both included.
    Between(f64, f64),
    /// It is a list, and one of its elements equals this scalar.
    Contains(Value),
}

impl Where {
    /// `clause`, or its complement if the operator is a negative one.
    pub(super) fn negated_if(negative: bool, clause: Self) -> Self {
        if negative { Self::Not(Box::new(clause)) } else { clause }
    }

    /// How much work a record is: 0 for none, 1 if its document is searched, 2 if it is matched.
    pub(super) fn cost(&self) -> u8 {
        match self {
            Self::And(clauses) | Self::Or(clauses) => {
                clauses.iter().map(Self::cost).max().unwrap_or(0)
            }
            Self::Not(clause) => clause.cost(),
            Self::Key(..) | Self::Id(_) => 0,
            Self::Contains(_) => 1,
            Self::Matches(_) => 2,
        }
    }
}
