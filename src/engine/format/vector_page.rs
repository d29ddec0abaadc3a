//! Pages of embeddings: those rows of consecutive slots that are in use, as given by the caller.
//!
//! ```text
//! rows u32 | numbers of a row u32 | one bit a row, in use or not, in bytes | f32 ... of those in use
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::error::Result;

/// The bytes of a page of `rows`, each of `dimension` numbers; those that are not `used` are left out.
#[must_use]
pub fn encode_vector_page(rows: &[f32], dimension: usize, used: &dyn Fn(usize) -> bool) -> Vec<u8> {
    let count = rows.len() / dimension;
    let size = 8 + count.div_ceil(8) + rows.len() * 4;
    let mut out = Writer(frame::begin(Kind::VectorPage, size));
    out.count(count);
    out.count(dimension);
    for first in (0..count).step_by(8) {
        let bits = (0..8).filter(|bit| first + bit < count && used(first + bit));
        out.u8(bits.fold(0, |byte, bit| byte | 1 << bit));
    }
    for (row, numbers) in rows.chunks_exact(dimension).enumerate() {
        if used(row) {
            out.f32s(numbers);
        }
    }
    frame::seal(Kind::VectorPage, out.0)
}

/// Reads a page into `rows`, of `dimension` numbers each; those not in use become zeros. Calls `used`
/// with each that is.
///
/// # Errors
/// `damaged`, also if the page is of another size; `unsupported_version`.
pub fn decode_vector_page(
    bytes: &[u8],
    rows: &mut [f32],
    dimension: usize,
    used: &mut dyn FnMut(usize),
) -> Result<()> {
    let mut reader = Reader(frame::open(Kind::VectorPage, bytes)?);
    let (count, numbers) = (reader.u32()? as usize, reader.u32()? as usize);
    if numbers != dimension || count != rows.len() / dimension {
        return Err(damage("a page of vectors is of another size than the collection's"));
    }
    let bits = reader.bytes(count.div_ceil(8))?;
    for (row, numbers) in rows.chunks_exact_mut(dimension).enumerate() {
        if bits[row / 8] >> (row % 8) & 1 == 1 {
            reader.f32s_into(numbers)?;
            used(row);
        } else {
            numbers.fill(0.0);
        }
    }
    reader.end()
}
