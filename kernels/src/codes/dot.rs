//! Inner products of whole numbers: the innermost loop of a walk.
//!
//! The sums are exact, so every machine and every way of computing them gives the same number.

/// Rows and queries are padded with zeros to a multiple of this many values.
pub(super) const STEP: usize = 8;

/// For each row the sum of the products of `query` and the row's first `query.len()` values.
///
/// The caller keeps the sums within an i32.
///
/// # Panics
/// If a row is shorter than `query`.
#[inline]
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn dot_rows<const N: usize>(query: &[i16], rows: [&[i8]; N]) -> [i32; N] {
    specification::dot_rows(query, rows)
}

/// The same with wasm's `simd128`. The compiler finds `i32x4.dot_i16x8_s` in the specification only sometimes.
#[inline]
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "there is no safe load that extends eight bytes")]
pub(super) fn dot_rows<const N: usize>(query: &[i16], rows: [&[i8]; N]) -> [i32; N] {
    use std::arch::wasm32::{
        i16x8_load_extend_i8x8, i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, v128_load,
    };
    let (steps, _) = query.as_chunks::<STEP>();
    let rows = rows.map(|row| row[..query.len()].as_chunks::<STEP>().0);
    let mut sums = [i32x4(0, 0, 0, 0); N];
    for (i, step) in steps.iter().enumerate() {
        // SAFETY: a step is eight i16, which are sixteen bytes; loads need no alignment.
        let query = unsafe { v128_load(step.as_ptr().cast()) };
        for n in 0..N {
            // SAFETY: a step of a row is eight bytes.
            let row = unsafe { i16x8_load_extend_i8x8(rows[n][i].as_ptr()) };
            sums[n] = i32x4_add(sums[n], i32x4_dot_i16x8(query, row));
        }
    }
    sums.map(|sum| {
        (i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum))
            + (i32x4_extract_lane::<2>(sum) + i32x4_extract_lane::<3>(sum))
    })
}

#[cfg(not(target_arch = "wasm32"))]
mod specification {
    pub(super) fn dot_rows<const N: usize>(query: &[i16], rows: [&[i8]; N]) -> [i32; N] {
        rows.map(|row| {
            let row = &row[..query.len()];
            query.iter().zip(row).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
        })
    }
}
