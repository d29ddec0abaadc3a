//! The planner: the cheapest sound way to find the k nearest of the matching records.

/// How a query is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Measure every matching record.
    Exact,
    /// Walk the graph, keeping this many candidates; records not linked yet are measured exactly.
    Graph {
        /// Candidates kept.
        ef: usize,
    },
}

/// Chooses between scan and walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planner {
    /// Numbers (records x dimension) that are scanned rather than walked. A collection that has no
    /// more is not linked at all.
    pub exact_numbers: usize,
    /// How many records are scanned in the time that a walk takes for one of its candidates: it
    /// measures a handful of neighbors, each a jump in memory.
    pub scanned_per_candidate: usize,
}

impl Default for Planner {
    /// Scans up to about 10,000 records of 384 dimensions: it takes about a millisecond, is exact
    /// and needs no building.
    fn default() -> Self {
        Self { exact_numbers: 10_000 * 384, scanned_per_candidate: 50 }
    }
}

/// What a query meets.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// Records in the collection.
    pub live: usize,
    /// Of these, how many satisfy the filter.
    pub matches: usize,
    /// How many the graph has.
    pub linked: usize,
    /// Numbers of an embedding.
    pub dimension: usize,
    /// Results wanted.
    pub k: usize,
    /// The configured number of candidates.
    pub ef_search: usize,
}

impl Planner {
    /// Whether `records` of `dimension` are enough for a graph.
    #[must_use]
    pub fn wants_graph(self, records: usize, dimension: usize) -> bool {
        records.saturating_mul(dimension) > self.exact_numbers
    }

    /// Chooses the plan for a query.
    ///
    /// A walk has to pass `live / matches` nodes for each that it may return, so its cost grows
    /// as the filter narrows while that of a scan shrinks.
    #[must_use]
    pub fn plan(self, situation: Situation) -> Plan {
        let Situation { live, matches, linked, dimension, k, ef_search } = situation;
        let ef = ef_search.max(k);
        let walk = ef
            .saturating_mul(self.scanned_per_candidate)
            .saturating_mul(live.checked_div(matches).unwrap_or(usize::MAX));
        // A half-built graph leaves a long tail to scan beside the walk; the scan alone is as good.
        let too_few_linked = linked < live / 2;
        if !self.wants_graph(matches, dimension) || too_few_linked || matches <= walk {
            Plan::Exact
        } else {
            Plan::Graph { ef }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_narrow_are_scanned_large_and_wide_are_walked() {
        let check = |matches, live, linked, k, expected| {
            let situation = Situation { live, matches, linked, dimension: 384, k, ef_search: 100 };
            assert_eq!(Planner::default().plan(situation), expected, "{situation:?}");
        };
        check(0, 100_000, 100_000, 10, Plan::Exact);
        check(5_000, 5_000, 5_000, 10, Plan::Exact);
        check(50_000, 50_000, 50_000, 10, Plan::Graph { ef: 100 });
        check(50_000, 50_000, 50_000, 300, Plan::Graph { ef: 300 });
        check(50_000, 50_000, 20_000, 10, Plan::Exact);
        check(11_000, 1_000_000, 1_000_000, 10, Plan::Exact);
        check(500_000, 1_000_000, 1_000_000, 10, Plan::Graph { ef: 100 });
    }
}
