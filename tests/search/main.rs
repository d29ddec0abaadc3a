//! Searches of the engine beside a reference that computes with maps of scores, as Chroma's own
//! executor does.
#![cfg(not(target_arch = "wasm32"))]

mod reference;
#[path = "../support/mod.rs"]
mod support;

use std::rc::Rc;

use reference::{Reference, Row, keep, sort_key};
use support::{Random, batch, definition, object};
use vecino::engine::collection::{Collection, Operation, Selection};
use vecino::engine::error::{Code, Error, Result};
use vecino::engine::filter::Matcher;
use vecino::engine::json::Json;
use vecino::engine::planner::Planner;
use vecino::engine::rank::Search;

const DIMENSION: usize = 4;

fn no_regex(_: &str) -> Result<Rc<dyn Matcher>> {
    Err(Error::new(Code::InvalidRegex, "no regular expressions here"))
}

fn read(json: &Json) -> Search {
    Search::from_json(json, &no_regex).expect("valid")
}

fn text(text: &str) -> Json {
    Json::String(text.into())
}

/// Vectors whose distances are small whole numbers, so that there are many ties and no rounding.
fn small_vector(random: &mut Random) -> Vec<f32> {
    (0..DIMENSION).map(|_| random.below(3) as f32).collect()
}

fn random_collection(random: &mut Random) -> (Collection, Vec<Row>) {
    let mut collection = Collection::new(definition("l2"));
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..random.below(5) + 1 {
        for _ in 0..random.below(30) {
            let id = format!("r{}", random.below(60));
            let (embedding, year) = (small_vector(random), random.below(5) as i64);
            let group = (random.below(4) > 0).then(|| random.below(3) as i64);
            let mut entries = vec![("year", Json::Int(year))];
            entries.push(("group", group.map_or(Json::Null, Json::Int)));
            let mut one = batch(&[&id], &[&embedding]);
            one.metadatas = Some(vec![object(&entries)]);
            let change = collection.plan(Operation::Upsert, &one).expect("valid");
            collection.apply(change);
            let row = Row { id: id.clone(), embedding, group, year };
            match rows.iter_mut().find(|row| row.id == id) {
                Some(old) => *old = row,
                None => rows.push(row),
            }
        }
        // Links some, so that later updates move records to other slots; deletes leave holes.
        collection.set_planner(Planner { exact_numbers: 20, scanned_per_candidate: 50 });
        while collection.link(64) {}
        if let (true, Some(row)) = (random.below(2) == 0, rows.first()) {
            let selection = Selection { ids: Some(vec![row.id.clone()]), ..Selection::default() };
            let (change, _) = collection.plan_delete(&selection, None).expect("valid");
            collection.apply(change);
            rows.remove(0);
        }
    }
    // Scans whatever the size: what a walk misses is no matter of searches.
    collection.set_planner(Planner::default());
    (collection, rows)
}

fn random_rank(random: &mut Random, depth: usize) -> Json {
    let list = |random: &mut Random| {
        Json::Array((0..1 + random.below(3)).map(|_| random_rank(random, depth - 1)).collect())
    };
    match random.below(if depth == 0 { 3 } else { 12 }) {
        0 => object(&[("$val", Json::Int(random.below(5) as i64 - 2))]),
        1 | 2 => {
            let query = small_vector(random).into_iter().map(|x| Json::Float(x.into())).collect();
            let default = [Json::Null, Json::Null, Json::Int(0), Json::Int(7)];
            let mut entries = vec![("query", Json::Array(query))];
            entries.push(("default", default[random.below(4)].clone()));
            entries.push(("return_rank", Json::Bool(random.below(2) == 0)));
            // As many as there can be, or few: which of a tie the cut takes is arbitrary, so that
            // the reference takes the collection's.
            entries.push(("limit", Json::Int([3, 8, 100][random.below(3)])));
            object(&[("$knn", object(&entries))])
        }
        3 | 4 => object(&[("$sum", list(random))]),
        5 => object(&[("$mul", list(random))]),
        6 => object(&[("$max", list(random))]),
        7 => object(&[("$min", list(random))]),
        operator @ (8 | 9) => {
            let sides = [random_rank(random, depth - 1), random_rank(random, depth - 1)];
            let [left, right] = sides;
            let name = if operator == 8 { "$sub" } else { "$div" };
            object(&[(name, object(&[("left", left), ("right", right)]))])
        }
        10 => object(&[("$abs", random_rank(random, depth - 1))]),
        _ => {
            let name = ["$exp", "$log"][random.below(2)];
            object(&[(name, random_rank(random, depth - 1))])
        }
    }
}

