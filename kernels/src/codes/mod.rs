//! Codes: every vector a second time, in less memory. A walk measures distances on them; what it found is measured
//! again on the vectors. And they bound how near a vector can be, so that a scan passes over most.
//!
//! What is coded of a vector `v` is its difference from a common `center`, which follows the data ([`center`]). In cosine
//! space `v` is made a unit vector first. So a distance is two summands and an inner product in every space:
//!
//! ```text
//! l2          |q - v|^2 = |q'|^2          + |v'|^2 - 2 q'v'      where q' = q - center, v' = v - center
//! ip, cosine  1 - qv    = 1 - q'c - cc    - v'c    -   q'v'      where c = center
//! ```
//!
//! and how near to `q'v'` codes come is how near an estimate comes. There are two kinds: [`bytes`], a byte a value, and
//! [`signs`], a bit a value. Codes are derived, and stored only where they are all of a vector that is in memory.

mod bytes;
mod center;
mod dot;
mod frame;
mod mask;
mod rotation;
mod signs;

use crate::damaged::Damaged;
use crate::distance::Space;
use crate::pages::Pages;
use bytes::{Bytes, BytesQuery};
use center::Center;
use frame::Frame;
use signs::{Signs, SignsQuery};

/// The center has as many values as a vector, and zeros up to a multiple of this many.
const PADDING: usize = 8;

/// Signs tell too little of two vectors to choose links by.
const NOT_APART: &str = "vectors that are apart have codes of bytes";

/// The codes of the vectors in the slots of a [`Vectors`](crate::vectors::Vectors).
#[derive(Debug)]
pub(crate) struct Codes {
    frame: Frame,
    rows: Rows,
    memory: QueryMemory,
}

#[derive(Debug)]
enum Rows {
    Bytes(Bytes),
    Signs(Signs),
}

/// Which kind of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A byte a value.
    Bytes,
    /// A bit a value.
    Signs,
}

/// Memory for what a query is in whole numbers, kept from one to the next.
#[derive(Debug, Default)]
pub struct QueryMemory {
    codes: Vec<i16>,
    signs: Vec<i8>,
    /// How the vector differs from the center; then what the codes leave out.
    values: Vec<f32>,
}

impl QueryMemory {
    /// Bytes allocated.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.codes.capacity() * size_of::<i16>()
            + self.signs.capacity()
            + self.values.capacity() * size_of::<f32>()
    }
}

/// A vector's code of bytes and what belongs to it, to be stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Code<'a> {
    /// A whole number for each of the vector's.
    pub codes: &'a [i8],
    /// What a distance takes besides.
    pub terms: [f32; 3],
}

/// Writes the code in a slot to its place, and returns its terms.
pub type FillCode<'a, E> = dyn FnMut(u32, &mut [i8]) -> Result<[f32; 3], E> + 'a;

