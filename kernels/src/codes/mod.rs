//! Codes: every vector a second time, in a byte a value. A walk measures distances on them, from a quarter of the
//! memory; what it found is measured again on the vectors.
//!
//! A vector `v` is coded as its difference from a common `center`, in steps of a size of its own:
//! `v - center = step * code + rest`, `code` being whole numbers from -127 to 127. In cosine space `v` is made a
//! unit vector first. So an inner product of whole numbers, two factors and two summands are a distance in every
//! space, and the length of `rest` bounds how wrong it can be (Cauchy and Schwarz):
//!
//! ```text
//! l2          |q - v|^2 = |q'|^2      + |v'|^2 - 2 q'v'          where q' = q - center, v' = v - center
//! ip, cosine  1 - qv    = 1 - q'c - cc - v'c   -   q'v'          where c = center
//!             estimate  = offset(q)   + offset(v) - weight(q) * weight(v) * sum(code(q) * code(v))
//! ```
//!
//! Codes are derived, and stored only where they are all of a vector that is in memory. Since a step belongs to one vector, no other vector's range matters, and the center
//! follows the data ([`center`]).

mod center;
mod dot;

use std::hint::black_box;
use std::ops::Range;

use crate::damaged::Damaged;
use crate::distance::{self, Space};
use crate::pages::Pages;
use center::Center;
use dot::STEP;

/// How many steps the sum of what rounding leaves is at most, as good as certainly, for a query of length 1.
const LIKELY: f32 = 1.5;
/// The largest code.
const LARGEST: f32 = 127.0;
/// Steps between these are far enough from what overflows or underflows when squared in f32.
const COMFORTABLE_STEPS: Range<f32> = 1e-12..1e12;
/// An f32 whose last bit counts ones: added to it, a number is rounded, to even, and its lowest bits are the whole
/// number's.
const WHOLE: f32 = 12_582_912.0; // 1.5 * 2^23

/// The codes of the vectors in the slots of a [`Vectors`](crate::vectors::Vectors).
#[derive(Debug)]
pub(crate) struct Codes {
    space: Space,
    dimension: usize,
    /// Codes in a row: the dimension and zeros up to a multiple of [`STEP`](dot::STEP).
    padded: usize,
    /// The largest value of a query's code: as large as an i32 allows.
    finest: f32,
    /// A row a slot: codes, then padding.
    rows: Pages<i8>,
    /// What belongs to a code, a row a slot; see [`Terms`].
    terms: Pages<f32>,
    center: Center,
    memory: QueryMemory,
}

/// Memory for what a query is in whole numbers, kept from one to the next.
#[derive(Debug, Default)]
pub struct QueryMemory {
    codes: Vec<i16>,
    /// What the codes leave out.
    rest: Vec<f32>,
}

impl QueryMemory {
    /// Bytes allocated.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.codes.capacity() * size_of::<i16>() + self.rest.capacity() * size_of::<f32>()
    }
}

/// A vector's code and what belongs to it, to be stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Code<'a> {
    /// A whole number for each of the vector's.
    pub codes: &'a [i8],
    /// What a distance takes besides.
    pub terms: [f32; 3],
}

/// Writes the code in a slot to its place, and returns its terms.
pub type FillCode<'a, E> = dyn FnMut(u32, &mut [i8]) -> Result<[f32; 3], E> + 'a;

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
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CodedQuery<'a> {
    codes: &'a [i16],
    offset: f32,
    weight: f32,
    /// What a row's error is multiplied with.
    reach: f32,
}

impl Codes {
    /// No codes yet, for `rows_per_page` vectors of `dimension` values a page.
    pub(crate) fn new(space: Space, dimension: usize, rows_per_page: u32) -> Self {
        let padded = dimension.next_multiple_of(STEP);
        Self {
            space,
            dimension,
            padded,
            finest: (i32::MAX as f32 / LARGEST / padded as f32 - 1.0).min(i16::MAX.into()).max(1.0),
            rows: Pages::new(padded, rows_per_page),
            terms: Pages::new(3, rows_per_page),
            center: Center::new(padded),
            memory: QueryMemory::default(),
        }
    }

