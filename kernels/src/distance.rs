//! Distances between vectors: smaller is closer in every space.
//!
//! The kernels are safe Rust. A sum over `zip().map()` must be added up in order and stays scalar; eight
//! independent running sums let the compiler use SIMD registers, natively and with wasm's `simd128`, and come out
//! as fast as hand-written intrinsics. `tests/kernels.rs` holds them to a three-line scalar specification.
//!
//! What did not help (384 values, native and wasm): sixteen or thirty-two sums; three or four rows side by side
//! (some combinations were shuffled lane by lane and took five times as long).

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
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let [sum] = dot_rows(a, [b]);
    sum
}

/// The squared Euclidean distance of two vectors of equal length.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[inline]
pub fn squared_l2(a: &[f32], b: &[f32]) -> f32 {
    let [sum] = squared_l2_rows(a, [b]);
    sum
}

/// [`dot`] of `a` with each of `rows`, in one pass over `a`: the rows' memory is fetched side by side. Each
/// result has exactly the bits that [`dot`] gives.
#[inline]
pub(crate) fn dot_rows<const N: usize>(a: &[f32], rows: [&[f32]; N]) -> [f32; N] {
    sum_rows(a, rows, |x, y| x * y)
}

/// [`squared_l2`] of `a` with each of `rows`; see [`dot_rows`].
#[inline]
pub(crate) fn squared_l2_rows<const N: usize>(a: &[f32], rows: [&[f32]; N]) -> [f32; N] {
    sum_rows(a, rows, |x, y| (x - y) * (x - y))
}

/// The sum of `term` over the elements of `a` and each of `rows`. The order of additions depends on the length
/// alone, so that a distance is the same however it is asked for.
#[inline(always)]
fn sum_rows<const N: usize>(
    a: &[f32],
    rows: [&[f32]; N],
    term: impl Fn(f32, f32) -> f32,
) -> [f32; N] {
    let (a_chunks, a_tail) = a.as_chunks::<LANES>();
    let split = rows.map(|row| {
        assert_eq!(a.len(), row.len(), "vectors of lengths {} and {}", a.len(), row.len());
        row.as_chunks::<LANES>()
    });
    let mut sums = [[0.0_f32; LANES]; N];
    for (i, x) in a_chunks.iter().enumerate() {
        for n in 0..N {
            for lane in 0..LANES {
                sums[n][lane] += term(x[lane], split[n].0[i][lane]);
            }
        }
    }
    let mut totals = [0.0; N];
    for n in 0..N {
        let tail: f32 = a_tail.iter().zip(split[n].1).map(|(&x, &y)| term(x, y)).sum();
        totals[n] = fold(&sums[n]) + tail;
    }
    totals
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
    fn rows_side_by_side_have_the_bits_of_one_alone() {
        let value = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 7.0;
        for dimension in [1, 15, 16, 17, 70, 384] {
            let a: Vec<f32> = (0..dimension).map(value).collect();
            let rows: Vec<Vec<f32>> =
                (1..5).map(|r| (0..dimension).map(|i| value(i * r + r)).collect()).collect();
            let four = [&rows[0][..], &rows[1], &rows[2], &rows[3]];
            for (row, (dots, squares)) in
                four.iter().zip(dot_rows(&a, four).into_iter().zip(squared_l2_rows(&a, four)))
            {
                assert_eq!(dots.to_bits(), dot(&a, row).to_bits());
                assert_eq!(squares.to_bits(), squared_l2(&a, row).to_bits());
            }
        }
    }

    #[test]
    #[should_panic(expected = "vectors of lengths 2 and 3")]
    fn lengths_must_agree() {
        let _ = dot(&[1.0, 2.0], &[1.0, 2.0, 3.0]);
    }
}
