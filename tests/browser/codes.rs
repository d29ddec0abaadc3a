//! The kernel over codes, which is written for the target: the numbers it gives there.

use vecino_kernels::distance::Space;
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
