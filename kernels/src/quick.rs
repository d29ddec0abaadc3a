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
/// has a bound beyond the farthest of them is farther; a bound fails once in 10^9 times. The others are measured.
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
        // Not `<=`: a bound that cannot be told is NaN.
        let chances = others.by_ref().filter(|bound| !(bound.distance > worst));
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
