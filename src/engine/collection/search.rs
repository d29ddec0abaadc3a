//! Searching: records ranked by arithmetic over their distances.

use vecino_kernels::nearest::{self, Neighbor};

use super::{Collection, Found};
use crate::engine::error::Result;
use crate::engine::rank::{Knn, Search};

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// The records, best first.
    pub slots: Vec<u32>,
    /// Their scores, smallest first; `None` if the search has no rank.
    pub scores: Option<Vec<f32>>,
}

/// Stands for a slot that no list has.
const NO_PLACE: u32 = u32::MAX;

impl Collection {
    /// The records that `search` asks for: by ascending score, equal scores in insertion order; all
    /// in insertion order if it has no rank.
    ///
    /// O(what its lists cost as queries + records in the lists x size of the rank).
    ///
    /// # Errors
    /// `dimension_mismatch`, `non_finite`, `zero_vector`.
    pub fn search(&self, search: &Search) -> Result<SearchAnswer> {
        let Search { selection, rank, knns, offset, limit, .. } = search;
        let Some(rank) = rank else {
            let slots = self.get(selection, *limit, *offset)?;
            return Ok(SearchAnswer { slots, scores: None });
        };
        let lists = self.lists(search)?;

        // From here on records go by their place in insertion order, so that equal scores do too.
        let mut places = vec![NO_PLACE; self.records.capacity() as usize];
        let mut slots = Vec::new();
        for neighbor in lists.iter().flatten() {
            let place = &mut places[neighbor.slot as usize];
            if *place == NO_PLACE {
                *place = 0;
                slots.push(neighbor.slot);
            }
        }
        self.sort_by_insertion(&mut slots);
        for (place, slot) in (0..).zip(&slots) {
            places[*slot as usize] = place;
        }
        let values: Vec<_> =
            knns.iter().zip(lists).map(|(knn, list)| values(knn, list, &places, &slots)).collect();

        let mut ranked = Vec::new();
        for place in (0..).take(slots.len()) {
            if let Some(score) = rank.score(&|knn| values[knn][place as usize]) {
                // One zero and one NaN, so that neither's sign decides an order.
                let distance = if score.is_nan() { f32::NAN } else { score + 0.0 };
                ranked.push(Neighbor { distance, slot: place });
            }
        }
        nearest::sort(&mut ranked);
        if let Some(group_by) = &search.group_by {
            ranked = group_by
                .keep(&ranked, &|place| self.record(slots[place as usize]).metadata.as_ref());
        }
        ranked.drain(..ranked.len().min(*offset as usize));
        ranked.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
        Ok(SearchAnswer {
            slots: ranked.iter().map(|neighbor| slots[neighbor.slot as usize]).collect(),
            scores: Some(ranked.iter().map(|neighbor| neighbor.distance).collect()),
        })
    }

    /// For each `$knn` its nearest of the selected records. All are asked for together, so that the
    /// filter is judged once.
    fn lists(&self, search: &Search) -> Result<Vec<Vec<Neighbor>>> {
        let Search { selection, knns, .. } = search;
        let dimension = knns.first().map_or(0, |knn| knn.query.len());
        let queries = knns.iter().map(|knn| knn.query.as_slice()).collect::<Vec<_>>().concat();
        let k = knns.iter().map(|knn| knn.limit).max().unwrap_or(0);
        let answers = self.neighbors(&queries, dimension, selection, k as usize, None)?;
        let cut = |(knn, mut found): (&Knn, Found)| {
            found.neighbors.truncate(knn.limit as usize);
            found.neighbors
        };
        Ok(knns.iter().zip(answers).map(cut).collect())
    }
}

/// What `knn` says of the record in each place, if it says anything.
fn values(knn: &Knn, mut list: Vec<Neighbor>, places: &[u32], slots: &[u32]) -> Vec<Option<f32>> {
    for neighbor in &mut list {
        neighbor.slot = places[neighbor.slot as usize];
    }
    nearest::sort(&mut list);
    let mut values = vec![knn.default; slots.len()];
    for (rank, neighbor) in list.iter().enumerate() {
        let value = if knn.return_rank { rank as f32 } else { neighbor.distance };
        values[neighbor.slot as usize] = Some(value);
    }
    values
}
