//! What the JavaScript around a database does for it.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

/// Something went wrong and was mended, or worked around.
pub(crate) const WARNING: &str = "warning";
/// The database gave way to another tab: every later call fails.
pub(crate) const CLOSE: &str = "close";

#[wasm_bindgen]
extern "C" {
    /// The object that a database is opened with.
    #[derive(Clone, Debug)]
    pub type Host;

    /// Tells what nobody asked for: a [`WARNING`] or a [`CLOSE`].
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Host, what: &str, code: &str, message: &str);

    /// Whether this tab is the one that makes the checkpoints of a collection. One that is not
    /// stands for election and is woken when its turn comes. `neglected`: the one that is does not
    /// make any, and this tab takes its place.
    #[wasm_bindgen(method)]
    pub(crate) fn elected(this: &Host, id: &str, neglected: bool) -> bool;

    /// Takes groups of embeddings of a collection into memory: calls the rare method `fetchEmbeddings` with the same arguments.
    /// That takes time, so that the numbers are not a view of memory, which another call may make larger.
    #[wasm_bindgen(method, js_name = fetchEmbeddings)]
    pub(crate) fn fetch(this: &Host, id: &str, groups: Vec<u32>) -> Promise;

    /// How many milliseconds other tabs get to take in the log before a checkpoint trims it: who
    /// comes later has to load the checkpoint. 0 when there are no others.
    #[wasm_bindgen(method)]
    pub(crate) fn grace(this: &Host) -> f64;

    /// Resolves when the messages and events that wait have been handled.
    #[wasm_bindgen(method, js_name = giveWay)]
    pub(crate) fn give_way(this: &Host) -> Promise;
}

#[cfg(test)]
impl Host {
    /// One that hears nothing and elects everybody.
    pub(crate) fn of_tests() -> Self {
        let host = js_sys::eval(
            "({ tell() {}, elected: () => true, grace: () => 0, async giveWay() {} })",
        );
        wasm_bindgen::JsCast::unchecked_into(host.expect("an object"))
    }
}
