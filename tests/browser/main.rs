//! The engine in a browser, through the class that JavaScript sees, on real storage.
#![cfg(target_arch = "wasm32")]

mod codes;
mod databases;
mod errors;
mod failures;
mod records;
mod restart;
mod support;
mod tabs;
mod verify;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
