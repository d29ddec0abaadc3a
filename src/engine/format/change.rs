//! Log entries.
//!
//! ```text
//! size of the ids u32 | checksum of the ids u64 | ids | dimension u32 | parts | count u32, f32 ...
//! ids     count u32, each: 0 delete, 1 change, 2 create u8 | id
//! parts   of each change or creation: embedding u8, document?, uri?, metadata??
//! ```
//!
//! The ids have a checksum of their own: of an entry that cannot be read they mostly still say which
//! records it was about.

use super::codec::{Reader, Writer};
use super::frame::{self, FORMAT_VERSION, HEADER, Kind, damage};
use crate::engine::change::{Change, Put, Write};
use crate::engine::error::Result;

/// Bytes before the ids.
const IDS: usize = 12;

/// What a log entry does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Deletes it.
    Deleted,
    /// Replaces parts of it.
    Changed,
    /// Creates it, whole.
    Created,
}

/// The log entry of `change`.
#[must_use]
pub fn encode_change(change: &Change) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Change, change.embeddings.len() * 4 + 64));
    out.u32(0);
    out.u64(0);
    out.count(change.writes.len());
    for write in &change.writes {
        let (kind, id) = match write {
            Write::Delete(id) => (0, id),
            Write::Put(put) => (1 + u8::from(put.created), &put.id),
        };
        out.u8(kind);
        out.text(id);
    }
    let ids = &out.0[HEADER + IDS..];
    let size = u32::try_from(ids.len()).expect("wasm memory holds fewer than 2^32 bytes");
    let sum = frame::checksum(Kind::Change, FORMAT_VERSION, ids);
    out.0[HEADER..HEADER + 4].copy_from_slice(&size.to_le_bytes());
    out.0[HEADER + 4..HEADER + IDS].copy_from_slice(&sum.to_le_bytes());
    out.u32(change.dimension);
    for write in &change.writes {
        if let Write::Put(put) = write {
            out.u8(u8::from(put.embedding));
            out.option(put.document.as_deref(), Writer::text);
            out.option(put.uri.as_deref(), Writer::text);
            out.option(put.metadata.as_ref(), |out, metadata| {
                out.option(metadata.as_ref(), Writer::metadata);
            });
        }
    }
    out.count(change.embeddings.len());
    out.f32s(&change.embeddings);
    frame::seal(Kind::Change, out.0)
}

/// Reads a log entry.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_change(bytes: &[u8]) -> Result<Change> {
    let mut reader = Reader(frame::open(Kind::Change, bytes)?);
    let size = reader.u32()? as usize;
    reader.u64()?;
    let touched = ids(reader.bytes(size)?)?;
    let dimension = reader.u32()?;
    let mut writes = Vec::with_capacity(touched.len());
    let mut with_embedding = 0;
    let mut keys = Vec::new();
    for (touched, id) in touched {
        let id = id.to_owned();
        if touched == Touched::Deleted {
            writes.push(Write::Delete(id));
            continue;
        }
        let put = Put {
            id,
            created: touched == Touched::Created,
            embedding: reader.u8()? != 0,
            document: reader.option(|reader| Ok(reader.text()?.to_owned()))?,
            uri: reader.option(|reader| Ok(reader.text()?.to_owned()))?,
            metadata: reader.option(|reader| reader.option(|reader| reader.metadata(&mut keys)))?,
        };
        if put.created && !put.embedding {
            return Err(damage("a log entry creates a record without an embedding"));
        }
        with_embedding += u64::from(put.embedding);
        writes.push(Write::Put(put));
    }
    let numbers = reader.count(4)?;
    if numbers as u64 != with_embedding * u64::from(dimension)
        || (with_embedding > 0 && numbers == 0)
    {
        return Err(damage("a log entry holds another number of embeddings than it says"));
    }
    let embeddings = reader.f32s(numbers)?;
    reader.end()?;
    Ok(Change { writes, dimension, embeddings })
}

/// Which records a log entry that [`decode_change`] cannot read is about, as far as its ids are whole.
///
/// # Errors
/// `damaged`.
pub fn decode_touched(bytes: &[u8]) -> Result<Vec<(Touched, &str)>> {
    let mut reader = Reader(bytes);
    reader.bytes(HEADER)?;
    let (size, sum) = (reader.u32()? as usize, reader.u64()?);
    let section = reader.bytes(size)?;
    if sum != frame::checksum(Kind::Change, FORMAT_VERSION, section) {
        return Err(damage("the ids of a log entry do not match their checksum"));
    }
    ids(section)
}

fn ids(section: &[u8]) -> Result<Vec<(Touched, &str)>> {
    let mut reader = Reader(section);
    let count = reader.count(5)?;
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        let touched = match reader.u8()? {
            0 => Touched::Deleted,
            1 => Touched::Changed,
            2 => Touched::Created,
            _ => return Err(damage("a log entry holds an unknown kind of write")),
        };
        ids.push((touched, reader.text()?));
    }
    reader.end()?;
    Ok(ids)
}
