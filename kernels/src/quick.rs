//! Search that reads a bit a value of every vector, and measures those that this leaves a chance.

use fixedbitset::FixedBitSet;

use crate::exact::{TOGETHER, exact_search};
use crate::nearest::{Nearest, Neighbor};
use crate::sort::sort_by;
use crate::vectors::{Query, Vectors};

/// So many bounds are told at a time.
const SIDE_BY_SIDE: usize = 2;

/// What [`exact_search`] finds, as good as certainly, in a fraction of the time. Where `vectors` has no codes of a bit a
/// value, or too few values, it is [`exact_search`].
///
/// First every slot's bound is told from its code. The `k` with the smallest are measured: they are near, and whatever
/// has a bound beyond the farthest of them is farther; a bound fails once in 10^6 times. The others are measured.
///
/// # Panics
/// If a slot is at or beyond [`Vectors::capacity`].
pub fn quick_search(
    vectors: &Vectors,
    query: &Query<'_>,
    slots: &FixedBitSet,
    k: usize,
) -> Vec<Neighbor> {
    let Some(sieve) = vectors.sieve(query).filter(|_| k > 0) else {
        return exact_search(vectors, query, slots, k);
    };
    // Their distances are bounds.
    let mut bounds = Vec::new();
    bounds.extend(slots.ones().map(|slot| Neighbor { distance: 0.0, slot: slot as u32 }));
    let mut likely = Nearest::new(k);
    let mut next = Vec::new();
    for part in bounds.chunks_mut(TOGETHER) {
        next.clear();
        next.extend(part.iter().map(|bound| bound.slot));
        vectors.fetch(query, &next);
        let (pairs, last) = part.as_chunks_mut::<SIDE_BY_SIDE>();
        for pair in pairs {
            let told = sieve.bounds([pair[0].slot, pair[1].slot]);
            (pair[0].distance, pair[1].distance) = (told[0], told[1]);
        }
        for bound in last {
            [bound.distance] = sieve.bounds([bound.slot]);
        }
        part.iter().for_each(|&bound| likely.push(bound));
    }
    let mut first: Vec<u32> = likely.into_sorted().iter().map(|bound| bound.slot).collect();
    let mut nearest = Nearest::new(k);
    measure(vectors, query, &first, &mut nearest);
    sort_by(&mut first, &|a, b| a.cmp(&b));
    let mut first = first.iter().peekable();
    let mut others = bounds.iter().filter(|bound| first.next_if_eq(&&bound.slot).is_none());
    loop {
        next.clear();
        let worst = nearest.worst().map_or(f32::INFINITY, |worst| worst.distance);
        // What cannot be coded has no bound.
        let chance = |bound: &&Neighbor| bound.distance.is_nan() || bound.distance <= worst;
        let chances = others.by_ref().filter(chance);
        next.extend(chances.take(TOGETHER).map(|bound| bound.slot));
        if next.is_empty() {
            return nearest.into_sorted();
        }
        measure(vectors, query, &next, &mut nearest);
    }
}

fn measure(vectors: &Vectors, query: &Query<'_>, slots: &[u32], nearest: &mut Nearest) {
    vectors.fetch_vectors(slots);
    for &slot in slots {
        nearest.push(Neighbor { distance: vectors.distance(query, slot), slot });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::Space;
    use crate::vectors::{Quantization, QueryMemory};

    fn vectors(space: Space, dimension: usize) -> Vectors {
        let value = |n: u32| (n as f32 * 1.618_034).sin() * (n as f32 * 0.414_214).cos() + 0.5;
        let mut vectors = Vectors::new(space, dimension, Quantization::Binary);
        for slot in 0..600 {
            let row: Vec<f32> = (0..dimension as u32).map(|n| value(slot * 2_131 + n)).collect();
            vectors.set(slot, &row);
        }
        vectors
    }

    #[test]
    fn bounds_are_below_distances_and_not_far_below() {
        for (space, dimension) in [(Space::L2, 64), (Space::Cosine, 300), (Space::Ip, 384)] {
            let vectors = vectors(space, dimension);
            let mut memory = QueryMemory::default();
            let query = vectors.query(vectors.get(7), &mut memory);
            let sieve = vectors.sieve(&query).expect("coded");
            let distance = |slot| vectors.distance(&query, slot);
            let (nearest, farthest) = (0..600)
                .map(distance)
                .fold((f32::MAX, f32::MIN), |ends, d| (ends.0.min(d), ends.1.max(d)));
            let mut passed = 0;
            for slot in 0..600 {
                let [bound] = sieve.bounds([slot]);
                assert!(bound <= distance(slot), "{space:?}, slot {slot}");
                passed += i32::from(bound > nearest);
            }
            assert!(nearest < farthest && passed > 300, "{space:?}: {passed} are out of question");
        }
    }

    #[test]
    fn few_values_tell_nothing_for_sure() {
        let vectors = vectors(Space::L2, 63);
        let mut memory = QueryMemory::default();
        assert!(!vectors.has_sieve(&vectors.query(vectors.get(0), &mut memory)));
    }
}
