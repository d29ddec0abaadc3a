//! Pages of codes: those of consecutive slots that are in use, where the embeddings themselves are stored in groups.
//!
//! ```text
//! rows u32 | numbers of a row u32 | center f32 ... | one bit a row, in use or not, in bytes
//! | of those in use: three f32, i8 ...
//! ```

use vecino_kernels::vectors::Vectors;

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::error::{Error, Result};

/// The bytes of page `number` of the codes of `vectors`, which are apart; slots that are not `used` are left out.
///
/// # Panics
/// If there is no such page.
#[must_use]
pub fn encode_code_page(vectors: &Vectors, number: u32, used: &dyn Fn(u32) -> bool) -> Vec<u8> {
    let (rows, dimension) = (vectors.rows_per_page(), vectors.dimension());
    let size = 8 + dimension * 4 + rows as usize * (dimension + 13);
    let mut out = Writer(frame::begin(Kind::CodePage, size));
    out.count(rows as usize);
    out.count(dimension);
    out.f32s(vectors.center().unwrap_or_default());
    let first = number * rows;
    for eight in (0..rows).step_by(8) {
        let bits = (0..8).filter(|bit| eight + bit < rows && used(first + eight + bit));
        out.u8(bits.fold(0, |byte, bit| byte | 1 << bit));
    }
    for code in
        (first..first + rows).filter(|slot| used(*slot)).filter_map(|slot| vectors.code(slot))
    {
        out.f32s(&code.terms);
        out.0.extend(code.codes.iter().map(|number| number.cast_unsigned()));
    }
    frame::seal(Kind::CodePage, out.0)
}

/// Reads page `number` into `vectors`, which are apart. Calls `used` with each row that is in use, counted from the
/// first of the page.
///
/// # Errors
/// `damaged`, also if the page is of another size; `unsupported_version`.
pub fn decode_code_page(
    bytes: &[u8],
    vectors: &mut Vectors,
    number: u32,
    used: &mut dyn FnMut(usize),
) -> Result<()> {
    let mut reader = Reader(frame::open(Kind::CodePage, bytes)?);
    let (rows, dimension) = (vectors.rows_per_page(), vectors.dimension());
    let (count, numbers) = (reader.u32()?, reader.u32()? as usize);
    if numbers != dimension || count != rows {
        return Err(damage("a page of codes is of another size than the collection's"));
    }
    let mut center = vec![0.0; dimension];
    reader.f32s_into(&mut center)?;
    let bits = reader.bytes(rows.div_ceil(8) as usize)?;
    vectors.restore_codes(number, &center, &mut |slot, place| {
        let row = (slot % rows) as usize;
        let mut terms = [0.0; 3];
        if bits[row / 8] >> (row % 8) & 1 == 1 {
            reader.f32s_into(&mut terms)?;
            for (number, &byte) in place.iter_mut().zip(reader.bytes(dimension)?) {
                *number = byte.cast_signed();
            }
            used(row);
        } else {
            place.fill(0);
        }
        Ok::<_, Error>(terms)
    })?;
    reader.end()
}
