//! Neighbors, and the k nearest of many.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::vectors::{Query, Vectors};

/// A slot and its distance from whatever was asked for.
///
/// Ordered by distance, then by slot, so that equal distances still come in one order. The order is total: NaN,
/// which finite vectors never produce, would be farthest.
#[derive(Debug, Clone, Copy)]
pub struct Neighbor {
    /// The distance; smaller is closer.
    pub distance: f32,
    /// The slot.
    pub slot: u32,
}

impl Neighbor {
    /// A number that orders as the neighbor does: the distance's bits, made to order as in [`f32::total_cmp`],
    /// above the slot's. One integer comparison without branches.
    #[inline]
    fn rank(self) -> u64 {
        let bits = self.distance.to_bits();
        let ordered = if bits >> 31 == 0 { bits | 1 << 31 } else { !bits };
        u64::from(ordered) << 32 | u64::from(self.slot)
    }
}

impl Ord for Neighbor {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Neighbor {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Neighbor {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Neighbor {}

/// The `k` nearest of the neighbors pushed so far: a heap with the farthest of them on top.
#[derive(Debug, Default)]
pub struct Nearest {
    k: usize,
    heap: BinaryHeap<Neighbor>,
}

impl Nearest {
    /// Will keep `k` neighbors; memory grows with what is pushed, not with `k`.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::new() }
    }

    /// Empty, to keep `k` neighbors from now on; the memory stays.
    pub fn reset(&mut self, k: usize) {
        let Self { k: kept, heap } = self;
        *kept = k;
        heap.clear();
    }

    /// How many neighbors there are, at most `k`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Whether there are `k`, so that only a nearer one will be taken.
    #[must_use]
    #[inline]
    pub fn is_full(&self) -> bool {
        self.heap.len() >= self.k
    }

    /// The farthest one kept.
    #[must_use]
    #[inline]
    pub fn worst(&self) -> Option<Neighbor> {
        self.heap.peek().copied()
    }

    /// The farthest one kept, which others have to be nearer than once there are `k`; before that, what is farther than
    /// any. So what is not below it will not be kept.
    #[must_use]
    #[inline]
    pub(crate) fn bound(&self) -> Neighbor {
        let farthest = Neighbor { distance: f32::NAN, slot: u32::MAX };
        if self.is_full() { self.worst().unwrap_or(farthest) } else { farthest }
    }

    /// Whether [`Nearest::push`] would keep `neighbor`.
    #[must_use]
    #[inline]
    pub fn admits(&self, neighbor: Neighbor) -> bool {
        !self.is_full() || self.heap.peek().is_some_and(|&worst| neighbor < worst)
    }

    /// Keep `neighbor` if it is among the `k` nearest so far.
    #[inline]
    pub fn push(&mut self, neighbor: Neighbor) {
        if !self.is_full() {
            self.heap.push(neighbor);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && neighbor < *worst
        {
            *worst = neighbor;
        }
    }

    /// [`Nearest::push`] the vector in `slot` as a neighbor of `query`. It is measured only if its code leaves it a
    /// chance.
    #[inline]
    pub(crate) fn push_measured(&mut self, vectors: &Vectors, query: &Query<'_>, slot: u32) {
        let out = |worst: &Neighbor| vectors.is_farther(query, slot, worst.distance);
        if !(self.is_full() && self.heap.peek().is_some_and(out)) {
            self.push(Neighbor { distance: vectors.distance(query, slot), slot });
        }
    }

    /// The neighbors kept, nearest first.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Neighbor> {
        let mut sorted = Vec::new();
        self.drain_sorted(&mut sorted);
        sorted
    }

    /// Move the neighbors kept into `sorted`, nearest first, in place of what was there; both keep their memory.
    pub fn drain_sorted(&mut self, sorted: &mut Vec<Neighbor>) {
        sorted.clear();
        let memory = BinaryHeap::from(std::mem::take(sorted));
        *sorted = std::mem::replace(&mut self.heap, memory).into_sorted_vec();
    }

    /// Bytes allocated.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Neighbor>()
    }
}

/// Sorts neighbors, nearest first. Through the heap, whose code the module has anyway; for lists as
/// short as those of a graph it is about as fast as a sort of its own.
pub fn sort(neighbors: &mut Vec<Neighbor>) {
    *neighbors = BinaryHeap::from(std::mem::take(neighbors)).into_sorted_vec();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbor(distance: f32, slot: u32) -> Neighbor {
        Neighbor { distance, slot }
    }

    #[test]
    fn neighbors_order_by_distance_then_slot() {
        let ordered = [
            neighbor(f32::NEG_INFINITY, 0),
            neighbor(-2.0, 0),
            neighbor(-1.0, 0),
            neighbor(-0.0, 0),
            neighbor(0.0, 0),
            neighbor(0.0, 1),
            neighbor(1e-45, 0),
            neighbor(1.0, 3),
            neighbor(1.0, u32::MAX),
            neighbor(f32::INFINITY, 0),
            neighbor(f32::NAN, 0),
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} {b:?}");
                let specified = a.distance.total_cmp(&b.distance).then(a.slot.cmp(&b.slot));
                assert_eq!(a.cmp(b), specified, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn keeps_the_k_nearest() {
        for k in 0..12 {
            let mut nearest = Nearest::new(k);
            for i in 0..10_u32 {
                let candidate = neighbor((i * 7 % 10) as f32, i);
                let admitted = nearest.admits(candidate);
                nearest.push(candidate);
                assert_eq!(admitted, nearest.heap.iter().any(|&kept| kept == candidate));
            }
            assert_eq!(nearest.is_full(), k <= 10);
            let mut sorted = Vec::new();
            nearest.drain_sorted(&mut sorted);
            let distances: Vec<f32> = sorted.iter().map(|n| n.distance).collect();
            let expected: Vec<f32> = (0..k.min(10)).map(|i| i as f32).collect();
            assert_eq!(distances, expected);
        }
    }
}
