//! Maps from texts to numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh64::xxh64;

/// Numbers by text: one type for ids and for values, so that the module has its code once.
pub type Texts = HashMap<Arc<str>, u32, BuildHasherDefault<Xxh64>>;

/// The hash that the module has anyway, for checksums. Whoever makes texts that collide slows down only
/// the page that stores them.
#[derive(Debug, Default)]
pub struct Xxh64(u64);

impl Hasher for Xxh64 {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh64(bytes, self.0);
    }

    /// The end of a text, of which there is one a hash.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
