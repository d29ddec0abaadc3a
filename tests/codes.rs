//! Codes: how near estimates are to distances, and that exact search over codes is exact.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use fixedbitset::FixedBitSet;
use proptest::prelude::*;
use vecino_kernels::distance::Space;
use vecino_kernels::exact::exact_search;
use vecino_kernels::nearest::{Nearest, Neighbor};
use vecino_kernels::quick::quick_search;
use vecino_kernels::vectors::{Quantization, Query, QueryMemory, Vectors};

use support::{Random, finite};

const SPACES: [Space; 3] = [Space::L2, Space::Cosine, Space::Ip];

/// Values between -1 and 1, the same in every run.
fn values(seed: usize, len: usize) -> Vec<f32> {
    Random(seed as u64).vector(len)
}

fn vectors_of(space: Space, quantization: Quantization, rows: &[Vec<f32>]) -> Vectors {
    let mut vectors = Vectors::new(space, rows[0].len(), quantization);
    for (slot, row) in (0..).zip(rows) {
        vectors.set(slot, row);
    }
    vectors
}

/// The specification of exact search: measure all, keep the nearest.
fn measured(vectors: &Vectors, query: &[f32], slots: u32, k: usize) -> Vec<Neighbor> {
    let mut memory = QueryMemory::default();
    let query = vectors.query(query, &mut memory);
    let mut nearest = Nearest::new(k);
    for slot in 0..slots {
        nearest.push(Neighbor { distance: vectors.distance(&query, slot), slot });
    }
    nearest.into_sorted()
}

