//! Codes of a byte a value.
//!
//! A difference from the center is coded in steps of a size of its own: `v' = step * code + rest`, `code` being whole
//! numbers from -127 to 127. So an inner product is one of whole numbers, and the length of `rest` bounds how wrong
//! it can be (Cauchy and Schwarz). Since a step belongs to one vector, no other vector's range matters.

use std::hint::black_box;

use super::dot::{self, STEP};
use super::frame::{Difference, Frame, LARGEST, encode};
use super::{Code, FillCode};
use crate::damaged::Damaged;
use crate::pages::Pages;

/// How many steps the sum of what rounding leaves is at most, as good as certainly, for a query of length 1.
const LIKELY: f32 = 1.5;

/// A row of codes a slot.
#[derive(Debug)]
pub(super) struct Bytes {
    /// The largest value of a query's code: as large as an i32 allows.
    finest: f32,
    /// Codes, then zeros up to a multiple of [`STEP`].
    rows: Pages<i8>,
    /// What belongs to a code, a row a slot; see [`Terms`].
    terms: Pages<f32>,
}

/// What a distance takes besides a vector's codes.
#[derive(Debug, Clone, Copy, Default)]
struct Terms {
    /// What the vector adds to every distance from it.
    offset: f32,
    /// The size of a step; NaN for a vector that cannot be coded.
    weight: f32,
    /// How wrong an inner product with a vector of length 1 can be.
    error: f32,
}

impl Terms {
    fn numbers(self) -> [f32; 3] {
        [self.offset, self.weight, self.error]
    }
}

/// A vector to measure from, in whole numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BytesQuery<'a> {
    codes: &'a [i16],
    offset: f32,
    weight: f32,
    /// What a row's error is multiplied with.
    reach: f32,
    rounding: f32,
}

impl Bytes {
    /// No codes yet, for `rows_per_page` vectors of `dimension` values a page.
    pub(super) fn new(dimension: usize, rows_per_page: u32) -> Self {
        let padded = dimension.next_multiple_of(STEP);
        Self {
            finest: (i32::MAX as f32 / LARGEST / padded as f32 - 1.0).min(i16::MAX.into()).max(1.0),
            rows: Pages::in_pieces(padded, rows_per_page),
            terms: Pages::new(3, rows_per_page),
        }
    }

    /// Code a vector by its difference from the center, which is in `values`; that is gone afterwards.
    pub(super) fn set(
        &mut self,
        slot: u32,
        frame: &Frame,
        difference: Option<&Difference>,
        values: &mut [f32],
        codes: &mut Vec<i16>,
    ) {
        self.rows.ensure(slot + 1);
        self.terms.ensure(slot + 1);
        let mut terms = Terms { offset: f32::NAN, weight: f32::NAN, error: f32::INFINITY };
        if let Some(difference) = difference {
            codes.resize(values.len(), 0);
            let (step, error) = encode(difference.high, LARGEST, values, codes, |code| code);
            for (place, &code) in self.rows.row_mut(slot).iter_mut().zip(&*codes) {
                *place = code as i8;
            }
            // A query of length 1 is coded too, and sums are rounded.
            let query_error = (frame.dimension as f32).sqrt() / (2.0 * self.finest);
            let around = difference.squared_norm.sqrt() + frame.center.norm();
            terms = Terms {
                offset: frame.offset(difference),
                weight: step,
                error: error + around * (query_error + frame.rounding()),
            };
        }
        self.terms.row_mut(slot).copy_from_slice(&terms.numbers());
    }

