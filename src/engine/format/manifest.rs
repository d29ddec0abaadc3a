//! Manifests: which pages make up a checkpoint.
//!
//! ```text
//! sequence u64 | next_order u64 | next_key u64 | dimension u32 | capacity u32 | entry_point?
//! | keys of vector pages | of record pages | of id pages | of graph pages | of kept pages
//!                                                                  each: count u32, keys u64 ...
//! | count u32, lost    each: part u8, place u8, two numbers u64, id?
//! ```
//!
//! It is written twice, one frame after the other, and read from the first that is whole: without it
//! nobody knows which pages count.

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::error::{Code, Result};

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
    /// Keys of the pages of ids, by the number of the record page that they are of.
    pub id_pages: Vec<PageKey>,
    /// Keys of the graph pages, by page number.
    pub graph_pages: Vec<PageKey>,
    /// Pages and log entries that could not be read. They count no more and stay until nothing is lost.
    pub kept_pages: Vec<PageKey>,
    /// What is known to be lost, by id.
    pub lost: Vec<Lost>,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The ids of a page of records.
    Ids,
    /// Embeddings.
    Vectors,
    /// Records.
    Records,
    /// Nodes of the graph.
    Graph,
}

/// A page that a manifest names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// What it holds.
    pub content: Content,
    /// Its number among the pages that hold this.
    pub number: u32,
    /// Where it is stored.
    pub key: PageKey,
}

/// A record that cannot be read any more, or more than that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// The record's id; `None` if it is not known which records are concerned.
    pub id: Option<Box<str>>,
    /// What of it is lost.
    pub part: Part,
    /// Where that was.
    pub place: Place,
}

/// A part of a record that can be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Part {
    /// All but its embedding.
    Record = 0,
    /// Its embedding.
    Embedding = 1,
    /// A change of it.
    Change = 2,
}

impl Part {
    /// The stable name, as JavaScript sees it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Embedding => "embedding",
            Self::Change => "change",
        }
    }
}

/// Where something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the page of this key.
    Page(PageKey),
    /// In the group of embeddings of this number.
    Group(u64),
    /// In the log entries from the one number to the other.
    Log(u64, u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Page(key) => write!(f, "page {key}"),
            Self::Group(group) => write!(f, "group {group} of the embeddings"),
            Self::Log(first, last) if first == last => write!(f, "log entry {first}"),
            Self::Log(first, last) => write!(f, "log entries {first} to {last}"),
        }
    }
}

impl Manifest {
    /// The pages that make up the collection, in the order in which opening takes them.
    #[must_use]
    pub fn pages(&self) -> Vec<Page> {
        let mut pages = Vec::new();
        for (content, keys) in [
            (Content::Ids, &self.id_pages),
            (Content::Vectors, &self.vector_pages),
            (Content::Records, &self.record_pages),
            (Content::Graph, &self.graph_pages),
        ] {
            for (number, &key) in (0..).zip(keys) {
                if key != NO_PAGE {
                    pages.push(Page { content, number, key });
                }
            }
        }
        pages
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
            id_pages: Vec::new(),
            graph_pages: Vec::new(),
            kept_pages: Vec::new(),
            lost: Vec::new(),
        }
    }
}

/// The bytes of a manifest.
#[must_use]
pub fn encode_manifest(manifest: &Manifest) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Manifest, 64 + manifest.pages().len() * 8));
    out.u64(manifest.sequence);
    out.u64(manifest.next_order);
    out.u64(manifest.next_key);
    out.u32(manifest.dimension);
    out.u32(manifest.capacity);
    out.option(manifest.entry_point, Writer::u32);
    let Manifest { vector_pages, record_pages, id_pages, graph_pages, kept_pages, .. } = manifest;
    for keys in [vector_pages, record_pages, id_pages, graph_pages, kept_pages] {
        out.count(keys.len());
        for key in keys {
            out.u64(*key);
        }
    }
    out.count(manifest.lost.len());
    for Lost { id, part, place } in &manifest.lost {
        out.u8(*part as u8);
        let (kind, first, last) = match *place {
            Place::Page(key) => (0, key, 0),
            Place::Log(first, last) => (1, first, last),
            Place::Group(group) => (2, group, 0),
        };
        out.u8(kind);
        out.u64(first);
        out.u64(last);
        out.option(id.as_deref(), Writer::text);
    }
    let mut twice = frame::seal(Kind::Manifest, out.0);
    twice.extend_from_within(..);
    twice
}

/// Reads a manifest: from its second copy if the first cannot be read.
///
/// # Errors
/// `damaged` if neither copy can be read; `unsupported_version`.
pub fn decode_manifest(bytes: &[u8]) -> Result<Manifest> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    match decode_copy(first) {
        Err(error) if error.code == Code::Damaged => decode_copy(second).map_err(|_| error),
        result => result,
    }
}

/// Whether both copies of a manifest can be read and say the same.
#[must_use]
pub fn is_whole_manifest(bytes: &[u8]) -> bool {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    first == second && decode_copy(first).is_ok()
}

fn decode_copy(bytes: &[u8]) -> Result<Manifest> {
    let mut reader = Reader(frame::open(Kind::Manifest, bytes)?);
    let mut manifest = Manifest {
        sequence: reader.u64()?,
        next_order: reader.u64()?,
        next_key: reader.u64()?,
        dimension: reader.u32()?,
        capacity: reader.u32()?,
        entry_point: reader.option(Reader::u32)?,
        ..Manifest::default()
    };
    let Manifest { vector_pages, record_pages, id_pages, graph_pages, kept_pages, .. } =
        &mut manifest;
    for keys in [vector_pages, record_pages, id_pages, graph_pages, kept_pages] {
        for _ in 0..reader.count(8)? {
            keys.push(reader.u64()?);
        }
    }
    for _ in 0..reader.count(19)? {
        let part = match reader.u8()? {
            0 => Part::Record,
            1 => Part::Embedding,
            2 => Part::Change,
            _ => return Err(damage("a manifest names an unknown part of a record")),
        };
        let place = match (reader.u8()?, reader.u64()?, reader.u64()?) {
            (0, key, _) => Place::Page(key),
            (1, first, last) => Place::Log(first, last),
            (2, group, _) => Place::Group(group),
            _ => return Err(damage("a manifest names an unknown kind of place")),
        };
        let id = reader.option(Reader::text)?.map(Box::from);
        manifest.lost.push(Lost { id, part, place });
    }
    reader.end()?;
    Ok(manifest)
}