    /// Code `vector`, which has just come into `slot`; `true` if the center has moved away from what the other
    /// codes were derived with: then all of them are to be derived anew.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32], inverse_norm: f32) -> bool {
        let squared_norm = self.derive(slot, vector, inverse_norm);
        self.center.saw(vector, self.scale(inverse_norm), squared_norm)
    }

    /// Code `vector` in `slot` with the present center; returns its squared distance from there, NaN if it cannot be
    /// coded.
    #[inline(never)]
    pub(crate) fn derive(&mut self, slot: u32, vector: &[f32], inverse_norm: f32) -> f32 {
        self.rows.ensure(slot + 1);
        let scale = self.scale(inverse_norm);
        let relative = self.query_error() + self.rounding();
        self.terms.ensure(slot + 1);
        let coded = encode(vector, scale, &self.center, LARGEST, &mut self.memory);
        for (place, &code) in self.rows.row_mut(slot).iter_mut().zip(&self.memory.codes) {
            *place = code as i8;
        }
        let squared_norm = coded.as_ref().map_or(f32::NAN, |coded| coded.squared_norm);
        let mut terms = Terms { offset: f32::NAN, weight: f32::NAN, error: f32::INFINITY };
        if let Some(Coded { step, squared_norm, along_center, error }) = coded {
            let around = squared_norm.sqrt() + self.center.norm();
            terms = Terms {
                offset: match self.space {
                    Space::L2 => squared_norm,
                    Space::Cosine | Space::Ip => -along_center,
                },
                weight: step,
                error: error + around * relative,
            };
        }
        self.terms.row_mut(slot).copy_from_slice(&terms.numbers());
        squared_norm
    }

    /// `vector` to measure from, as exactly as an i16 allows; its codes are written to `memory`.
    pub(crate) fn query<'a>(
        &self,
        vector: &[f32],
        inverse_norm: f32,
        memory: &'a mut QueryMemory,
    ) -> CodedQuery<'a> {
        let coded = encode(vector, self.scale(inverse_norm), &self.center, self.finest, memory);
        let uncoded = Coded { step: f32::NAN, squared_norm: 0.0, along_center: 0.0, error: 0.0 };
        let Coded { step, squared_norm, along_center, .. } = coded.unwrap_or(uncoded);
        let own = match self.space {
            Space::L2 => squared_norm,
            Space::Cosine | Space::Ip => -along_center,
        };
        self.coded_query(&memory.codes, own, step, squared_norm.sqrt())
    }

    /// The vector in `slot` to measure from; its codes are written to `memory`. No bounds can be had from it.
    #[inline]
    pub(crate) fn stored<'a>(&self, slot: u32, memory: &'a mut QueryMemory) -> CodedQuery<'a> {
        let (codes, terms) = self.row(slot);
        memory.codes.resize(self.padded, 0);
        for (place, &code) in memory.codes.iter_mut().zip(codes) {
            *place = code.into();
        }
        self.coded_query(&memory.codes, terms.offset, terms.weight, f32::INFINITY)
    }

    #[inline]
    fn coded_query<'a>(&self, codes: &'a [i16], own: f32, step: f32, norm: f32) -> CodedQuery<'a> {
        match self.space {
            Space::L2 => CodedQuery { codes, offset: own, weight: 2.0 * step, reach: 2.0 * norm },
            Space::Cosine | Space::Ip => {
                let center = self.center.norm();
                let offset = 1.0 + own - center * center;
                CodedQuery { codes, offset, weight: step, reach: norm + center }
            }
        }
    }

    /// About the distance from `query` to the vectors in `slots`; NaN if one of the two cannot be coded.
    ///
    /// # Panics
    /// If a slot has no code.
    #[inline]
    pub(crate) fn estimates<const N: usize>(
        &self,
        query: &CodedQuery<'_>,
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

    /// What the distance from `query` to the vector in `slot` is at least and at most, however it is rounded;
    /// infinities or NaN if one of the two cannot be coded.
    ///
    /// # Panics
    /// If the slot has no code.
    #[inline]
    pub(crate) fn bounds(&self, query: &CodedQuery<'_>, slot: u32) -> (f32, f32) {
        let (codes, terms) = self.row(slot);
        let [sum] = dot::dot_rows(query.codes, [codes]);
        let rounding = self.rounding() * (query.offset.abs() + terms.offset.abs());
        let (estimate, error) = (query.estimate(terms, sum), query.reach * terms.error + rounding);
        (estimate - error, estimate + error)
    }

    /// How wrong an estimate of the distance from `query` to the vector in `slot` is at most, as good as certainly.
    ///
    /// Rounding leaves half a step of each value, either way. Where that is independent of the query, a sum of
    /// `dimension` such parts is more than three half steps of a query of length 1 off in 2 % of all cases at
    /// the very most (Hoeffding 1963), and where the query's values are alike, less than once in a million times.
    #[inline]
    pub(crate) fn likely_error(&self, query: &CodedQuery<'_>, slot: u32) -> f32 {
        let terms = self.terms(slot);
        query.reach * terms.error.min(LIKELY * terms.weight)
    }

    /// Have the codes of `slots` fetched from memory; see [`Pages::fetch`].
    #[inline]
    pub(crate) fn fetch(&self, slots: &[u32]) {
        self.rows.fetch(slots, |code| code as u32);
        let seen = slots.iter().fold(0, |seen, &slot| seen ^ self.terms(slot).offset.to_bits());
        black_box(seen);
    }

    /// The codes' own rows.
    pub(crate) fn rows(&self) -> &Pages<i8> {
        &self.rows
    }

    /// The codes' own rows, of which pages change.
    pub(crate) fn rows_mut(&mut self) -> &mut Pages<i8> {
        &mut self.rows
    }

    /// Whether two slots have the same code.
    pub(crate) fn are_equal(&self, a: u32, b: u32) -> bool {
        self.code(a) == self.code(b)
    }

    /// What codes are differences from.
    pub(crate) fn center(&self) -> &[f32] {
        &self.center.values()[..self.dimension]
    }

    /// Keeps the center where it is.
    pub(crate) fn fix_center(&mut self) {
        self.center.fix();
    }

    /// The code in `slot`, without padding.
    pub(crate) fn code(&self, slot: u32) -> Code<'_> {
        let (codes, terms) = self.row(slot);
        Code { codes: &codes[..self.dimension], terms: terms.numbers() }
    }

    /// See [`Vectors::restore_codes`](crate::vectors::Vectors::restore_codes).
    pub(crate) fn restore_page<E: From<Damaged>>(
        &mut self,
        n: u32,
        center: &[f32],
        fill: &mut FillCode<'_, E>,
    ) -> Result<(), E> {
        if !self.center.is_fixed() {
            let mut padded = vec![0.0; self.padded];
            padded[..self.dimension].copy_from_slice(center);
            self.center.restore(&padded);
        } else if self.center() != center {
            return Err(Damaged("codes are differences from another center".to_owned()).into());
        }
        self.rows.restore_page(n)?;
        self.terms.restore_page(n)?;
        let rows_per_page = self.rows.rows_per_page();
        for slot in n * rows_per_page..(n + 1) * rows_per_page {
            let place = &mut self.rows.row_mut(slot)[..self.dimension];
            let terms = fill(slot, place)?;
            self.terms.row_mut(slot).copy_from_slice(&terms);
        }
        self.rows.restore_page(n)?;
        Ok(())
    }

    /// See [`Vectors::forget_codes`](crate::vectors::Vectors::forget_codes).
    pub(crate) fn forget_page(&mut self, n: u32) -> Result<(), Damaged> {
        self.rows.restore_page(n)?.fill(0);
        self.terms.restore_page(n)?.fill(f32::NAN);
        self.rows.mark_dirty(n);
        Ok(())
    }

    /// Whether there is no code in `slot`.
    pub(crate) fn is_unknown(&self, slot: u32) -> bool {
        self.terms(slot).weight.is_nan()
    }

    /// Bytes allocated.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes() + self.terms.memory_bytes()
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

    /// What a vector is multiplied with before it is coded.
    fn scale(&self, inverse_norm: f32) -> f32 {
        if self.space == Space::Cosine { inverse_norm } else { 1.0 }
    }

    /// How wrong an inner product with a row of length 1 can be because a query of length 1 is coded too.
    fn query_error(&self) -> f32 {
        (self.dimension as f32).sqrt() / (2.0 * self.finest)
    }

    /// How far apart two ways of adding `dimension` products can be, relative to the largest sum: every addition of
    /// each of eight running sums rounds. Twice that, for what else is rounded.
    fn rounding(&self) -> f32 {
        (self.dimension as f32 / 4.0 + 32.0) * f32::EPSILON
    }
}

