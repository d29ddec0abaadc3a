//! What a vector database knows; nothing of JavaScript, browsers, clocks or storage.

pub mod catalog;
pub mod change;
pub mod collection;
pub mod definition;
pub mod error;
pub mod filter;
pub mod format;
pub mod json;
pub mod metadata;
pub mod planner;
pub mod postings;
pub mod rank;
pub mod record;
pub mod suggest;
pub mod text_table;
pub mod value;
