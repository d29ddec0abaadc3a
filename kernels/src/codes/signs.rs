//! Codes of a bit a value: RaBitQ (Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error
//! Bound for Approximate Nearest Neighbor Search", SIGMOD 2024, arXiv 2405.12497).
//!
//! A vector's difference `v'` from the center is rotated in a random way, and of each value the sign is kept: a vector
//! `s` of length 1 whose values are all of one size. Beside it a row says how far `v'` reaches along `s`:
//!
//! ```text
//! q'v' ~ weight * q's               weight = |v'|^2 / (v's)
//! ```
//!
//! The estimate is right on average over all rotations, and how far it is off is what a random direction has along
//! `q'`: more than `e` times `tan(v', s) |v'| |q'| / sqrt(dimension - 1)` for a share of rotations of about
//! `2 exp(-e^2 / 2)` (Theorem 3.2 there).
//!
//! What did not help: a bound that holds for every rotation, `|v' - (v's) s| |q' - (q's) s|`. It leaves 98 % of 5,000 real
//! embeddings to be measured.

use super::frame::{Difference, Frame, LARGEST, encode};
use super::mask::{self, BLOCK, WORDS};
use super::rotation::rotate;
use crate::distance;
use crate::pages::Pages;

/// Terms in a row, as the bits of an f32 each.
const TERMS: usize = 4;
/// `e` for what decides whether a vector that was walked to is measured: fails once in hundreds of times.
const LIKELY: f32 = 3.0;
/// `e` for what a scan passes over: fails less than once in 10^6 times.
const SURE: f32 = 5.0;
/// With fewer values than this, nothing is sure: random directions in few dimensions are often alike.
const FEWEST_VALUES: usize = 64;
/// Rotating a vector rounds each value so many times, at most, relative to the vector's length.
const ROTATION_ROUNDINGS: f32 = 128.0;

/// A row a slot: bits, then terms. A row of 384 values is a cache line.
#[derive(Debug)]
pub(super) struct Signs {
    rows: Pages<u32>,
}

/// What a distance takes besides a vector's signs.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// What the vector adds to every distance from it; NaN for a vector that cannot be coded.
    offset: f32,
    /// What `q's` is multiplied with.
    weight: f32,
    /// `tan(v', s) |v'|`.
    spread: f32,
    /// How far from zero the vector is, where that matters to rounding.
    around: f32,
}

/// A vector to measure from, in whole numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignsQuery<'a> {
    codes: &'a [i8],
    /// The sum of the codes.
    sum: i32,
    offset: f32,
    /// How often an inner product counts.
    times: f32,
    /// The size of a step as a part of `q's`.
    step: f32,
    /// How far the codes' `q's` can be from the query's.
    rest: f32,
    /// `|q'| / sqrt(dimension - 1)`.
    reach: f32,
    /// How far a sum of products with a vector of length 1 can be off by rounding.
    rounding: f32,
    /// The same for the sum of two offsets, relative to them.
    relative: f32,
}

impl Signs {
    /// No signs yet, for `rows_per_page` vectors of `dimension` values a page.
    pub(super) fn new(dimension: usize, rows_per_page: u32) -> Self {
        let words = dimension.div_ceil(BLOCK) * WORDS;
        Self { rows: Pages::new(words + TERMS, rows_per_page) }
    }

    /// Code a vector by its difference from the center, which is in `values`.
    #[inline(never)]
    pub(super) fn set(
        &mut self,
        slot: u32,
        frame: &Frame,
        difference: Option<&Difference>,
        values: &mut [f32],
    ) {
        self.rows.ensure(slot + 1);
        let mut terms = Terms { offset: f32::NAN, weight: 0.0, spread: 0.0, around: 0.0 };
        let row = self.rows.row_mut(slot);
        let (bits, place) = row.split_at_mut(row.len() - TERMS);
        if let Some(difference) = difference {
            let values = &mut values[..frame.dimension];
            rotate(values);
            mask::write_signs(values, bits);
            let squared_norm = difference.squared_norm;
            let along = distance::total(values) / (frame.dimension as f32).sqrt();
            let weight = if along > 0.0 { squared_norm / along } else { 0.0 };
            // The difference of two numbers that were rounded: what they may have lost counts as part of it.
            let lost = squared_norm * rounding(frame);
            let side = ((squared_norm - along * along).max(0.0) + lost).sqrt();
            let tangent = if along > 0.0 { side / along } else { 0.0 };
            let norm = squared_norm.sqrt();
            let around = norm + frame.center.norm();
            terms =
                Terms { offset: frame.offset(difference), weight, spread: tangent * norm, around };
        }
        let Terms { offset, weight, spread, around } = terms;
        place.copy_from_slice(&[offset, weight, spread, around].map(f32::to_bits));
    }