impl CodedQuery<'_> {
    #[inline]
    fn estimate(&self, terms: Terms, sum: i32) -> f32 {
        self.offset + terms.offset - self.weight * terms.weight * sum as f32
    }
}

/// What is known of a vector once it is coded.
struct Coded {
    step: f32,
    /// Of its difference from the center.
    squared_norm: f32,
    /// The inner product of that difference and the center.
    along_center: f32,
    /// The length of what the codes leave out.
    error: f32,
}

/// Write `scale * vector - center` to `memory.codes` in steps of which `largest` make its largest value; `None` where
/// f32 arithmetic would overflow or underflow.
///
/// Every loop does one thing to one slice, which the compiler turns into SIMD; all in one loop it does not.
#[inline(never)]
fn encode(
    vector: &[f32],
    scale: f32,
    center: &Center,
    largest: f32,
    memory: &mut QueryMemory,
) -> Option<Coded> {
    let QueryMemory { codes, rest } = memory;
    center.differences(vector, scale, rest);
    codes.resize(rest.len(), 0);
    let high = distance::largest(rest);
    let step = high / largest;
    if high != 0.0 && !COMFORTABLE_STEPS.contains(&step) || scale.is_nan() {
        return None;
    }
    let per_step = if high == 0.0 { 0.0 } else { 1.0 / step };
    for (place, &x) in codes.iter_mut().zip(&*rest) {
        *place = (x * per_step + WHOLE).to_bits() as i16;
    }
    let squared_norm = distance::dot(rest, rest);
    let along_center = distance::dot(rest, center.values());
    for x in rest.iter_mut() {
        *x -= ((*x * per_step + WHOLE) - WHOLE) * step;
    }
    Some(Coded { step, squared_norm, along_center, error: distance::dot(rest, rest).sqrt() })
}
