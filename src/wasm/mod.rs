//! What a browser is: IndexedDB, time, randomness, JavaScript values.
//!
//! ```text
//! api        the class JavaScript sees: arguments in, promises out
//! convert    values between JavaScript and the engine
//! database   the catalog and the collections in memory; calls, background work, closing
//! replica    this tab's copy of one collection: plan, append, apply; checkpoints
//! storage    what is stored, and the transactions that keep it whole
//! indexeddb  connections and transactions
//! errors, clock, random
//! ```

mod api;
mod clock;
mod convert;
mod database;
mod errors;
mod indexeddb;
mod random;
mod replica;
mod storage;

pub use api::JsDatabase;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