    /// A vector to measure from. Its difference from the center is in `values`, which is gone afterwards; the codes are
    /// written to `codes`.
    pub(super) fn query<'a>(
        &self,
        frame: &Frame,
        difference: &Difference,
        values: &mut [f32],
        codes: &'a mut Vec<i8>,
    ) -> SignsQuery<'a> {
        rotate(&mut values[..frame.dimension]);
        let high = distance::largest(values);
        let values = &mut values[..frame.dimension];
        codes.clear();
        codes.resize(values.len().next_multiple_of(BLOCK), 0);
        let (step, rest) = encode(high, LARGEST, values, codes, |code| code as i8);
        let sum = codes.iter().map(|&code| i32::from(code)).sum();
        let (offset, times) = frame.beginning(frame.offset(difference));
        let norm = difference.squared_norm.sqrt();
        let dimension = frame.dimension as f32;
        SignsQuery {
            codes,
            sum,
            offset,
            times,
            step: step / dimension.sqrt(),
            rest,
            reach: norm / (dimension - 1.0).max(1.0).sqrt(),
            rounding: rounding(frame) * (norm + frame.around()),
            relative: rounding(frame),
        }
    }

    #[inline]
    pub(super) fn estimates<const N: usize>(
        &self,
        query: &SignsQuery<'_>,
        slots: [u32; N],
    ) -> [f32; N] {
        self.estimates_less(query, slots, |_| 0.0)
    }

    /// What the distances are at least, as good as certainly, if there are enough values: see [`Signs::can_be_sure`].
    #[inline]
    pub(super) fn sure_bounds<const N: usize>(
        &self,
        query: &SignsQuery<'_>,
        slots: [u32; N],
    ) -> [f32; N] {
        self.estimates_less(query, slots, |terms| {
            let Terms { offset, weight, spread, around } = terms;
            let off = SURE * query.reach * spread + weight * query.rest + query.rounding * around;
            query.times * off + query.relative * (query.offset.abs() + offset.abs())
        })
    }

    /// Whether vectors have so many values that a bound can be as good as certain.
    pub(super) fn can_be_sure(frame: &Frame) -> bool {
        frame.dimension >= FEWEST_VALUES
    }

    #[inline]
    pub(super) fn likely_error(&self, query: &SignsQuery<'_>, slot: u32) -> f32 {
        query.times * LIKELY * query.reach * self.row(slot).1.spread
    }

    /// Estimates, less what `off` says that they may be off.
    #[inline]
    fn estimates_less<const N: usize>(
        &self,
        query: &SignsQuery<'_>,
        slots: [u32; N],
        off: impl Fn(Terms) -> f32,
    ) -> [f32; N] {
        let rows = slots.map(|slot| self.row(slot));
        let sums = mask::chosen_sums(query.codes, rows.map(|(bits, _)| bits));
        let mut estimates = [0.0; N];
        for n in 0..N {
            let terms = rows[n].1;
            let along = (2 * sums[n] - query.sum) as f32 * query.step;
            let estimate = query.offset + terms.offset - query.times * terms.weight * along;
            estimates[n] = estimate - off(terms);
        }
        estimates
    }

    #[inline]
    pub(super) fn fetch(&self, slots: &[u32]) {
        self.rows.fetch(slots, |word| word);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes()
    }

    #[inline]
    fn row(&self, slot: u32) -> (&[u32], Terms) {
        let (bits, terms) =
            self.rows.row(slot).split_last_chunk::<TERMS>().expect("a row has terms");
        let [offset, weight, spread, around] = terms.map(f32::from_bits);
        (bits, Terms { offset, weight, spread, around })
    }
}

/// How wrong a sum of products is at most, relative to the lengths of both: rotating rounds too.
fn rounding(frame: &Frame) -> f32 {
    frame.rounding() + ROTATION_ROUNDINGS * f32::EPSILON
}