    /// A vector to measure from, as exactly as an i16 allows. Its difference from the center is in `values`, which is
    /// gone afterwards; the codes are written to `codes`.
    pub(super) fn query<'a>(
        &self,
        frame: &Frame,
        difference: &Difference,
        values: &mut [f32],
        codes: &'a mut Vec<i16>,
    ) -> BytesQuery<'a> {
        codes.resize(values.len(), 0);
        let (step, _) = encode(difference.high, self.finest, values, codes, |code| code);
        let norm = difference.squared_norm.sqrt();
        query(frame, codes, frame.offset(difference), step, norm + frame.around())
    }

    /// The vector in `slot` to measure from; its codes are written to `codes`. No bounds can be had from it.
    #[inline]
    pub(super) fn stored<'a>(
        &self,
        frame: &Frame,
        slot: u32,
        codes: &'a mut Vec<i16>,
    ) -> BytesQuery<'a> {
        let (row, terms) = self.row(slot);
        codes.resize(row.len(), 0);
        for (place, &code) in codes.iter_mut().zip(row) {
            *place = code.into();
        }
        query(frame, codes, terms.offset, terms.weight, f32::INFINITY)
    }

    #[inline]
    pub(super) fn estimates<const N: usize>(
        &self,
        query: &BytesQuery<'_>,
        slots: [u32; N],
    ) -> [f32; N] {
        let rows = slots.map(|slot| self.row(slot));
        let sums = dot::dot_rows(query.codes, rows.map(|(codes, _)| codes));
        let mut estimates = [0.0; N];
        for n in 0..N {
            estimates[n] = query.estimate(rows[n].1, sums[n]);
        }
        estimates
    }

    /// What the distance is at least and at most.
    #[inline]
    pub(super) fn bounds(&self, query: &BytesQuery<'_>, slot: u32) -> (f32, f32) {
        let (codes, terms) = self.row(slot);
        let [sum] = dot::dot_rows(query.codes, [codes]);
        let rounding = query.rounding * (query.offset.abs() + terms.offset.abs());
        let (estimate, error) = (query.estimate(terms, sum), query.reach * terms.error + rounding);
        (estimate - error, estimate + error)
    }

    /// Rounding leaves half a step of each value, either way. Where that is independent of the query, a sum of
    /// `dimension` such parts is more than three half steps of a query of length 1 off in 2 % of all cases at
    /// the very most (Hoeffding 1963), and where the query's values are alike, less than once in a million times.
    #[inline]
    pub(super) fn likely_error(&self, query: &BytesQuery<'_>, slot: u32) -> f32 {
        let terms = self.terms(slot);
        query.reach * terms.error.min(LIKELY * terms.weight)
    }

    #[inline]
    pub(super) fn fetch(&self, slots: &[u32]) {
        self.rows.fetch(slots, |code| code as u32);
        let seen = slots.iter().fold(0, |seen, &slot| seen ^ self.terms(slot).offset.to_bits());
        black_box(seen);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes() + self.terms.memory_bytes()
    }

    pub(super) fn rows(&self) -> &Pages<i8> {
        &self.rows
    }

    pub(super) fn rows_mut(&mut self) -> &mut Pages<i8> {
        &mut self.rows
    }

    /// With padding.
    pub(super) fn code(&self, slot: u32) -> Code<'_> {
        let (codes, terms) = self.row(slot);
        Code { codes, terms: terms.numbers() }
    }

    pub(super) fn restore_page<E: From<Damaged>>(
        &mut self,
        n: u32,
        dimension: usize,
        fill: &mut FillCode<'_, E>,
    ) -> Result<(), E> {
        self.rows.ensure_clean(n)?;
        self.terms.ensure_clean(n)?;
        let rows_per_page = self.rows.rows_per_page();
        for slot in n * rows_per_page..(n + 1) * rows_per_page {
            let place = &mut self.rows.row_mut(slot)[..dimension];
            let terms = fill(slot, place)?;
            self.terms.row_mut(slot).copy_from_slice(&terms);
        }
        Ok(self.rows.ensure_clean(n)?)
    }

    pub(super) fn forget_page(&mut self, n: u32) -> Result<(), Damaged> {
        self.rows.ensure_clean(n)?;
        self.terms.ensure_clean(n)?;
        let rows_per_page = self.rows.rows_per_page();
        for slot in n * rows_per_page..(n + 1) * rows_per_page {
            self.rows.row_mut(slot).fill(0);
            self.terms.row_mut(slot).fill(f32::NAN);
        }
        Ok(())
    }

    #[inline]
    fn row(&self, slot: u32) -> (&[i8], Terms) {
        (self.rows.row(slot), self.terms(slot))
    }

    #[inline]
    fn terms(&self, slot: u32) -> Terms {
        match *self.terms.row(slot) {
            [offset, weight, error] => Terms { offset, weight, error },
            _ => unreachable!("a row has three numbers"),
        }
    }
}

#[inline]
fn query<'a>(frame: &Frame, codes: &'a [i16], own: f32, step: f32, reach: f32) -> BytesQuery<'a> {
    let (offset, times) = frame.beginning(own);
    let rounding = frame.rounding();
    BytesQuery { codes, offset, weight: times * step, reach: times * reach, rounding }
}

impl BytesQuery<'_> {
    #[inline]
    fn estimate(&self, terms: Terms, sum: i32) -> f32 {
        self.offset + terms.offset - self.weight * terms.weight * sum as f32
    }
}
