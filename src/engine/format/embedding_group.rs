//! Groups of embeddings: those of consecutive slots that are in use, as given by the caller, to be read one group at a
//! time.
//!
//! ```text
//! numbers of an embedding u32 | one bit a slot, in use or not, u8 | f32 ... of those in use
//! ```

use vecino_kernels::apart::GROUP;

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::error::Result;

/// The bytes of a group of embeddings of `dimension` numbers: of `rows`, by their place in the group, those that are
/// in use.
#[must_use]
pub fn encode_embedding_group(
    dimension: usize,
    rows: &[Option<&[f32]>; GROUP as usize],
) -> Vec<u8> {
    let size = 5 + GROUP as usize * dimension * 4;
    let mut out = Writer(frame::begin(Kind::EmbeddingGroup, size));
    out.count(dimension);
    let used = rows.iter().enumerate().filter(|(_, row)| row.is_some());
    out.u8(used.fold(0, |byte, (bit, _)| byte | 1 << bit));
    rows.iter().flatten().for_each(|row| out.f32s(row));
    frame::seal(Kind::EmbeddingGroup, out.0)
}

/// Which places of a group are in use, one bit each.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn inspect_embedding_group(bytes: &[u8]) -> Result<u8> {
    let mut reader = Reader(frame::open(Kind::EmbeddingGroup, bytes)?);
    reader.u32()?;
    reader.u8()
}

/// Reads a group of embeddings of `dimension` numbers: calls `row` with each that is in use and its place in the group.
///
/// # Errors
/// `damaged`, also if its embeddings have another dimension; `unsupported_version`.
pub fn decode_embedding_group(
    bytes: &[u8],
    dimension: usize,
    row: &mut dyn FnMut(u32, &[f32]),
) -> Result<()> {
    let mut reader = Reader(frame::open(Kind::EmbeddingGroup, bytes)?);
    if reader.u32()? as usize != dimension {
        return Err(damage("a group of embeddings has another dimension than the collection"));
    }
    let used = reader.u8()?;
    let mut numbers = vec![0.0; dimension];
    for place in (0..GROUP).filter(|place| used >> place & 1 == 1) {
        reader.f32s_into(&mut numbers)?;
        row(place, &numbers);
    }
    reader.end()
}