/// A vector to measure from, in whole numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum CodedQuery<'a> {
    /// It is measured from on the vectors.
    #[default]
    None,
    Bytes(BytesQuery<'a>),
    Signs(SignsQuery<'a>),
}

impl CodedQuery<'_> {
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Codes {
    /// No codes yet, for `rows_per_page` vectors of `dimension` values a page.
    pub(crate) fn new(kind: Kind, space: Space, dimension: usize, rows_per_page: u32) -> Self {
        let center = Center::new(dimension.next_multiple_of(PADDING));
        Self {
            frame: Frame { space, dimension, center },
            rows: match kind {
                Kind::Bytes => Rows::Bytes(Bytes::new(dimension, rows_per_page)),
                Kind::Signs => Rows::Signs(Signs::new(dimension, rows_per_page)),
            },
            memory: QueryMemory::default(),
        }
    }

    /// Code `vector`, which has just come into `slot`; `true` if the center has moved away from what the other
    /// codes were derived with: then all of them are to be derived anew.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32], inverse_norm: f32) -> bool {
        let squared_norm = self.derive(slot, vector, inverse_norm);
        self.frame.center.saw(vector, self.frame.scale(inverse_norm), squared_norm)
    }

    /// Code `vector` in `slot` with the present center; returns its squared distance from there, NaN if it cannot be
    /// coded.
    pub(crate) fn derive(&mut self, slot: u32, vector: &[f32], inverse_norm: f32) -> f32 {
        let Self { frame, rows, memory } = self;
        let QueryMemory { codes, values, .. } = memory;
        let difference = frame.difference(vector, inverse_norm, values);
        match rows {
            Rows::Bytes(rows) => rows.set(slot, frame, difference.as_ref(), values, codes),
            Rows::Signs(rows) => rows.set(slot, frame, difference.as_ref(), values),
        }
        difference.map_or(f32::NAN, |difference| difference.squared_norm)
    }

    /// `vector` to measure from, as exactly as codes allow; they are written to `memory`.
    pub(crate) fn query<'a>(
        &self,
        vector: &[f32],
        inverse_norm: f32,
        memory: &'a mut QueryMemory,
    ) -> CodedQuery<'a> {
        let QueryMemory { codes, signs, values } = memory;
        let frame = &self.frame;
        let Some(difference) = frame.difference(vector, inverse_norm, values) else {
            return CodedQuery::None;
        };
        match &self.rows {
            Rows::Bytes(rows) => CodedQuery::Bytes(rows.query(frame, &difference, values, codes)),
            Rows::Signs(rows) => CodedQuery::Signs(rows.query(frame, &difference, values, signs)),
        }
    }

    /// The vector in `slot` to measure from; its codes are written to `memory`. No bounds can be had from it. Two
    /// estimates' errors would be too much for a choice of links: signs leave them to the vectors.
    #[inline]
    pub(crate) fn stored<'a>(&self, slot: u32, memory: &'a mut QueryMemory) -> CodedQuery<'a> {
        match &self.rows {
            Rows::Bytes(rows) => {
                CodedQuery::Bytes(rows.stored(&self.frame, slot, &mut memory.codes))
            }
            Rows::Signs(_) => CodedQuery::None,
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
        match (&self.rows, query) {
            (Rows::Bytes(rows), CodedQuery::Bytes(query)) => rows.estimates(query, slots),
            (Rows::Signs(rows), CodedQuery::Signs(query)) => rows.estimates(query, slots),
            _ => [f32::NAN; N],
        }
    }

    /// What the distance from `query` to the vector in `slot` is at least and at most, however it is rounded;
    /// infinities or NaN if one of the two cannot be coded, or codes are too coarse to prove anything.
    ///
    /// # Panics
    /// If the slot has no code.
    #[inline]
    pub(crate) fn bounds(&self, query: &CodedQuery<'_>, slot: u32) -> (f32, f32) {
        match (&self.rows, query) {
            (Rows::Bytes(rows), CodedQuery::Bytes(query)) => rows.bounds(query, slot),
            _ => (f32::NAN, f32::NAN),
        }
    }

    /// How wrong an estimate of the distance from `query` to the vector in `slot` is at most, as good as certainly.
    #[inline]
    pub(crate) fn likely_error(&self, query: &CodedQuery<'_>, slot: u32) -> f32 {
        match (&self.rows, query) {
            (Rows::Bytes(rows), CodedQuery::Bytes(query)) => rows.likely_error(query, slot),
            (Rows::Signs(rows), CodedQuery::Signs(query)) => rows.likely_error(query, slot),
            _ => 0.0,
        }
    }

    /// Have the codes of `slots` fetched from memory; see [`Pages::fetch`](crate::pages::Pages::fetch).
    #[inline]
    pub(crate) fn fetch(&self, slots: &[u32]) {
        match &self.rows {
            Rows::Bytes(rows) => rows.fetch(slots),
            Rows::Signs(rows) => rows.fetch(slots),
        }
    }

    /// The kind that a walk goes by.
    pub(crate) fn kind(&self) -> Kind {
        match &self.rows {
            Rows::Bytes(_) => Kind::Bytes,
            Rows::Signs(_) => Kind::Signs,
        }
    }

    /// What a scan from `query` passes over others by; `None` where nothing is sure.
    pub(crate) fn sieve<'a>(&'a self, query: &'a CodedQuery<'_>) -> Option<Sieve<'a>> {
        match (&self.rows, query) {
            (Rows::Signs(signs), CodedQuery::Signs(query)) if Signs::can_be_sure(&self.frame) => {
                Some(Sieve { signs, query })
            }
            _ => None,
        }
    }

    /// The rows of codes of bytes, by which vectors that are apart are stored.
    ///
    /// # Panics
    /// If codes are signs.
    pub(crate) fn bytes(&self) -> &Pages<i8> {
        let Rows::Bytes(rows) = &self.rows else { unreachable!("{NOT_APART}") };
        rows.rows()
    }

    /// The same, of which pages change.
    ///
    /// # Panics
    /// If codes are signs.
    pub(crate) fn bytes_mut(&mut self) -> &mut Pages<i8> {
        self.stored_rows().rows_mut()
    }

    /// Whether two slots have the same code.
    ///
    /// # Panics
    /// If codes are signs.
    pub(crate) fn are_equal(&self, a: u32, b: u32) -> bool {
        self.code(a) == self.code(b)
    }

    /// What codes are differences from.
    pub(crate) fn center(&self) -> &[f32] {
        &self.frame.center.values()[..self.frame.dimension]
    }

    /// Keeps the center where it is.
    pub(crate) fn fix_center(&mut self) {
        self.frame.center.fix();
    }

    /// The code in `slot`, without padding.
    ///
    /// # Panics
    /// If codes are signs.
    pub(crate) fn code(&self, slot: u32) -> Code<'_> {
        let Rows::Bytes(rows) = &self.rows else { unreachable!("{NOT_APART}") };
        let Code { codes, terms } = rows.code(slot);
        Code { codes: &codes[..self.frame.dimension], terms }
    }

    /// See [`Vectors::restore_codes`](crate::vectors::Vectors::restore_codes).
    pub(crate) fn restore_page<E: From<Damaged>>(
        &mut self,
        n: u32,
        center: &[f32],
        fill: &mut FillCode<'_, E>,
    ) -> Result<(), E> {
        let dimension = self.frame.dimension;
        if !self.frame.center.is_fixed() {
            let mut padded = vec![0.0; self.frame.center.values().len()];
            padded[..dimension].copy_from_slice(center);
            self.frame.center.restore(&padded);
        } else if self.center() != center {
            return Err(Damaged("codes are differences from another center".to_owned()).into());
        }
        self.stored_rows().restore_page(n, dimension, fill)
    }

    /// See [`Vectors::forget_codes`](crate::vectors::Vectors::forget_codes).
    pub(crate) fn forget_page(&mut self, n: u32) -> Result<(), Damaged> {
        self.stored_rows().forget_page(n)
    }

    /// Whether there is no code in `slot`.
    ///
    /// # Panics
    /// If codes are signs.
    pub(crate) fn is_unknown(&self, slot: u32) -> bool {
        self.code(slot).terms[1].is_nan()
    }

    fn stored_rows(&mut self) -> &mut Bytes {
        let Rows::Bytes(rows) = &mut self.rows else { unreachable!("{NOT_APART}") };
        rows
    }

    /// Bytes allocated.
    pub(crate) fn memory_bytes(&self) -> usize {
        match &self.rows {
            Rows::Bytes(rows) => rows.memory_bytes(),
            Rows::Signs(rows) => rows.memory_bytes(),
        }
    }
}

/// Bounds on distances from a query, told from a bit a value: as good as certain.
pub(crate) struct Sieve<'a> {
    signs: &'a Signs,
    query: &'a SignsQuery<'a>,
}

impl Sieve<'_> {
    /// What the distances to the vectors in `slots` are at least, but for once in 10^6 times; NaN for what cannot be
    /// coded.
    #[inline]
    pub(crate) fn bounds<const N: usize>(&self, slots: [u32; N]) -> [f32; N] {
        self.signs.sure_bounds(self.query, slots)
    }
}
