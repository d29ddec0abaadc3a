//! Groups: of the records that agree in some metadata, only the first few.

use std::cmp::Ordering;

use vecino_kernels::nearest::Neighbor;
use vecino_kernels::sort::sort_by;

use crate::engine::metadata::{Metadata, Value};

/// The name of the score among metadata keys, which never begin with `#`.
pub(super) const SCORE: &str = "#score";

/// Which records of each group are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupBy {
    /// Records that have the same values of these metadata keys are one group. A key that is missing
    /// or holds a list is a value of its own.
    pub keys: Vec<String>,
    /// Which of them are kept.
    pub aggregate: Aggregate,
}

/// The first `k` records of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Whether the largest values come first, not the smallest.
    pub largest: bool,
    /// Metadata keys or `#score`, the most important one first. What they leave undecided, the
    /// order of the ranked records decides.
    pub keys: Vec<String>,
    /// How many are kept.
    pub k: u32,
}

/// A value as groups compare it: missing < booleans < numbers < texts.
#[derive(Debug, Clone, Copy)]
enum Cell<'a> {
    Missing,
    Bool(bool),
    Number(f64),
    Text(&'a str),
}

impl<'a> Cell<'a> {
    fn of(value: Option<&'a Value>) -> Self {
        match value {
            Some(Value::Bool(value)) => Self::Bool(*value),
            // JavaScript's whole numbers have at most 53 bits.
            Some(Value::Int(value)) => Self::Number(*value as f64),
            Some(Value::Float(value)) => Self::Number(*value),
            Some(Value::String(value)) => Self::Text(value),
            _ => Self::Missing,
        }
    }

    fn kind(self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
        }
    }

    fn cmp(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(&b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(&b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }
}

fn compare(a: &[Cell<'_>], b: &[Cell<'_>]) -> Ordering {
    let unequal = a.iter().zip(b).map(|(a, b)| a.cmp(*b)).find(|ordering| ordering.is_ne());
    unequal.unwrap_or(Ordering::Equal)
}

impl GroupBy {
    /// The records of `ranked` that are kept, in the order they have there. `metadata` tells that of
    /// a slot, and the distance of a neighbor is its score. O(n log n).
    #[must_use]
    pub fn keep<'a>(
        &self,
        ranked: &[Neighbor],
        metadata: &dyn Fn(u32) -> Option<&'a Metadata>,
    ) -> Vec<Neighbor> {
        let (by, width) = (self.keys.len(), self.keys.len() + self.aggregate.keys.len());
        let mut cells = Vec::with_capacity(ranked.len() * width);
        for neighbor in ranked {
            let metadata = metadata(neighbor.slot);
            cells.extend(self.keys.iter().chain(&self.aggregate.keys).map(|key| match &**key {
                SCORE => Cell::Number(neighbor.distance.into()),
                key => Cell::of(metadata.and_then(|metadata| metadata.get(key))),
            }));
        }
        let row = |at: u32| cells[at as usize * width..][..width].split_at(by);
        let mut order: Vec<u32> = (0..).take(ranked.len()).collect();
        sort_by(&mut order, &|a, b| {
            let ((group_a, a_values), (group_b, b_values)) = (row(a), row(b));
            let values = compare(a_values, b_values);
            let values = if self.aggregate.largest { values.reverse() } else { values };
            compare(group_a, group_b).then(values).then(a.cmp(&b))
        });
        let mut kept = vec![false; ranked.len()];
        let (mut group, mut members) = (None, 0);
        for at in order {
            let cells = row(at).0;
            if group.is_none_or(|group| compare(group, cells).is_ne()) {
                (group, members) = (Some(cells), 0);
            }
            members += 1;
            kept[at as usize] = members <= self.aggregate.k;
        }
        ranked.iter().zip(kept).filter(|(_, kept)| *kept).map(|(neighbor, _)| *neighbor).collect()
    }
}
