//! Sums of what a row's bits choose: the innermost loop over one-bit codes.
//!
//! A row's bits come 128 at a time, in four words. Bit `j` of byte `l` of them is that of value `16 * j + l`: so the bits
//! of sixteen values in a row are taken from a register by one mask.

/// Values that four words of bits stand for.
pub(super) const BLOCK: usize = 128;
/// Words in which a block's bits are.
pub(super) const WORDS: usize = 4;
/// Values that one mask takes.
const LANES: usize = 16;

/// Write the signs of `values` to `bits`, one for a value above zero.
pub(super) fn write_signs(values: &[f32], bits: &mut [u32]) {
    for (block, words) in values.chunks(BLOCK).zip(bits.as_chunks_mut::<WORDS>().0) {
        *words = [0; WORDS];
        for (j, values) in block.chunks(LANES).enumerate() {
            for (l, x) in values.iter().enumerate() {
                words[l / WORDS] |= u32::from(*x > 0.0) << (8 * (l % WORDS) + j);
            }
        }
    }
}

/// For each row the sum of the values of `query` whose bit is one. `query` is a whole number of blocks, its values
/// from -127 to 127; the caller keeps the sums within an i32.
///
/// # Panics
/// If a row is shorter than `query`.
#[inline]
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn chosen_sums<const N: usize>(query: &[i8], rows: [&[u32]; N]) -> [i32; N] {
    rows.map(|row| {
        let blocks = query.as_chunks::<BLOCK>().0.iter();
        let sum = |(block, words): (&[i8; BLOCK], &[u32; WORDS])| -> i32 {
            let chosen = |at: usize| {
                let (j, l) = (at / LANES, at % LANES);
                words[l / 4] >> (8 * (l % 4) + j) & 1 != 0
            };
            (0..BLOCK).filter(|&at| chosen(at)).map(|at| i32::from(block[at])).sum()
        };
        blocks.zip(&row.as_chunks().0[..query.len() / BLOCK]).map(sum).sum()
    })
}

/// The same with wasm's `simd128`. Popcounts of bit planes of the query would take as long for a query of four bits a
/// value; this way it has eight.
#[inline]
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "there is no safe load of a register")]
pub(super) fn chosen_sums<const N: usize>(query: &[i8], rows: [&[u32]; N]) -> [i32; N] {
    use std::arch::wasm32::{
        i8x16_eq, i8x16_splat, i16x8, i16x8_add, i16x8_extadd_pairwise_i8x16, i32x4, i32x4_add,
        i32x4_extadd_pairwise_i16x8, i32x4_extract_lane, v128_and, v128_load,
    };
    let blocks = query.as_chunks::<BLOCK>().0;
    let rows = rows.map(|row| &row.as_chunks::<WORDS>().0[..blocks.len()]);
    let mut sums = [i32x4(0, 0, 0, 0); N];
    for (i, block) in blocks.iter().enumerate() {
        // SAFETY: four words are sixteen bytes; loads need no alignment.
        let bits = rows.map(|row| unsafe { v128_load(row[i].as_ptr().cast()) });
        let mut of_block = [i16x8(0, 0, 0, 0, 0, 0, 0, 0); N];
        for (j, values) in block.as_chunks::<LANES>().0.iter().enumerate() {
            // SAFETY: sixteen values are sixteen bytes.
            let values = unsafe { v128_load(values.as_ptr().cast()) };
            let mask = i8x16_splat(1 << j);
            for n in 0..N {
                let chosen = v128_and(values, i8x16_eq(v128_and(bits[n], mask), mask));
                of_block[n] = i16x8_add(of_block[n], i16x8_extadd_pairwise_i8x16(chosen));
            }
        }
        for n in 0..N {
            sums[n] = i32x4_add(sums[n], i32x4_extadd_pairwise_i16x8(of_block[n]));
        }
    }
    sums.map(|sum| {
        (i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum))
            + (i32x4_extract_lane::<2>(sum) + i32x4_extract_lane::<3>(sum))
    })
}
