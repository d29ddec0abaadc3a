//! Time, which the engine knows nothing of.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Pages, workers and Node all have it. It never goes back, unlike `Date.now()`.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    /// The global function of pages, workers and Node; calls `callback(value)`.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64, value: &str);
}

/// A promise that resolves with `value` after `milliseconds`.
pub(crate) fn after(milliseconds: f64, value: &str) -> Promise {
    Promise::new(&mut |resolve, _| set_timeout(&resolve, milliseconds, value))
}

/// Waits for so many milliseconds.
pub(crate) async fn wait(milliseconds: f64) {
    // This promise is never rejected.
    let _ = JsFuture::from(after(milliseconds, "")).await;
}

/// The time of day in whole milliseconds since 1970.
pub(crate) fn now() -> u64 {
    // `as` saturates: a clock set before 1970 reads 0.
    js_sys::Date::now() as u64
}

/// A moment after which work has to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(f64);

impl Deadline {
    /// The moment `milliseconds` from now; at once where that is negative or not a number.
    pub(crate) fn after(milliseconds: f64) -> Self {
        Self(performance_now() + milliseconds.max(0.0))
    }

    /// Whether that moment has come.
    pub(crate) fn has_passed(self) -> bool {
        performance_now() >= self.0
    }
}
