//! What is coded: how vectors differ from a common center.

use std::ops::Range;

use super::center::Center;
use crate::distance::{self, Space};

/// Differences whose largest value is between these are far from what overflows or underflows when squared in f32, in
/// steps as well.
const COMFORTABLE: Range<f32> = 1e-10..1e14;

/// An f32 whose last bit counts ones: added to it, a number is rounded, to even, and its lowest bits are the whole
/// number's.
const WHOLE: f32 = 12_582_912.0; // 1.5 * 2^23

/// The largest code that an i8 holds whose negative it holds as well.
pub(super) const LARGEST: f32 = 127.0;

/// What codes of every kind have in common.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) space: Space,
    pub(super) dimension: usize,
    pub(super) center: Center,
}

/// What is known of a vector's difference from the center.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference {
    /// The largest of its values, without its sign.
    pub(super) high: f32,
    pub(super) squared_norm: f32,
    /// The inner product of the difference and the center.
    along_center: f32,
}

impl Frame {
    /// Leave in `values` how `vector` differs from the center, padded with zeros; `None` where f32 arithmetic would
    /// overflow or underflow.
    #[inline(never)]
    pub(super) fn difference(
        &self,
        vector: &[f32],
        inverse_norm: f32,
        values: &mut Vec<f32>,
    ) -> Option<Difference> {
        let scale = self.scale(inverse_norm);
        self.center.differences(vector, scale, values);
        let high = distance::largest(values);
        if high != 0.0 && !COMFORTABLE.contains(&high) || scale.is_nan() {
            return None;
        }
        Some(Difference {
            high,
            squared_norm: distance::dot(values, values),
            along_center: distance::dot(values, self.center.values()),
        })
    }

    /// What a vector is multiplied with before it is coded.
    pub(super) fn scale(&self, inverse_norm: f32) -> f32 {
        if self.space == Space::Cosine { inverse_norm } else { 1.0 }
    }

    /// What a vector adds to every distance from it.
    pub(super) fn offset(&self, difference: &Difference) -> f32 {
        match self.space {
            Space::L2 => difference.squared_norm,
            Space::Cosine | Space::Ip => -difference.along_center,
        }
    }

    /// What is to be added where measuring begins, and how often the inner product of the differences counts.
    #[inline]
    pub(super) fn beginning(&self, own: f32) -> (f32, f32) {
        match self.space {
            Space::L2 => (own, 2.0),
            Space::Cosine | Space::Ip => {
                let center = self.center.norm();
                (1.0 + own - center * center, 1.0)
            }
        }
    }

    /// How far from zero what is measured from the center can be, where that matters to rounding.
    #[inline]
    pub(super) fn around(&self) -> f32 {
        match self.space {
            Space::L2 => 0.0,
            Space::Cosine | Space::Ip => self.center.norm(),
        }
    }

    /// How far apart two ways of adding `dimension` products can be, relative to the largest sum: every addition of
    /// each of eight running sums rounds. Twice that, for what else is rounded.
    pub(super) fn rounding(&self) -> f32 {
        (self.dimension as f32 / 4.0 + 32.0) * f32::EPSILON
    }
}

/// Write `values` to `codes` in steps of which `largest` make `high`, the largest of them, and leave in `values` what
/// the codes leave out; returns the size of a step, and the length of the rest.
///
/// Every loop does one thing to one slice, which the compiler turns into SIMD; all in one loop it does not.
#[inline(never)]
pub(super) fn encode<T>(
    high: f32,
    largest: f32,
    values: &mut [f32],
    codes: &mut [T],
    narrow: impl Fn(i16) -> T,
) -> (f32, f32) {
    let step = high / largest;
    let per_step = if high == 0.0 { 0.0 } else { 1.0 / step };
    for (place, &x) in codes.iter_mut().zip(&*values) {
        *place = narrow((x * per_step + WHOLE).to_bits() as i16);
    }
    for x in values.iter_mut() {
        *x -= ((*x * per_step + WHOLE) - WHOLE) * step;
    }
    (step, distance::dot(values, values).sqrt())
}
