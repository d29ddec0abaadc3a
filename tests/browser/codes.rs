//! The kernel over codes, which is written for the target: the numbers it gives there.

use fixedbitset::FixedBitSet;
use vecino_kernels::distance::Space;
use vecino_kernels::exact::exact_search;
use vecino_kernels::quick::quick_search;
use vecino_kernels::vectors::{Quantization, QueryMemory, Vectors};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn every_value_counts_once() {
    for dimension in 1..=70_usize {
        let mut vectors = Vectors::new(Space::Ip, dimension, Quantization::Int8);
        for slot in 0..dimension {
            // All but one are a small step, so that a value left out or taken twice shows.
            let mut row = vec![1.0 / 127.0; dimension];
            row[slot] = 1.0;
            vectors.set(slot as u32, &row);
        }
        let query: Vec<f32> = (0..dimension).map(|at| at as f32 + 1.0).collect();
        let mut memory = QueryMemory::default();
        let query = vectors.query(&query, &mut memory);
        let slots: Vec<u32> = (0..dimension as u32).collect();
        let mut seen = 0;
        vectors.estimates(&query, &slots, |slot, estimate| {
            let distance = vectors.distance(&query, slot);
            let size = distance.abs() + dimension as f32;
            assert!((estimate - distance).abs() < 0.001 * size, "{dimension}: {slot}");
            assert_eq!(estimate.to_bits(), vectors.estimate(&query, slot).to_bits());
            seen += 1;
        });
        assert_eq!(seen, dimension);
    }
}

#[wasm_bindgen_test]
fn every_bit_chooses_its_value() {
    for dimension in [1, 15, 16, 17, 127, 128, 129, 300] {
        let mut vectors = Vectors::new(Space::Ip, dimension, Quantization::Binary);
        let value = |n: usize| (n as f32 * 1.618_034).sin();
        for slot in 0..40 {
            let row: Vec<f32> = (0..dimension).map(|at| value(slot * 977 + at)).collect();
            vectors.set(slot as u32, &row);
        }
        let mut memory = QueryMemory::default();
        // An estimate from a vector to itself takes all its values at their absolute size.
        for slot in 0..40 {
            let query = vectors.query(vectors.get(slot), &mut memory);
            let distance = vectors.distance(&query, slot);
            let off = (vectors.estimate(&query, slot) - distance).abs();
            assert!(off <= 0.01 * (1.0 - distance), "{dimension}, {slot}: off by {off}");
            let all: FixedBitSet = (0..40).collect();
            assert_eq!(
                quick_search(&vectors, &query, &all, 5),
                exact_search(&vectors, &query, &all, 5)
            );
        }
    }
}
