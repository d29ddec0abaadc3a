//! Pages of embeddings: the rows of consecutive slots, as given by the caller.
//!
//! ```text
//! count u32 | f32 ...
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind};
use crate::engine::error::Result;

/// The bytes of a page of vectors.
#[must_use]
pub fn encode_vector_page(numbers: &[f32]) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::VectorPage, 4 + numbers.len() * 4));
    out.count(numbers.len());
    out.f32s(numbers);
    frame::seal(Kind::VectorPage, out.0)
}

/// Reads a page of vectors.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_vector_page(bytes: &[u8]) -> Result<Vec<f32>> {
    let mut reader = Reader(frame::open(Kind::VectorPage, bytes)?);
    let count = reader.count(4)?;
    let numbers = reader.f32s(count)?;
    reader.end()?;
    Ok(numbers)
}
