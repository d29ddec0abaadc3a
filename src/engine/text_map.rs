//! Maps from texts to numbers: slots by id, numbers by metadata text.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::format::digest;

/// One type for all, so that the module has its code once.
pub type TextMap = HashMap<Arc<str>, u32, BuildHasherDefault<TextHasher>>;

/// What the module makes its checksums with. The standard library's hash takes several times as long,
/// and WebAssembly gives it no randomness that would make it any safer.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextHasher(u64);

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = digest(bytes, self.0);
    }

    /// The end of a text; there is only one.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
