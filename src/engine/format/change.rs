//! Log entries.
//!
//! ```text
//! dimension u32 | write count u32 | writes | embedding count u32 | embeddings f32 ...
//! write   0 delete: id | 1 put: id, embedding u8, document?, uri?, metadata??
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::change::{Change, Put, Write};
use crate::engine::error::Result;

/// The log entry of `change`.
#[must_use]
pub fn encode_change(change: &Change) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Change, change.embeddings.len() * 4 + 64));
    out.u32(change.dimension);
    out.count(change.writes.len());
    for write in &change.writes {
        match write {
            Write::Delete(id) => {
                out.u8(0);
                out.text(id);
            }
            Write::Put(put) => {
                out.u8(1);
                out.text(&put.id);
                out.u8(u8::from(put.embedding));
                out.option(put.document.as_deref(), Writer::text);
                out.option(put.uri.as_deref(), Writer::text);
                out.option(put.metadata.as_ref(), |out, metadata| {
                    out.option(metadata.as_ref(), Writer::metadata);
                });
            }
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
    let dimension = reader.u32()?;
    let count = reader.count(5)?;
    let mut writes = Vec::with_capacity(count);
    let mut with_embedding = 0;
    for _ in 0..count {
        writes.push(match reader.u8()? {
            0 => Write::Delete(reader.text()?.to_owned()),
            1 => {
                let put = Put {
                    id: reader.text()?.to_owned(),
                    embedding: reader.u8()? != 0,
                    document: reader.option(|reader| Ok(reader.text()?.to_owned()))?,
                    uri: reader.option(|reader| Ok(reader.text()?.to_owned()))?,
                    metadata: reader.option(|reader| reader.option(Reader::metadata))?,
                };
                with_embedding += u64::from(put.embedding);
                Write::Put(put)
            }
            _ => return Err(damage("a log entry holds an unknown kind of write")),
        });
    }
    let numbers = reader.count(4)?;
    if numbers as u64 != with_embedding * u64::from(dimension) {
        return Err(damage("a log entry holds another number of embeddings than it says"));
    }
    let embeddings = reader.f32s(numbers)?;
    reader.end()?;
    Ok(Change { writes, dimension, embeddings })
}
