//! A rotation that spreads what a vector says evenly over its values: a bit each then keeps about the same share of any
//! vector, however few of its values are large. Lengths and inner products stay what they are.
//!
//! Signs turned by a fixed pseudo-random pattern and a Hadamard transform, a few times over: O(n log n), and
//! nothing to keep (Ailon and Chazelle 2009). A transform takes a power of two of values; other lengths are covered by
//! two that overlap.

/// After so many turns even a vector of a single value is spread evenly.
const TURNS: u32 = 3;

/// Rotate `values`; the same rotation for all of one length.
pub(super) fn rotate(values: &mut [f32]) {
    if values.is_empty() {
        return;
    }
    let block = 1 << values.len().ilog2();
    let mut pattern = 0x9E37_79B9_u32;
    for _ in 0..TURNS {
        for part in values.chunks_mut(32) {
            // xorshift32 (Marsaglia 2003): a bit a value.
            pattern ^= pattern << 13;
            pattern ^= pattern >> 17;
            pattern ^= pattern << 5;
            for (bit, x) in part.iter_mut().enumerate() {
                *x = f32::from_bits(x.to_bits() ^ (pattern >> bit << 31));
            }
        }
        transform(&mut values[..block]);
        if block < values.len() {
            let second = values.len() - block;
            transform(&mut values[second..]);
        }
    }
}

/// The Hadamard transform of a power of two of values, scaled so that lengths stay.
fn transform(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let scale = 1.0 / (values.len() as f32).sqrt();
    values.iter_mut().for_each(|x| *x *= scale);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::dot;

    #[test]
    fn inner_products_stay() {
        for len in (1..70).chain([384, 511, 1_536]) {
            let values = |seed: f32| (0..len).map(move |n| (n as f32 * seed).sin());
            let (mut a, mut b): (Vec<f32>, Vec<f32>) =
                (values(1.7).collect(), values(0.3).collect());
            let before = [dot(&a, &a), dot(&a, &b), dot(&b, &b)];
            rotate(&mut a);
            rotate(&mut b);
            for (before, after) in before.into_iter().zip([dot(&a, &a), dot(&a, &b), dot(&b, &b)]) {
                assert!((before - after).abs() < 1e-5 * len as f32, "{len}: {before} {after}");
            }
        }
    }

    #[test]
    fn a_single_value_is_spread() {
        for at in [0, 100, 300, 383] {
            let mut values = vec![0.0; 384];
            values[at] = 1.0;
            rotate(&mut values);
            let share: f32 = values.iter().map(|x| x.abs()).sum::<f32>() / 384.0_f32.sqrt();
            assert!(share > 0.7, "{at}: {share}");
        }
    }
}
