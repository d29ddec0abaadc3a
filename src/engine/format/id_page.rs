//! Pages of ids: which records the page of records of the same slots holds.
//!
//! They say the same a second time, so that a page of records that cannot be read is lost by name.
//!
//! ```text
//! count u32 | each: slot u32, id
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind};
use crate::engine::error::Result;

/// The bytes of a page of ids.
#[must_use]
pub fn encode_id_page<'a>(ids: impl Iterator<Item = (u32, &'a str)> + Clone) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::IdPage, 256));
    out.count(ids.clone().count());
    for (slot, id) in ids {
        out.u32(slot);
        out.text(id);
    }
    frame::seal(Kind::IdPage, out.0)
}

/// Reads the ids of a page, each with its slot.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_id_page(bytes: &[u8]) -> Result<Vec<(u32, &str)>> {
    let mut reader = Reader(frame::open(Kind::IdPage, bytes)?);
    let count = reader.count(8)?;
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        ids.push((reader.u32()?, reader.text()?));
    }
    reader.end()?;
    Ok(ids)
}
