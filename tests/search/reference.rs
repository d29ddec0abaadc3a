//! The specification: scores as maps. A domain is what some records are scored and, if any, what
//! all others are; an operation joins the domains of its operands.

use std::collections::BTreeMap;

use vecino::engine::collection::{Collection, Selection};
use vecino::engine::json::Json;

use crate::DIMENSION;

/// A record of the reference, in insertion order.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) embedding: Vec<f32>,
    pub(crate) group: Option<i64>,
    pub(crate) year: i64,
}

fn squared_l2(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// What some records are scored, by their place in `rows`, and what the others are.
pub(crate) struct Domain {
    pub(crate) support: BTreeMap<usize, f32>,
    pub(crate) default: Option<f32>,
}

pub(crate) struct Reference<'a> {
    pub(crate) collection: &'a Collection,
    pub(crate) rows: &'a [Row],
    pub(crate) selection: Selection,
}

impl Reference<'_> {
    pub(crate) fn domain(&self, rank: &Json) -> Domain {
        let (name, operand) = entry(rank);
        let both =
            |a: &Json, b: &Json, f: fn(f32, f32) -> f32| merge(&self.domain(a), &self.domain(b), f);
        let fold = |f: fn(f32, f32) -> f32| {
            let domains: Vec<Domain> =
                array(operand).iter().map(|json| self.domain(json)).collect();
            domains.into_iter().reduce(|a, b| merge(&a, &b, f)).expect("not empty")
        };
        let map = |f: fn(f32) -> f32| {
            let Domain { support, default } = self.domain(operand);
            let support = support.into_iter().map(|(at, score)| (at, f(score))).collect();
            Domain { support, default: default.map(f) }
        };
        match name {
            "$val" => Domain { support: BTreeMap::new(), default: Some(number(operand)) },
            "$knn" => self.list(operand),
            "$sum" => fold(|a, b| a + b),
            "$mul" => fold(|a, b| a * b),
            "$max" => fold(f32::max),
            "$min" => fold(f32::min),
            "$sub" => both(field(operand, "left"), field(operand, "right"), |a, b| a - b),
            "$div" => both(field(operand, "left"), field(operand, "right"), |a, b| a / b),
            "$abs" => map(f32::abs),
            "$exp" => map(f32::exp),
            _ => map(f32::ln),
        }
    }

    /// The nearest of the selected rows. Which rows of equal distance the cut keeps is the
    /// collection's choice; how far they are and how they rank is not.
    fn list(&self, knn: &Json) -> Domain {
        let query: Vec<f32> = array(field(knn, "query")).iter().map(number).collect();
        let limit = number(field(knn, "limit")) as usize;
        let found = self.collection.query(&query, DIMENSION, &self.selection, limit, None);
        let mut found: Vec<(usize, f32)> = found.expect("valid")[0]
            .neighbors
            .iter()
            .map(|neighbor| {
                let id = &*self.collection.record(neighbor.slot).id;
                let at = self.rows.iter().position(|row| row.id == id).expect("known");
                (at, squared_l2(&query, &self.rows[at].embedding))
            })
            .collect();
        let wanted = self.collection.get(&self.selection, None, 0).expect("valid").len().min(limit);
        assert_eq!(found.len(), wanted);
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let ranked = *field(knn, "return_rank") == Json::Bool(true);
        let scored = found.iter().enumerate();
        Domain {
            support: scored
                .map(|(rank, (at, distance))| (*at, if ranked { rank as f32 } else { *distance }))
                .collect(),
            default: match field(knn, "default") {
                Json::Null => None,
                default => Some(number(default)),
            },
        }
    }
}

fn merge(a: &Domain, b: &Domain, f: fn(f32, f32) -> f32) -> Domain {
    let all = a.support.keys().chain(b.support.keys());
    let value = |domain: &Domain, at: &usize| domain.support.get(at).copied().or(domain.default);
    let support = all.filter_map(|at| Some((*at, f(value(a, at)?, value(b, at)?)))).collect();
    let default = a.default.zip(b.default).map(|(a, b)| f(a, b));
    Domain { support, default }
}

fn entry(json: &Json) -> (&str, &Json) {
    match json {
        Json::Object(entries) => (&entries[0].0, &entries[0].1),
        _ => panic!("an object"),
    }
}

fn field<'a>(json: &'a Json, name: &str) -> &'a Json {
    let Json::Object(entries) = json else { panic!("an object") };
    &entries.iter().find(|(key, _)| key == name).expect("there").1
}

fn array(json: &Json) -> &[Json] {
    match json {
        Json::Array(items) => items,
        _ => panic!("an array"),
    }
}

fn number(json: &Json) -> f32 {
    match json {
        Json::Int(value) => *value as f32,
        Json::Float(value) => *value as f32,
        _ => panic!("a number"),
    }
}

/// NaN last, and one zero.
pub(crate) fn sort_key(score: f32) -> f32 {
    if score.is_nan() { f32::NAN } else { score + 0.0 }
}

/// The first `k` of each group by year, then score, then rank.
pub(crate) fn keep(
    ranked: &[(usize, f32)],
    rows: &[Row],
    largest: bool,
    k: usize,
) -> Vec<(usize, f32)> {
    let mut kept = vec![];
    for (place, (at, score)) in ranked.iter().enumerate() {
        let before = ranked.iter().enumerate().filter(|(other_place, (other, other_score))| {
            let (a, b) = (&rows[*at], &rows[*other]);
            let by_year = b.year.cmp(&a.year);
            let by_score = sort_key(*other_score).total_cmp(&sort_key(*score));
            let mut order = by_year.then(by_score);
            if largest {
                order = order.reverse();
            }
            a.group == b.group && order.then(other_place.cmp(&place)).is_lt()
        });
        if before.count() < k {
            kept.push((*at, *score));
        }
    }
    kept
}
