//! Reading: which records match, and which of them are nearest.

use std::borrow::Cow;

use fixedbitset::FixedBitSet;
use vecino_kernels::exact::exact_search;
use vecino_kernels::hnsw::Filter;
use vecino_kernels::nearest::{self, Neighbor};
use vecino_kernels::quick::quick_search;
use vecino_kernels::sort::sort_by;
use vecino_kernels::vectors::{Query, Vectors};

use super::Collection;
use super::plan::check_vector;
use crate::engine::error::{Code, Error, Result};
use crate::engine::filter::{Where, WhereDocument};
use crate::engine::planner::{Explanation, Plan, Planner, Situation};

/// The answer to one query.
#[derive(Debug, Clone)]
pub struct Found {
    /// Nearest first.
    pub neighbors: Vec<Neighbor>,
    /// How they were found.
    pub explanation: Explanation,
}

/// Which records a call means: those that satisfy everything that is `Some`.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Records with these ids; unknown ids match nothing.
    pub ids: Option<Vec<String>>,
    /// Records that satisfy this clause.
    pub filter: Option<Where>,
    /// Records whose document satisfies this clause.
    pub document_filter: Option<WhereDocument>,
}

impl Selection {
    /// Whether every record matches.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.ids.is_none() && !self.has_clause()
    }

    /// Whether it has a clause over metadata or documents.
    #[must_use]
    pub fn has_clause(&self) -> bool {
        self.filter.is_some() || self.document_filter.is_some()
    }
}

impl Collection {
    /// Slots of the selected records in insertion order, without the first `offset`, at most `limit`.
    ///
    /// # Errors
    /// `invalid_argument` when `ids` is an empty list.
    pub fn get(&self, selection: &Selection, limit: Option<u32>, offset: u32) -> Result<Vec<u32>> {
        let mut slots = self.in_order(&*self.matches(selection)?);
        slots.drain(..slots.len().min(offset as usize));
        slots.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
        Ok(slots)
    }

    /// Live slots in insertion order.
    pub(super) fn in_order(&self, live: &FixedBitSet) -> Vec<u32> {
        let mut slots: Vec<u32> =
            live.ones().map(|slot| u32::try_from(slot).expect("slots are u32")).collect();
        self.sort_by_insertion(&mut slots);
        slots
    }

    /// Slots that ascend are sorted already wherever no slot was used twice.
    pub(super) fn sort_by_insertion(&self, slots: &mut [u32]) {
        sort_by(slots, &|a, b| self.record(a).order.cmp(&self.record(b).order));
    }

    /// For each query the `k` nearest of the selected records, nearest first, fewer only if fewer match.
    ///
    /// `queries` holds n x `dimension` numbers. O(matches) for an exact scan, about O(ef log n) for
    /// a walk through the graph; the planner chooses. `ef` stands for the configured `ef_search`; 0 means a scan.
    ///
    /// # Errors
    /// `dimension_mismatch`, `non_finite`, `zero_vector`, `invalid_argument`.
    pub fn query(
        &self,
        queries: &[f32],
        dimension: usize,
        selection: &Selection,
        k: usize,
        ef: Option<u32>,
    ) -> Result<Vec<Found>> {
        let mut answers = self.neighbors(queries, dimension, selection, k, ef)?;
        answers.iter_mut().for_each(|found| self.order_ties(&mut found.neighbors));
        Ok(answers)
    }

    /// [`Collection::query`] with ties in the order of slots, so that the first of a list are what a
    /// smaller `k` gives.
    pub(super) fn neighbors(
        &self,
        queries: &[f32],
        dimension: usize,
        selection: &Selection,
        k: usize,
        ef: Option<u32>,
    ) -> Result<Vec<Found>> {
        if queries.is_empty() || dimension == 0 || !queries.len().is_multiple_of(dimension) {
            let message = format!(
                "query got {} numbers for embeddings of dimension {dimension}; expected at least one embedding",
                queries.len()
            );
            return Err(Error::new(Code::InvalidArgument, message));
        }
        let rows = queries.chunks_exact(dimension);
        for (at, row) in rows.clone().enumerate() {
            let space = self.definition.configuration.space;
            check_vector(row, space, &|| format!("query embedding {at}"))?;
        }
        let Some(vectors) = self.vectors() else {
            self.matches(selection)?;
            return Ok(rows.map(|_| scanned(Vec::new(), Plan::Exact, 0, 0)).collect());
        };
        if vectors.dimension() != dimension {
            let message = format!(
                "query embeddings have {dimension} numbers; collection \"{}\" expects {}",
                self.definition.name,
                vectors.dimension()
            );
            return Err(Error::new(Code::DimensionMismatch, message));
        }
        let matches = self.matches(selection)?;
        let count = match &matches {
            Cow::Borrowed(_) => self.count() as usize,
            Cow::Owned(matches) => matches.count_ones(..),
        };
        let ef = ef.unwrap_or(self.definition.configuration.ef_search) as usize;
        Ok(rows.map(|row| self.nearest(vectors, row, &matches, count, k, ef)).collect())
    }

