//! Exact search: measure every vector. The specification of the graph, and the faster way for few vectors.

use fixedbitset::FixedBitSet;

use crate::nearest::{Nearest, Neighbor};
use crate::vectors::{Query, Vectors};

/// So many vectors are fetched from memory at once where there are gaps between them; where there are none, the processor
/// fetches ahead by itself.
pub(crate) const TOGETHER: usize = 16;

/// The `k` of `slots` nearest to `query`, nearest first; all of them if there are fewer.
///
/// # Panics
/// If a slot is at or beyond [`Vectors::capacity`].
pub fn exact_search(
    vectors: &Vectors,
    query: &Query<'_>,
    slots: &FixedBitSet,
    k: usize,
) -> Vec<Neighbor> {
    if vectors.are_apart() {
        return bounded_search(vectors, query, slots, k);
    }
    let mut nearest = Nearest::new(k);
    let mut slots = slots.ones().map(|slot| u32::try_from(slot).expect("slots are u32"));
    let mut next = [0; TOGETHER];
    loop {
        let mut count = 0;
        for (place, slot) in next.iter_mut().zip(&mut slots) {
            *place = slot;
            count += 1;
        }
        let next = &next[..count];
        let (Some(first), Some(last)) = (next.first(), next.last()) else { break };
        if last - first >= TOGETHER as u32 {
            vectors.fetch(query, next);
        }
        // One at a time: pairs were slower. Most are not measured: their codes tell that they are farther than what is
        // there.
        for &slot in next {
            nearest.push_measured(vectors, query, slot);
        }
    }
    nearest.into_sorted()
}

/// [`exact_search`] of vectors that are kept elsewhere: codes tell first how far the `k`-th is at most, and only those
/// that may be as near are measured, so that few have to be read.
#[inline(never)]
fn bounded_search(
    vectors: &Vectors,
    query: &Query<'_>,
    slots: &FixedBitSet,
    k: usize,
) -> Vec<Neighbor> {
    let slots = || slots.ones().map(|slot| u32::try_from(slot).expect("slots are u32"));
    let mut bounds = Nearest::new(k);
    for slot in slots() {
        bounds.push(Neighbor { distance: vectors.upper_bound(query, slot), slot });
    }
    let mut nearest = Nearest::new(k);
    if k == 0 {
        return Vec::new();
    }
    let last = bounds.worst().filter(|_| bounds.is_full());
    let most = last.map_or(f32::INFINITY, |last| last.distance);
    for slot in slots().filter(|&slot| !vectors.is_farther(query, slot, most)) {
        nearest.push(Neighbor { distance: vectors.distance(query, slot), slot });
    }
    nearest.into_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::Space;
    use crate::vectors::{Quantization, QueryMemory};

    #[test]
    fn finds_the_nearest_of_the_given_slots() {
        let mut vectors = Vectors::new(Space::L2, 1, Quantization::Int8);
        for slot in 0..300_u16 {
            vectors.set(slot.into(), &[f32::from(slot * 7 % 300)]);
        }
        let mut memory = QueryMemory::default();
        let query = vectors.query(&[100.2], &mut memory);
        let search = |k| -> Vec<f32> {
            let even = (0..300).filter(|slot| slot % 2 == 0).collect();
            let found = exact_search(&vectors, &query, &even, k);
            found.iter().map(|n| vectors.get(n.slot)[0]).collect()
        };
        assert_eq!(search(3), [100.0, 102.0, 98.0]);
        assert!(search(0).is_empty());
        assert_eq!(search(1000).len(), 150);
    }
}
