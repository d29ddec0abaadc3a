//! The distance kernels against a scalar specification.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use proptest::prelude::*;
use vecino_kernels::distance::{Space, dot, squared_l2};
use vecino_kernels::vectors::{Quantization, QueryMemory, Vectors};

use support::finite;

/// The specification: one sum, in order, in f64.
fn specified(a: &[f32], b: &[f32], term: impl Fn(f64, f64) -> f64) -> f64 {
    a.iter().zip(b).map(|(&x, &y)| term(f64::from(x), f64::from(y))).sum()
}

/// What f32 arithmetic may be off by: each of eight running sums adds up an eighth of the terms, and every
/// operation rounds by at most half an epsilon of the sum of the terms' sizes. Twice that is allowed.
fn allowed(a: &[f32], b: &[f32], size: impl Fn(f64, f64) -> f64) -> f64 {
    let operations = a.len() as f64 / 8.0 + 8.0;
    operations * f64::from(f32::EPSILON) * specified(a, b, size)
}

fn assert_kernels_agree(a: &[f32], b: &[f32]) {
    let error = (f64::from(dot(a, b)) - specified(a, b, |x, y| x * y)).abs();
    let bound = allowed(a, b, |x, y| (x * y).abs());
    assert!(error <= bound, "dot of {} values is off by {error}, at most {bound}", a.len());

    let square = |x: f64, y: f64| (x - y) * (x - y);
    let error = (f64::from(squared_l2(a, b)) - specified(a, b, square)).abs();
    // The difference of two values is rounded before it is squared.
    let bound = 2.0 * allowed(a, b, square);
    assert!(error <= bound, "squared_l2 of {} values is off by {error}, at most {bound}", a.len());
}

/// Values between -1 and 1 that look random, the same in every run.
fn values(seed: u32, len: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
    };
    (0..len).map(|_| next()).collect()
}

fn new(space: Space, dimension: usize) -> Vectors {
    Vectors::new(space, dimension, Quantization::None)
}

fn between(vectors: &Vectors, a: u32, b: u32) -> f32 {
    vectors.distance(&vectors.stored(a, &mut QueryMemory::default()), b)
}

#[test]
fn kernels_agree_with_the_specification_at_every_length() {
    for len in (1..=70).chain([384, 1024]) {
        for seed in 0..8 {
            assert_kernels_agree(&values(seed, len), &values(seed + 100, len));
        }
    }
}

#[test]
fn the_distance_to_itself_is_zero() {
    for len in (1..=70).chain([384, 1024]) {
        let vector = values(7, len);
        assert_eq!(squared_l2(&vector, &vector), 0.0);
        let mut vectors = new(Space::Cosine, len);
        vectors.set(0, &vector);
        let own = between(&vectors, 0, 0);
        assert!(own.abs() <= 2e-6, "{own} at {len} values");
    }
}

#[test]
fn empty_vectors_are_at_distance_zero() {
    assert_eq!((dot(&[], &[]), squared_l2(&[], &[])), (0.0, 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn distances_of_finite_vectors_are_never_nan_and_symmetric(
        pairs in prop::collection::vec((finite(), finite()), 1..40),
    ) {
        let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
        for space in [Space::L2, Space::Cosine, Space::Ip] {
            let mut vectors = new(space, a.len());
            vectors.set(0, &a);
            vectors.set(1, &b);
            let (there, back) = (between(&vectors, 0, 1), between(&vectors, 1, 0));
            prop_assert!(!there.is_nan(), "{space:?}");
            match space {
                Space::L2 => prop_assert!(there >= 0.0 && there == back),
                Space::Cosine => prop_assert!((-1e-5..=2.0 + 1e-5).contains(&there), "{there}"),
                Space::Ip => prop_assert_eq!(there, back),
            }
        }
    }
}
