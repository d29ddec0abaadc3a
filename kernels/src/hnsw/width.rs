//! How far a walk goes astray before it ends.
//!
//! A walk that keeps `ef` nodes ends at the distance of the farthest of them, which for some queries is much too
//! early and for others late. A limit in distance instead takes fewer distances for the same recall: Al-Jazzazi et
//! al., "Distance Adaptive Beam Search for Provably Accurate Graph-Based Nearest Neighbor Search" (2025, arXiv
//! 2505.15636). Here a walk does both: it keeps `ef` nodes, and goes on while there are nodes as near as the `ef + k`th
//! would be if distances grew for this query as they do on the average of the graph. So no recall is lost at any
//! `ef`, whatever the data.

use std::cell::Cell;

use crate::hnsw::Graph;
use crate::hnsw::search::Scratch;
use crate::nearest::{Nearest, Neighbor};
use crate::vectors::{QueryMemory, Vectors};

/// So many nodes are asked how distances grow around them.
const SAMPLE: usize = 32;
/// They compare their neighbor of this rank with that of twice the rank.
const RANK: usize = 16;
/// A walk may follow so many times as many nodes as it would if distances grew as on average.
const PATIENCE: usize = 4;

/// When a walk ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Width {
    /// How many nodes it keeps.
    pub(super) ef: usize,
    /// How many times as far as the farthest kept a node may be that is still followed.
    reach: f32,
    /// After so many nodes it follows none that is farther than those kept.
    pub(super) most: usize,
}

/// How much farther than its neighbors a node's neighbors of twice the rank are, on average.
#[derive(Debug, Default)]
pub(super) struct Growth(Cell<Option<Measured>>);

#[derive(Debug, Clone, Copy)]
struct Measured {
    /// 0.1: a tenth farther.
    growth: f32,
    /// How many live nodes there were.
    among: usize,
}

impl Width {
    /// That of Algorithm 2: the walk ends with the `ef` nearest.
    pub(super) fn plain(ef: usize) -> Self {
        Self { ef, reach: 1.0, most: usize::MAX }
    }

    /// That of a search for `k` neighbors in a graph where distances grow by `growth` when ranks double.
    fn grown(ef: usize, k: usize, growth: f32) -> Self {
        // About log2(1 + k / ef), and 1 where ef is k.
        let doublings = 3.0 * k as f32 / (2.0 * ef as f32 + k as f32);
        Self { ef, reach: 1.0 + growth * doublings, most: (ef + k).saturating_mul(PATIENCE) }
    }

    /// What a node must not be beyond, to be followed, once `nearest` are kept.
    #[inline]
    pub(super) fn limit(&self, nearest: &Nearest) -> Neighbor {
        let Neighbor { distance, slot } = nearest.bound();
        // Negative distances, which inner products give, have no ratio.
        let distance = if distance > 0.0 { distance * self.reach } else { distance };
        Neighbor { distance, slot }
    }
}

impl Graph {
    /// How wide a walk has to be for the `k` nearest of `ef` neighbors. Now and then, when the graph has become twice or
    /// half as large, this takes some walks.
    pub(super) fn width(
        &self,
        vectors: &Vectors,
        k: usize,
        ef: usize,
        scratch: &mut Scratch,
    ) -> Width {
        let Growth(known) = &self.growth;
        let live = self.len();
        let near = |measured: &Measured| live / 2 <= measured.among && measured.among / 2 <= live;
        let measured = known.get().filter(near).unwrap_or_else(|| {
            let growth = self.measure_growth(vectors, scratch);
            let measured = Measured { growth, among: live };
            known.set(Some(measured));
            measured
        });
        Width::grown(ef, k, measured.growth)
    }

    #[cold]
    fn measure_growth(&self, vectors: &Vectors, scratch: &mut Scratch) -> f32 {
        let mut memory = QueryMemory::default();
        let mut found = Vec::new();
        let (mut sum, mut count) = (0.0, 0);
        let live = (0..self.slots()).filter(|&slot| self.is_live(slot));
        for slot in live.step_by(self.len().div_ceil(SAMPLE).max(1)) {
            let query = vectors.stored(slot, &mut memory);
            let Some(start) = self.approach(vectors, &query, scratch) else { break };
            let plain = Width::plain(2 * RANK + 1);
            self.search_level(
                vectors,
                &query,
                start,
                plain,
                0,
                &|slot| self.is_live(slot),
                scratch,
            );
            scratch.nearest.drain_sorted(&mut found);
            // The nearest is the node itself.
            if let (Some(near), Some(far)) = (found.get(RANK), found.get(2 * RANK))
                && near.distance > 0.0
            {
                sum += (far.distance / near.distance - 1.0).min(1.0);
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { sum / count as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::Space;
    use crate::hnsw::Params;
    use crate::vectors::Quantization;

    fn nearest(distances: &[f32], k: usize) -> Nearest {
        let mut nearest = Nearest::new(k);
        for (slot, &distance) in (0..).zip(distances) {
            nearest.push(Neighbor { distance, slot });
        }
        nearest
    }

    #[test]
    fn a_walk_follows_what_is_a_little_farther_than_it_keeps() {
        let limit = |width: Width, distances: &[f32]| width.limit(&nearest(distances, 2)).distance;
        let grown = Width::grown(10, 10, 0.1);
        assert!((limit(grown, &[1.0, 2.0, 3.0]) - 2.2).abs() < 1e-6);
        assert!((limit(Width::grown(1000, 10, 0.1), &[1.0, 2.0]) - 2.003).abs() < 1e-3);
        assert_eq!(limit(Width::plain(10), &[1.0, 2.0, 3.0]), 2.0);
        assert_eq!(limit(grown, &[-2.0, -1.0]), -1.0, "a ratio would make it smaller");
        let far = Neighbor { distance: f32::INFINITY, slot: 0 };
        assert!(far < grown.limit(&nearest(&[1.0], 2)), "there is room for any");
    }

    /// In `d` dimensions `r` times the distance holds `r^d` times as many neighbors, and squared distances grow by
    /// 2^(2/d) for twice as many.
    #[test]
    fn growth_tells_the_dimension_of_the_data() {
        let mut state = 1_u32;
        let mut value = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        for (dimension, expected) in [(2, 1.0), (4, 0.414), (8, 0.189)] {
            let mut vectors = Vectors::new(Space::L2, dimension, Quantization::Int8);
            let mut graph = Graph::new(Params { m: 8, ef_construction: 40 }, 1);
            for slot in 0..3000 {
                let row: Vec<f32> = (0..dimension).map(|_| value()).collect();
                vectors.set(slot, &row);
                graph.insert(&vectors, slot);
            }
            let growth = graph.measure_growth(&vectors, &mut Scratch::new());
            assert!((growth - expected).abs() < 0.4 * expected, "{dimension}: {growth}");
        }
    }
}