    /// Puts records that are equally far into insertion order; so far they go by slot.
    fn order_ties(&self, found: &mut [Neighbor]) {
        let tied = |a: &Neighbor, b: &Neighbor| a.distance == b.distance;
        for ties in found.chunk_by_mut(tied).filter(|ties| ties.len() > 1) {
            let mut slots: Vec<u32> = ties.iter().map(|tie| tie.slot).collect();
            self.sort_by_insertion(&mut slots);
            ties.iter_mut().zip(slots).for_each(|(tie, slot)| tie.slot = slot);
        }
    }

    fn nearest(
        &self,
        vectors: &Vectors,
        row: &[f32],
        matches: &FixedBitSet,
        count: usize,
        k: usize,
        ef: usize,
    ) -> Found {
        let mut memory = self.memory.borrow_mut();
        let query = vectors.query(row, &mut memory);
        let k = k.min(count);
        let live = self.count() as usize;
        let situation = Situation {
            live,
            matches: count,
            linked: self.graph.len(),
            dimension: vectors.dimension(),
            codes: vectors.has_sieve(&query),
            k,
            ef_search: ef,
        };
        let plan = self.planner.plan(situation);
        let mut walked = 0;
        if let (Plan::Graph { ef }, true) = (plan, k > 0) {
            let mut scratch = self.scratch.borrow_mut();
            let walk = if count == live {
                Some(self.graph.search(vectors, &query, k, ef, &mut scratch))
            } else {
                let accept = &|slot: u32| matches.contains(slot as usize);
                let starts = &spread(matches, STARTS);
                let share = count as f32 / live as f32;
                let filter = Filter { accept, share, starts };
                self.graph.search_filtered(vectors, &query, k, ef, filter, &mut scratch)
            };
            walked = scratch.estimates();
            if let Some(mut neighbors) = walk {
                let mut scanned = 0;
                if self.graph.len() < live {
                    let mut tail = self.unlinked.clone();
                    tail.intersect_with(matches);
                    scanned = tail.count_ones(..);
                    let search = scan(Planner::scan(Situation { matches: scanned, ..situation }));
                    neighbors.extend(search(vectors, &query, &tail, k));
                    nearest::sort(&mut neighbors);
                    neighbors.truncate(k);
                }
                if neighbors.len() == k {
                    let explanation = Explanation { plan, matches: count, scanned, walked };
                    return Found { neighbors, explanation };
                }
            }
            // The walk got lost; a scan finds them all.
        }
        let plan = Planner::scan(situation);
        scanned(scan(plan)(vectors, &query, matches, k), plan, count, walked)
    }

    /// The selected records as a set of live slots.
    pub(super) fn matches(&self, selection: &Selection) -> Result<Cow<'_, FixedBitSet>> {
        let Selection { ids, filter, document_filter } = selection;
        if ids.as_ref().is_some_and(Vec::is_empty) {
            let message = "ids is an empty list; leave it out to mean every record";
            return Err(Error::new(Code::InvalidArgument, message));
        }
        if selection.is_everything() {
            return Ok(Cow::Borrowed(&self.live));
        }
        let mut matches = match ids {
            None => self.live.clone(),
            Some(ids) => {
                let mut slots = self.records.slots(ids);
                slots.intersect_with(&self.live);
                slots
            }
        };
        for clause in filter.iter().chain(document_filter.as_ref().map(WhereDocument::as_where)) {
            matches = clause.select(&self.records, matches);
        }
        Ok(Cow::Owned(matches))
    }
}

/// What carries out the plan of a scan.
fn scan(plan: Plan) -> fn(&Vectors, &Query<'_>, &FixedBitSet, usize) -> Vec<Neighbor> {
    if plan == Plan::Codes { quick_search } else { exact_search }
}

/// The answer of a scan over `matches` records, after a walk that was given up if `walked` is not 0.
fn scanned(neighbors: Vec<Neighbor>, plan: Plan, matches: usize, walked: usize) -> Found {
    let explanation = Explanation { plan, matches, scanned: matches, walked };
    Found { neighbors, explanation }
}

/// From how many matches a filtered walk starts.
const STARTS: usize = 64;

/// How far is looked for a match where none is.
const REACH: usize = 256;

/// Up to `count` of `slots`, from all over.
fn spread(slots: &FixedBitSet, count: usize) -> Vec<u32> {
    let stride = slots.len() / count + 1;
    let first = |from: usize| (from..from + stride.min(REACH)).find(|&slot| slots.contains(slot));
    let found = (0..count).filter_map(|n| first(n * stride));
    found.map(|slot| u32::try_from(slot).expect("slots are u32")).collect()
}
