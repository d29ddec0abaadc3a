//! Filters: clauses that judge a record by its metadata, its document or its id, never by its
//! embedding.

mod clause;
mod pattern;
mod select;
mod where_clause;
mod where_document;

pub use clause::{Test, Where};
pub use pattern::{Compile, Matcher, Pattern};
pub use where_document::WhereDocument;

use super::error::{Code, Error, Result};
use super::json::Json;
use super::suggest::suggestion;

/// Clauses nested deeper than this are refused, so that judging one cannot exhaust the stack.
pub const MAX_DEPTH: usize = 64;

/// An `invalid_filter` error.
fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidFilter, message))
}

/// The one key and value of a clause. `name` is `where` or `whereDocument`.
fn single<'a>(clause: &'a Json, name: &str) -> Result<(&'a str, &'a Json)> {
    match clause {
        Json::Object(entries) if entries.len() == 1 => Ok((&entries[0].0, &entries[0].1)),
        Json::Object(entries) if entries.is_empty() => {
            invalid(format!("{name} is empty; leave it out to match every record"))
        }
        Json::Object(entries) => {
            let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str()).collect();
            invalid(format!(
                "{name} has {} keys ({}) in one clause; expected one, join clauses with $and or $or",
                keys.len(),
                keys.join(", ")
            ))
        }
        other => invalid(format!("{name} is {}; expected an object", other.kind())),
    }
}

/// The clauses of `$and` or `$or`, each read by `read`.
fn clauses(
    operator: &str,
    operand: &Json,
    depth: usize,
    read: &dyn Fn(&Json, usize) -> Result<Where>,
) -> Result<Vec<Where>> {
    if depth >= MAX_DEPTH {
        return invalid(format!("{operator} is nested deeper than {MAX_DEPTH} levels"));
    }
    match operand {
        Json::Array(list) if list.len() >= 2 => {
            list.iter().map(|clause| read(clause, depth + 1)).collect()
        }
        Json::Array(list) => {
            invalid(format!("{operator} has {} clauses; expected at least two", list.len()))
        }
        other => invalid(format!("{operator} is {}; expected an array of clauses", other.kind())),
    }
}

fn unknown_operator<T>(operator: &str, place: &str, known: &[&str]) -> Result<T> {
    invalid(format!("unknown operator \"{operator}\" in {place}{}", suggestion(operator, known)))
}
