//! Manifests: which pages make up a checkpoint.
//!
//! ```text
//! sequence u64 | next_order u64 | next_key u64 | dimension u32 | capacity u32 | entry_point?
//! | keys of vector pages | of record pages | of graph pages        each: count u32, keys u64 ...
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind};
use crate::engine::error::Result;

/// Names a stored page within its collection; never used twice.
pub type PageKey = u64;

/// Stands in a list of keys for a page that was never written.
pub const NO_PAGE: PageKey = 0;

/// The pointer record of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The last log entry whose effect the pages contain.
    pub sequence: u64,
    /// The insertion order that the next new record gets.
    pub next_order: u64,
    /// The first page key not used yet; at least 1.
    pub next_key: PageKey,
    /// The collection's dimension; 0 before the first write.
    pub dimension: u32,
    /// One more than the highest slot.
    pub capacity: u32,
    /// Where the graph is entered; `None` while there is no graph.
    pub entry_point: Option<u32>,
    /// Keys of the vector pages, by page number.
    pub vector_pages: Vec<PageKey>,
    /// Keys of the record pages, by page number.
    pub record_pages: Vec<PageKey>,
    /// Keys of the graph pages, by page number.
    pub graph_pages: Vec<PageKey>,
}

impl Manifest {
    /// Keys of all pages.
    pub fn pages(&self) -> impl Iterator<Item = PageKey> {
        let keys = [&self.vector_pages, &self.record_pages, &self.graph_pages];
        keys.into_iter().flatten().copied().filter(|key| *key != NO_PAGE)
    }
}

impl Default for Manifest {
    /// The manifest of an empty collection.
    fn default() -> Self {
        Self {
            sequence: 0,
            next_order: 0,
            next_key: NO_PAGE + 1,
            dimension: 0,
            capacity: 0,
            entry_point: None,
            vector_pages: Vec::new(),
            record_pages: Vec::new(),
            graph_pages: Vec::new(),
        }
    }
}

/// The bytes of a manifest.
#[must_use]
pub fn encode_manifest(manifest: &Manifest) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Manifest, 64 + manifest.pages().count() * 8));
    out.u64(manifest.sequence);
    out.u64(manifest.next_order);
    out.u64(manifest.next_key);
    out.u32(manifest.dimension);
    out.u32(manifest.capacity);
    out.option(manifest.entry_point, Writer::u32);
    for keys in [&manifest.vector_pages, &manifest.record_pages, &manifest.graph_pages] {
        out.count(keys.len());
        for key in keys {
            out.u64(*key);
        }
    }
    frame::seal(Kind::Manifest, out.0)
}

/// Reads a manifest.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_manifest(bytes: &[u8]) -> Result<Manifest> {
    let mut reader = Reader(frame::open(Kind::Manifest, bytes)?);
    let keys = |reader: &mut Reader<'_>| -> Result<Vec<PageKey>> {
        let count = reader.count(8)?;
        (0..count).map(|_| reader.u64()).collect()
    };
    let manifest = Manifest {
        sequence: reader.u64()?,
        next_order: reader.u64()?,
        next_key: reader.u64()?,
        dimension: reader.u32()?,
        capacity: reader.u32()?,
        entry_point: reader.option(Reader::u32)?,
        vector_pages: keys(&mut reader)?,
        record_pages: keys(&mut reader)?,
        graph_pages: keys(&mut reader)?,
    };
    reader.end()?;
    Ok(manifest)
}
