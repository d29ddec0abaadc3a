//! What a browser is: IndexedDB, time, randomness, JavaScript values.
//!
//! ```text
//! api        the class JavaScript sees: arguments in, promises out
//! convert    values between JavaScript and the engine
//! regex      regular expressions, compiled by another module
//! database   the catalog and the collections in memory; calls, background work, closing
//! mirror     linking with other workers
//! replica    this tab's copy of one collection: plan, append, apply; checkpoints
//! storage    what is stored, and the transactions that keep it whole
//! verify     whether what is stored is whole
//! indexeddb  connections and transactions
//! host       what the JavaScript around a database does for it
//! errors, clock, random
//! ```

mod api;
mod clock;
mod convert;
mod database;
mod errors;
mod host;
mod indexeddb;
mod mirror;
mod random;
mod regex;
mod replica;
mod storage;
mod verify;

pub use api::JsDatabase;
pub use host::Host;
pub use regex::set_regex_compiler;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
