//! The frame around everything stored.

use xxhash_rust::xxh64::xxh64;

use crate::engine::error::{Code, Error, Result};

/// The version written today. Readers accept this and every earlier one.
pub const FORMAT_VERSION: u8 = 1;

const MAGIC: [u8; 2] = *b"VC";
pub(super) const HEADER: usize = 12;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Definition = 1,
    Change = 2,
    Manifest = 3,
    VectorPage = 4,
    RecordPage = 5,
    GraphPage = 6,
    Namespaces = 7,
    IdPage = 8,
    CodePage = 9,
    EmbeddingGroup = 10,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Definition => "collection definition",
            Self::Change => "log entry",
            Self::Manifest => "manifest",
            Self::VectorPage => "vector page",
            Self::RecordPage => "record page",
            Self::GraphPage => "graph page",
            Self::Namespaces => "list of tenants and databases",
            Self::IdPage => "page of ids",
            Self::CodePage => "page of codes",
            Self::EmbeddingGroup => "group of embeddings",
        }
    }
}

/// A number that says nearly which bytes these are: what checksums are made with, for maps in memory.
#[must_use]
pub fn digest(bytes: &[u8], seed: u64) -> u64 {
    xxh64(bytes, seed)
}

pub(super) fn checksum(kind: Kind, version: u8, body: &[u8]) -> u64 {
    digest(body, u64::from(kind as u8) << 8 | u64::from(version))
}

/// An empty frame whose body is appended by the caller; [`seal`] completes it.
pub(super) fn begin(kind: Kind, body_size: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + body_size);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&[kind as u8, FORMAT_VERSION]);
    bytes.extend_from_slice(&[0; 8]);
    bytes
}

/// Writes the checksum over the body that was appended since [`begin`].
pub(super) fn seal(kind: Kind, mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = checksum(kind, FORMAT_VERSION, &bytes[HEADER..]);
    bytes[4..HEADER].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// The body of a frame of `kind`.
pub(super) fn open(kind: Kind, bytes: &[u8]) -> Result<&[u8]> {
    let damaged = |what: &str| Err(damage(&format!("{}: {what}", kind.name())));
    if bytes.len() < HEADER || bytes[..2] != MAGIC {
        return damaged("not a frame of this format");
    }
    if bytes[2] != kind as u8 {
        return damaged("holds another kind of data");
    }
    let version = bytes[3];
    let (head, body) = bytes.split_at(HEADER);
    let stored = u64::from_le_bytes(head[4..].try_into().expect("eight bytes"));
    // Every version has this header, so that a newer one is told from a version that is damaged.
    if version == 0 || stored != checksum(kind, version, body) {
        return damaged("the checksum does not match");
    }
    if version > FORMAT_VERSION {
        return Err(Error::new(
            Code::UnsupportedVersion,
            format!(
                "a {} has format version {version}, this build reads up to {FORMAT_VERSION}; update vecino",
                kind.name()
            ),
        ));
    }
    Ok(body)
}

/// A `damaged` error.
pub(super) fn damage(what: &str) -> Error {
    Error::new(Code::Damaged, format!("stored data is damaged: {what}"))
}
