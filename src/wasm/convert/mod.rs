//! Values between JavaScript and the engine. Functions come in pairs: `to_x` reads a JavaScript
//! value, `from_x` makes one.

mod answers;
mod arguments;
mod json;
mod search;

pub(crate) use answers::{
    from_database, from_databases, from_definition, from_definitions, from_indexing_status,
    from_neighbors, from_outdated, from_records, from_stats,
};
pub(crate) use arguments::{
    Selected, to_batch, to_changes, to_count, to_floats, to_include, to_new_collection, to_scope,
    to_selected,
};
pub(crate) use search::{from_answers, to_searches};