#[test]
fn random_searches_agree_with_the_reference() {
    let mut random = Random(20_261_122);
    let (mut answered, mut scored, mut grouped, mut unscored) = (0, 0, 0, 0);
    for round in 0..60 {
        let (collection, rows) = random_collection(&mut random);
        assert_eq!(collection.count() as usize, rows.len());
        for turn in 0..40 {
            let rank = random_rank(&mut random, 3);
            let mut entries = vec![("rank", rank.clone())];
            let year = (random.below(3) == 0).then(|| random.below(4) as i64);
            if let Some(year) = year {
                let clause = object(&[("year", object(&[("$gte", Json::Int(year))]))]);
                entries.push(("filter", clause));
            }
            let (largest, k) = (random.below(2) == 0, 1 + random.below(3));
            let groups = random.below(3) == 0;
            if groups {
                let keys = Json::Array(vec![text("year"), text("#score")]);
                let aggregate = object(&[("keys", keys), ("k", Json::Int(k as i64))]);
                let name = if largest { "$max_k" } else { "$min_k" };
                let keys = ("keys", Json::Array(vec![text("group")]));
                let aggregate = ("aggregate", object(&[(name, aggregate)]));
                entries.push(("group_by", object(&[keys, aggregate])));
            }
            let (offset, limit) = (random.below(4), 1 + random.below(30));
            let part = [("offset", Json::Int(offset as i64)), ("limit", Json::Int(limit as i64))];
            entries.push(("limit", object(&part)));
            let Ok(search) = Search::from_json(&object(&entries), &no_regex) else {
                unscored += 1; // a rank of values alone
                continue;
            };
            let answer = collection.search(&search).expect("valid");

            let selection = search.selection.clone();
            let reference = Reference { collection: &collection, rows: &rows, selection };
            let mut expected: Vec<(usize, f32)> =
                reference.domain(&rank).support.into_iter().collect();
            expected.sort_by(|a, b| sort_key(a.1).total_cmp(&sort_key(b.1)).then(a.0.cmp(&b.0)));
            if groups {
                expected = keep(&expected, &rows, largest, k);
                grouped += 1;
            }
            let expected: Vec<_> = expected.into_iter().skip(offset).take(limit).collect();
            let ids: Vec<_> = expected.iter().map(|(at, _)| rows[*at].id.as_str()).collect();
            let found: Vec<_> =
                answer.slots.iter().map(|slot| &*collection.record(*slot).id).collect();
            assert_eq!(found, ids, "round {round} turn {turn}: {rank:?}");
            for ((_, expected), score) in expected.iter().zip(answer.scores.expect("ranked")) {
                let same = score == *expected || score.is_nan() && expected.is_nan();
                assert!(same, "round {round} turn {turn}: {score}, not {expected}");
                scored += 1;
            }
            answered += usize::from(!found.is_empty());
        }
    }
    assert!(answered > 1000 && scored > 5000 && grouped > 300 && unscored > 50);
}

fn three() -> Collection {
    let mut collection = Collection::new(definition("l2"));
    let records = batch(&["a", "b", "c"], &[&[0.0, 0.0], &[3.0, 0.0], &[1.0, 0.0]]);
    let change = collection.plan(Operation::Add, &records).expect("valid");
    collection.apply(change);
    collection
}

fn ids(collection: &Collection, search: &Search) -> (Vec<String>, Option<Vec<f32>>) {
    let answer = collection.search(search).expect("valid");
    let ids = answer.slots.iter().map(|slot| collection.record(*slot).id.to_string()).collect();
    (ids, answer.scores)
}

fn knn(query: &[f64], entries: &[(&str, Json)]) -> Json {
    let query = Json::Array(query.iter().map(|value| Json::Float(*value)).collect());
    object(&[("$knn", object(&[&[("query", query)], entries].concat()))])
}

#[test]
fn without_a_rank_records_come_in_insertion_order_without_scores() {
    let search = read(&object(&[("limit", object(&[("offset", Json::Int(1))]))]));
    assert_eq!(ids(&three(), &search), (vec!["b".to_owned(), "c".to_owned()], None));
}

#[test]
fn a_knn_without_a_limit_lists_sixteen() {
    let mut collection = Collection::new(definition("l2"));
    let names: Vec<String> = (0..40).map(|at| format!("r{at}")).collect();
    let rows: Vec<[f32; 1]> = (0..40_u8).map(|at| [at.into()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<&[f32]> = rows.iter().map(<[f32; 1]>::as_slice).collect();
    let change = collection.plan(Operation::Add, &batch(&names, &rows)).expect("valid");
    collection.apply(change);
    let (found, _) = ids(&collection, &read(&object(&[("rank", knn(&[0.0], &[]))])));
    assert_eq!(found, names[..16]);
}

#[test]
fn places_count_from_zero_and_fuse() {
    let place = |query: f64| {
        let entries = [("return_rank", Json::Bool(true)), ("limit", Json::Int(2))];
        let rank = knn(&[query, 0.0], &entries);
        let sum = Json::Array(vec![rank, object(&[("$val", Json::Int(60))])]);
        let sides =
            [("left", object(&[("$val", Json::Int(1))])), ("right", object(&[("$sum", sum)]))];
        object(&[("$div", object(&sides))])
    };
    let sum = object(&[("$sum", Json::Array(vec![place(0.0), place(4.0)]))]);
    let minus = Json::Array(vec![sum, object(&[("$val", Json::Int(-1))])]);
    let search = read(&object(&[("rank", object(&[("$mul", minus)]))]));
    // Nearest to 0 are a and c, to 4 b and c: only c is in both lists, at place 1 of each.
    let (found, scores) = ids(&three(), &search);
    assert_eq!(found, ["c"]);
    assert!((scores.expect("ranked")[0] + 2.0 / 61.0).abs() < 1e-7);
}

#[test]
fn what_is_no_number_ranks_last_and_infinities_keep_their_side() {
    // The logarithm of the distance less 1: of -1, 8 and 0.
    let less = [("left", knn(&[0.0, 0.0], &[])), ("right", object(&[("$val", Json::Int(1))]))];
    let log = object(&[("$log", object(&[("$sub", object(&less))]))]);
    let (found, scores) = ids(&three(), &read(&object(&[("rank", log)])));
    assert_eq!(found, ["c", "b", "a"]);
    let scores = scores.expect("ranked");
    assert_eq!(scores[0], f32::NEG_INFINITY);
    assert!(scores[2].is_nan());
}

#[test]
fn an_empty_collection_and_a_wrong_dimension() {
    let search = read(&object(&[("rank", knn(&[1.0], &[]))]));
    let empty = Collection::new(definition("l2"));
    assert_eq!(ids(&empty, &search), (vec![], Some(vec![])));
    let error = three().search(&search).expect_err("of dimension 2");
    assert_eq!(error.code, Code::DimensionMismatch);
}
