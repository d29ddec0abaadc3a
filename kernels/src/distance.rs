//! Distances between vectors: smaller is closer in every space.
//!
//! The kernels are safe Rust. A sum over `zip().map()` must be added up in order and stays scalar; eight
//! independent running sums let the compiler use SIMD registers, natively and with wasm's `simd128`, and come out
//! as fast as hand-written intrinsics. `tests/kernels.rs` holds them to a three-line scalar specification.
//!
//! What did not help (384 values, native and wasm): sixteen or thirty-two sums; several rows side by side.

/// How many sums run side by side: two SIMD registers of four lanes for each row.
const LANES: usize = 8;

/// How the distance between two vectors is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Space {
    /// Squared Euclidean distance, `sum((a - b)^2)`: 0 for equal vectors. The default, as in Chroma.
    #[default]
    L2,
    /// `1 - cos(a, b)`, between 0 and 2 up to rounding. A zero vector is at distance 1 from everything.
    Cosine,
    /// `1 - dot(a, b)`, the inner product turned into a distance; it can be negative.
    Ip,
}

impl Space {
    /// The stable name: `l2`, `cosine` or `ip`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L2 => "l2",
            Self::Cosine => "cosine",
            Self::Ip => "ip",
        }
    }

    /// The space called `name`, or `None` if there is none; the inverse of [`Space::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "l2" => Some(Self::L2),
            "cosine" => Some(Self::Cosine),
            "ip" => Some(Self::Ip),
            _ => None,
        }
    }
}

/// The inner product of two vectors of equal length.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |x, y| x * y)
}

/// The squared Euclidean distance of two vectors of equal length.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn squared_l2(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |x, y| (x - y) * (x - y))
}

/// The largest absolute value in `vector`, whose length is a multiple of eight; 0 if it is empty.
pub(crate) fn largest(vector: &[f32]) -> f32 {
    let mut largest = [0.0_f32; LANES];
    for chunk in vector.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            let size = chunk[lane].abs();
            largest[lane] = if size > largest[lane] { size } else { largest[lane] };
        }
    }
    largest.into_iter().fold(0.0, f32::max)
}

/// The sum of the absolute values in `vector`.
pub(crate) fn total(vector: &[f32]) -> f32 {
    sum(vector, vector, |x, _| x.abs())
}

/// The sum of `term` over the elements of `a` and `b`. The order of additions depends on the length alone.
#[inline(always)]
fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    assert_eq!(a.len(), b.len(), "vectors of lengths {} and {}", a.len(), b.len());
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (x, y) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += term(x[lane], y[lane]);
        }
    }
    let tail: f32 = a_tail.iter().zip(b_tail).map(|(&x, &y)| term(x, y)).sum();
    fold(&sums) + tail
}

/// The sum of the lanes. Not inlined on purpose: seen together with the loop above, the compiler rearranges the
/// lanes for these few additions and shuffles them in every step of the loop.
#[inline(never)]
fn fold(sums: &[f32; LANES]) -> f32 {
    let mut four = [0.0; 4];
    for lane in 0..4 {
        four[lane] = sums[lane] + sums[lane + 4];
    }
    (four[0] + four[1]) + (four[2] + four[3])
}

/// Norms between these bounds can be squared, multiplied and summed in f32 without overflow or loss.
const COMFORTABLE_NORMS: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

/// What a vector's cosine is multiplied with: `1 / norm`, 0 for a zero vector (its cosine is 0 with everything),
/// and NaN where f32 arithmetic would overflow or underflow, which sends [`cosine`] to [`cosine_precisely`].
#[must_use]
pub(crate) fn inverse_norm(vector: &[f32]) -> f32 {
    let norm = squared_norm(vector).sqrt();
    if norm == 0.0 {
        0.0
    } else if COMFORTABLE_NORMS.contains(&norm) {
        (1.0 / norm) as f32
    } else {
        f32::NAN
    }
}

/// `1 - cos` of `a` and `b`, given their inner product and their inverse norms. Never NaN for finite vectors.
#[inline]
pub(crate) fn cosine(dot: f32, a: (&[f32], f32), b: (&[f32], f32)) -> f32 {
    let distance = 1.0 - dot * a.1 * b.1;
    if distance.is_nan() { cosine_precisely(a.0, b.0) } else { distance }
}

/// `1 - dot`. Never NaN for finite vectors: where the running sums overflow both ways, the sum is done in f64.
#[inline]
pub(crate) fn inner_product(dot: f32, a: &[f32], b: &[f32]) -> f32 {
    let distance = 1.0 - dot;
    if distance.is_nan() { (1.0 - dot_precisely(a, b)) as f32 } else { distance }
}

#[cold]
fn cosine_precisely(a: &[f32], b: &[f32]) -> f32 {
    let norms = squared_norm(a).sqrt() * squared_norm(b).sqrt();
    if norms == 0.0 { 1.0 } else { (1.0 - dot_precisely(a, b) / norms) as f32 }
}

#[cold]
fn dot_precisely(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
}

fn squared_norm(vector: &[f32]) -> f64 {
    vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for space in [Space::L2, Space::Cosine, Space::Ip] {
            assert_eq!(Space::parse(space.as_str()), Some(space));
        }
        assert_eq!(Space::parse("euclidean"), None);
    }

    #[test]
    #[should_panic(expected = "vectors of lengths 2 and 3")]
    fn lengths_must_agree() {
        let _ = dot(&[1.0, 2.0], &[1.0, 2.0, 3.0]);
    }
}
