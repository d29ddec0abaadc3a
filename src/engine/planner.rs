//! The planner: the cheapest sound way to find the k nearest of the matching records.

/// How a query is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Scan every matching record.
    Exact,
    /// Read every matching record's code of a bit a value, and measure those that this leaves a chance: as good as
    /// certainly what a scan finds.
    Codes,
    /// Walk the graph, keeping this many candidates; records not linked yet are scanned.
    Graph {
        /// Candidates kept.
        ef: usize,
    },
}

/// What answering one query took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The plan; also that of a scan when a walk was given up.
    pub plan: Plan,
    /// How many records satisfy the filter.
    pub matches: usize,
    /// How many records were scanned.
    pub scanned: usize,
    /// How many distances the walk estimated, if there was one.
    pub walked: usize,
}

/// Chooses between scan and walk: what each costs, measured in WebAssembly (see `bench/README.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planner {
    /// Numbers (records x dimension) that are scanned rather than walked. A collection that has no
    /// more is not linked at all.
    pub exact_numbers: usize,
    /// How many records are scanned in the time that a walk takes for one of its candidates: it
    /// estimates the distances of a dozen neighbors, each a jump in memory.
    pub scanned_per_candidate: usize,
}

impl Default for Planner {
    /// Scans up to 3,500 records of 384 dimensions: that takes about as long as a walk, is exact and needs no
    /// building.
    fn default() -> Self {
        Self { exact_numbers: 3_500 * 384, scanned_per_candidate: 35 }
    }
}

/// A filtered walk finds its way while one record in so many matches; where fewer do, it has to keep more
/// candidates.
const RECORDS_PER_MATCH: usize = 100;

/// A scan by codes is faster from so many matches on.
const SCAN_BY_CODES: usize = 1_000;

/// How many times as long as another a filtered walk may take: it looks past what does not match.
const FILTERED_WALK: usize = 3;

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
    /// Whether there are codes that a scan can go by.
    pub codes: bool,
    /// Results wanted.
    pub k: usize,
    /// How many candidates a walk is to keep; 0 for no walk at all.
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
    /// A walk takes about as long whatever matches, a little longer under a filter; a scan takes as long as there are
    /// matches.
    #[must_use]
    pub fn plan(self, situation: Situation) -> Plan {
        let Situation { live, matches, linked, dimension, codes: _, k, ef_search } = situation;
        let records_per_match = live.div_ceil(matches.max(1));
        let rare = records_per_match.div_ceil(RECORDS_PER_MATCH).max(1);
        let ef = ef_search.max(k).saturating_mul(rare);
        let detours = if matches < live { FILTERED_WALK } else { 1 };
        let walk = ef.saturating_mul(self.scanned_per_candidate).saturating_mul(detours);
        // A half-built graph leaves a long tail to scan beside the walk; the scan alone is as good.
        let too_few_linked = linked < live / 2;
        let no_walk = ef_search == 0 || too_few_linked || !self.wants_graph(live, dimension);
        if no_walk || matches <= walk { Self::scan(situation) } else { Plan::Graph { ef } }
    }

    /// Chooses the way to scan. Who wants no walk wants no guess either.
    #[must_use]
    pub fn scan(situation: Situation) -> Plan {
        let Situation { matches, codes, ef_search, .. } = situation;
        if codes && ef_search > 0 && matches >= SCAN_BY_CODES { Plan::Codes } else { Plan::Exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_narrow_are_scanned_large_and_wide_are_walked() {
        let check = |matches, live, linked, k, expected| {
            let (dimension, codes, ef_search) = (384, false, 100);
            let situation = Situation { live, matches, linked, dimension, codes, k, ef_search };
            assert_eq!(Planner::default().plan(situation), expected, "{situation:?}");
            let coded = Planner::default().plan(Situation { codes: true, ..situation });
            let scanned = expected == Plan::Exact && matches >= SCAN_BY_CODES;
            assert_eq!(coded, if scanned { Plan::Codes } else { expected }, "{situation:?}");
            let exact = Situation { codes: true, ef_search: 0, ..situation };
            assert_eq!(Planner::default().plan(exact), Plan::Exact, "{exact:?}");
        };
        check(0, 100_000, 100_000, 10, Plan::Exact);
        check(3_000, 3_000, 3_000, 10, Plan::Exact);
        check(50_000, 50_000, 50_000, 10, Plan::Graph { ef: 100 });
        check(50_000, 50_000, 50_000, 300, Plan::Graph { ef: 300 });
        check(50_000, 50_000, 20_000, 10, Plan::Exact);
        check(25_000, 50_000, 50_000, 10, Plan::Graph { ef: 100 });
        check(5_000, 50_000, 50_000, 10, Plan::Exact);
        check(25_000, 1_000_000, 1_000_000, 10, Plan::Graph { ef: 100 });
        check(7_000, 1_000_000, 1_000_000, 10, Plan::Exact);
        check(500_000, 1_000_000, 1_000_000, 10, Plan::Graph { ef: 100 });
    }
}
