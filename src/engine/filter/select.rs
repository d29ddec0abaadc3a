//! Which records satisfy a clause, as a set of slots.

use fixedbitset::FixedBitSet;
use vecino_kernels::text::Finder;

use super::clause::{Test, Where};
use crate::engine::metadata::Value;
use crate::engine::postings::Values;
use crate::engine::record::Records;

impl Where {
    /// The slots of `within` whose records satisfy the clause. Metadata is looked up in postings;
    /// documents are read one by one, and only those that the rest of the clause leaves open.
    #[must_use]
    pub fn select(&self, records: &Records, mut within: FixedBitSet) -> FixedBitSet {
        match self {
            Self::And(clauses) => {
                for clause in cheapest_first(clauses) {
                    within = clause.select(records, within);
                }
                within
            }
            Self::Or(clauses) => {
                let mut open = within.clone();
                for clause in cheapest_first(clauses) {
                    open.difference_with(&clause.select(records, open.clone()));
                }
                within.difference_with(&open);
                within
            }
            Self::Not(clause) => {
                within.difference_with(&clause.select(records, within.clone()));
                within
            }
            Self::Key(key, test) => {
                let mut found = FixedBitSet::with_capacity(records.capacity() as usize);
                records.postings(key, &mut |postings| match test {
                    Test::Any(values) => add_equal(&postings.scalars, values, &mut found),
                    Test::Between(from, to) => {
                        postings.scalars.add_between(*from..=*to, &mut found);
                    }
                    Test::Contains(value) => {
                        add_equal(&postings.elements, std::slice::from_ref(value), &mut found);
                    }
                });
                within.intersect_with(&found);
                within
            }
            Self::Id(ids) => {
                within.intersect_with(&records.slots(ids));
                within
            }
            Self::Contains(text) => {
                let finder = Finder::new(text);
                keep(records, within, &|document| finder.is_in(document))
            }
            Self::Matches(pattern) => keep(records, within, &|document| pattern.is_match(document)),
        }
    }
}

fn cheapest_first(clauses: &[Where]) -> impl Iterator<Item = &Where> {
    (0..=2).flat_map(move |cost| clauses.iter().filter(move |clause| clause.cost() == cost))
}

fn add_equal(values: &Values, operands: &[Value], found: &mut FixedBitSet) {
    for operand in operands {
        operand.each(&mut |scalar| values.add_equal(scalar, found));
    }
}

/// The slots of `within` whose records have a document that `passes`.
fn keep(records: &Records, within: FixedBitSet, passes: &dyn Fn(&str) -> bool) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(within.len());
    for slot in within.ones() {
        let record = records.get(u32::try_from(slot).expect("slots are u32"));
        let document = record.and_then(|record| record.document.as_deref());
        found.set(slot, document.is_some_and(passes));
    }
    found
}