fn assert_exact(space: Space, rows: &[Vec<f32>], query: &[f32]) {
    let slots = u32::try_from(rows.len()).expect("few");
    let all: FixedBitSet = (0..rows.len()).collect();
    let plain = vectors_of(space, Quantization::None, rows);
    let bits = |found: &[Neighbor]| -> Vec<(u32, u32)> {
        found.iter().map(|n| (n.slot, n.distance.to_bits())).collect()
    };
    let searches = [
        (Quantization::Int8, exact_search as fn(&_, &Query<'_>, &_, _) -> _),
        (Quantization::Binary, exact_search),
        (Quantization::Binary, quick_search),
    ];
    for (quantization, search) in searches {
        let coded = vectors_of(space, quantization, rows);
        for k in [0, 1, 10, rows.len()] {
            let mut memory = QueryMemory::default();
            let found = search(&coded, &coded.query(query, &mut memory), &all, k);
            let expected = bits(&measured(&plain, query, slots, k));
            assert_eq!(bits(&found), expected, "{space:?}, {quantization:?}, k {k}");
        }
    }
}

/// The mean and the largest difference of estimate and distance, as shares of how far distances spread.
fn estimate_errors(space: Space, rows: &[Vec<f32>], queries: &[Vec<f32>]) -> (f64, f64) {
    let vectors = vectors_of(space, Quantization::Int8, rows);
    let slots = u32::try_from(rows.len()).expect("few");
    let (mut memory, mut differences, mut distances) = (QueryMemory::default(), vec![], vec![]);
    for query in queries {
        let query = vectors.query(query, &mut memory);
        for slot in 0..slots {
            let distance = f64::from(vectors.distance(&query, slot));
            differences.push((f64::from(vectors.estimate(&query, slot)) - distance).abs());
            distances.push(distance);
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let center = mean(&distances);
    let spread: Vec<f64> = distances.iter().map(|d| (d - center).abs()).collect();
    let largest = differences.iter().copied().fold(0.0, f64::max);
    (mean(&differences) / mean(&spread), largest / mean(&spread))
}

fn rows_around(offset: f32, count: usize, dimension: usize) -> Vec<Vec<f32>> {
    (0..count)
        .map(|seed| values(seed + 1, dimension).into_iter().map(|x| x + offset).collect())
        .collect()
}

#[test]
fn estimates_are_near_at_every_length() {
    for dimension in (1..=40).chain([384, 1_536]) {
        let rows = rows_around(0.0, 60, dimension);
        let queries = rows_around(0.0, 65, dimension).split_off(60);
        for space in SPACES {
            let (mean, largest) = estimate_errors(space, &rows, &queries);
            assert!(mean < 0.02 && largest < 0.1, "{space:?} {dimension}: {mean}, {largest}");
        }
    }
}

#[test]
fn every_value_counts() {
    for dimension in [1, 7, 8, 9, 16, 23] {
        let mut vectors = Vectors::new(Space::Ip, dimension, Quantization::Int8);
        let mut memory = QueryMemory::default();
        for at in 0..dimension {
            let mut row = vec![0.0; dimension];
            row[at] = at as f32 + 1.0;
            vectors.set(at as u32, &row);
        }
        let query: Vec<f32> = (0..dimension).map(|at| 1.0 / (at as f32 + 1.0)).collect();
        let query = vectors.query(&query, &mut memory);
        for slot in 0..dimension as u32 {
            let estimate = vectors.estimate(&query, slot);
            assert!(estimate.abs() < 1e-3, "{dimension}, {slot}: {estimate}");
        }
    }
}

#[test]
fn a_common_offset_costs_nothing_once_the_center_has_followed() {
    let queries = rows_around(100.0, 605, 64).split_off(600);
    for space in [Space::L2, Space::Ip] {
        let (few, _) = estimate_errors(space, &rows_around(100.0, 200, 64), &queries);
        let (many, _) = estimate_errors(space, &rows_around(100.0, 600, 64), &queries);
        assert!(many < 0.02 && few > 5.0 * many, "{space:?}: {few} before, {many} after");
    }
}

#[test]
fn the_center_follows_data_that_drifts() {
    let mut rows = rows_around(100.0, 600, 64);
    rows.extend(rows_around(-300.0, 3_000, 64).split_off(600));
    let queries = rows_around(-300.0, 3_005, 64).split_off(3_000);
    let recent: Vec<Vec<f32>> = rows[2_000..].to_vec();
    let (mean, _) = estimate_errors(Space::L2, &rows, &queries);
    assert!(mean < 0.02, "{mean}");
    assert_exact(Space::L2, &rows, &recent[7]);
}

#[test]
fn equal_vectors_have_equal_estimates() {
    let mut rows = rows_around(3.0, 300, 20);
    rows.push(rows[5].clone());
    for space in SPACES {
        let vectors = vectors_of(space, Quantization::Int8, &rows);
        let mut memory = QueryMemory::default();
        for from in [5, 17, 300] {
            let from = vectors.stored(from, &mut memory);
            assert_eq!(
                vectors.estimate(&from, 5).to_bits(),
                vectors.estimate(&from, 300).to_bits()
            );
        }
    }
}

#[test]
fn exact_search_over_codes_is_exact() {
    for dimension in [3, 50, 384] {
        for (offset, space) in [0.0, 1.0, 50.0].into_iter().flat_map(|o| SPACES.map(|s| (o, s))) {
            let rows = rows_around(offset, 700, dimension);
            assert_exact(space, &rows[..650], &rows[660]);
            assert_exact(space, &rows[..650], &rows[3]);
        }
    }
}

/// Rotation has to spread what single values say.
#[test]
fn scans_by_codes_find_the_nearest_of_sparse_vectors() {
    for dimension in [64, 100, 384] {
        let mut rows = vec![vec![0.0; dimension]; 300];
        for (slot, row) in rows.iter_mut().enumerate() {
            row[slot * 7 % dimension] = 1.0 + slot as f32 / 300.0;
            row[slot * 3 % dimension] -= 0.5;
        }
        for space in SPACES {
            for asked in [0, 17, 299] {
                assert_exact(space, &rows, &rows[asked].clone());
            }
        }
    }
}

#[test]
fn quantization_can_be_changed() {
    let rows = rows_around(0.5, 300, 12);
    let mut vectors = vectors_of(Space::Cosine, Quantization::None, &rows);
    let mut memory = QueryMemory::default();
    let plain = vectors.memory_bytes();
    let distance = vectors.distance(&vectors.query(&rows[1], &mut memory), 2);
    let estimate = |vectors: &Vectors| {
        let mut memory = QueryMemory::default();
        vectors.estimate(&vectors.query(&rows[1], &mut memory), 2)
    };
    assert_eq!(estimate(&vectors), distance);
    vectors.quantize(Quantization::Int8);
    assert!(vectors.memory_bytes() > plain && estimate(&vectors) != distance);
    assert!((estimate(&vectors) - distance).abs() < 0.01);
    vectors.quantize(Quantization::Binary);
    assert!(vectors.memory_bytes() > plain && estimate(&vectors) != distance);
    vectors.quantize(Quantization::None);
    assert_eq!((vectors.memory_bytes(), estimate(&vectors)), (plain, distance));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exact_search_is_exact_whatever_the_values(
        // With 70 values, scans go by codes of a bit a value.
        (plain, wild) in prop_oneof![Just(6), Just(70)].prop_flat_map(|dimension| {
            let rows = |values, count| prop::collection::vec(prop::collection::vec(values, dimension), count);
            (rows((-1.0_f32..1.0).boxed(), 20..60), rows(finite().boxed(), 1..12))
        }),
        scale in prop_oneof![Just(1.0_f32), Just(1e-6), Just(1e6), Just(1e-20), Just(1e18)],
    ) {
        let mut rows: Vec<Vec<f32>> =
            plain.iter().map(|row| row.iter().map(|x| x * scale).collect()).collect();
        rows.extend(wild);
        for space in SPACES {
            for query in [&rows[0].clone(), &rows[rows.len() - 1].clone()] {
                assert_exact(space, &rows, query);
            }
            let vectors = vectors_of(space, Quantization::Int8, &rows);
            let mut memory = QueryMemory::default();
            for a in 0..rows.len() as u32 {
                let from = vectors.stored(a, &mut memory);
                for b in 0..rows.len() as u32 {
                    prop_assert!(!vectors.estimate(&from, b).is_nan(), "{space:?} {a} {b}");
                }
            }
        }
    }
}
