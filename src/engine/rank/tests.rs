//! Reading searches, scoring, groups.

use std::rc::Rc;

use vecino_kernels::nearest::Neighbor;

use super::*;
use crate::engine::error::{Code, Error, Result};
use crate::engine::filter::Matcher;
use crate::engine::json::Json;
use crate::engine::metadata::{Metadata, MetadataPatch};

fn object(entries: &[(&str, Json)]) -> Json {
    Json::Object(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

fn text(text: &str) -> Json {
    Json::String(text.into())
}

fn texts(texts: &[&str]) -> Json {
    Json::Array(texts.iter().map(|item| text(item)).collect())
}

fn val(value: f64) -> Json {
    object(&[("$val", Json::Float(value))])
}

fn knn(entries: &[(&str, Json)]) -> Json {
    let query = ("query", Json::Array(vec![Json::Int(1), Json::Float(0.5)]));
    object(&[("$knn", object(&[&[query], entries].concat()))])
}

fn read(entries: &[(&str, Json)]) -> Result<Search> {
    let none = |_: &str| -> Result<Rc<dyn Matcher>> {
        Err(Error::new(Code::InvalidRegex, "no regular expressions here"))
    };
    Search::from_json(&object(entries), &none)
}

fn rank(json: Json) -> Search {
    read(&[("rank", json)]).expect("valid")
}

#[test]
fn every_part_of_a_search_is_read() {
    let min_k = object(&[("keys", texts(&["year", "#score"])), ("k", Json::Int(2))]);
    let search = read(&[
        ("filter", object(&[("lang", text("en"))])),
        ("rank", knn(&[("limit", Json::Int(3)), ("default", Json::Int(9))])),
        (
            "group_by",
            object(&[("keys", texts(&["lang"])), ("aggregate", object(&[("$min_k", min_k)]))]),
        ),
        ("limit", object(&[("offset", Json::Int(4)), ("limit", Json::Int(5))])),
        ("select", object(&[("keys", texts(&["#document", "year", "#score", "lang"]))])),
    ])
    .expect("valid");
    assert!(search.selection.filter.is_some());
    assert_eq!(search.rank, Some(Rank::Knn(0)));
    let expected = Knn { query: vec![1.0, 0.5], limit: 3, default: Some(9.0), return_rank: false };
    assert_eq!(search.knns, [expected]);
    let aggregate = Aggregate { largest: false, keys: vec!["year".into(), "#score".into()], k: 2 };
    assert_eq!(search.group_by, Some(GroupBy { keys: vec!["lang".into()], aggregate }));
    assert_eq!((search.offset, search.limit), (4, Some(5)));
    let Select { names, document, embedding, score, metadata } = search.select;
    assert_eq!(names, ["#document", "year", "#score", "lang"]);
    assert!(document && score && !embedding);
    assert_eq!(metadata, Some(Wanted::Keys(vec!["year".into(), "lang".into()])));
}

#[test]
fn what_is_left_out_or_null_has_its_default() {
    let search = read(&[("rank", Json::Null), ("limit", object(&[("limit", Json::Null)]))]);
    let search = search.expect("valid");
    assert!(search.rank.is_none() && search.group_by.is_none());
    assert_eq!((search.offset, search.limit), (0, None));
    assert!(search.select.metadata.is_none() && search.select.names.is_empty());
    let Knn { limit, default, return_rank, .. } = &rank(knn(&[("default", Json::Null)])).knns[0];
    assert_eq!((*limit, *default, *return_rank), (16, None, false));
    let all = read(&[("select", object(&[("keys", texts(&["year", "#metadata", "#id"]))]))]);
    assert_eq!(all.expect("valid").select.metadata, Some(Wanted::All));
}

#[test]
fn operators_compute_from_left_to_right() {
    let check = |operator: &str, operand: Json, expected: f32| {
        let search = rank(object(&[(
            "$sum",
            Json::Array(vec![
                object(&[(operator, operand)]),
                object(&[("$mul", Json::Array(vec![knn(&[]), val(0.0)]))]),
            ]),
        )]));
        let score = search.rank.expect("given").score(&|_| Some(1.0)).expect("listed");
        let same = score == expected || score.is_nan() && expected.is_nan();
        assert!(same || (score - expected).abs() < 1e-6, "{operator}: {score}, not {expected}");
    };
    let list = |values: &[f64]| Json::Array(values.iter().map(|value| val(*value)).collect());
    let sides = |left, right| object(&[("left", val(left)), ("right", val(right))]);
    check("$sum", list(&[1.0, 2.0, 3.5]), 6.5);
    check("$mul", list(&[2.0, 3.0, -4.0]), -24.0);
    check("$max", list(&[1.0, 3.0, 2.0]), 3.0);
    check("$min", list(&[2.0, -1.0]), -1.0);
    check("$sub", sides(1.0, 3.0), -2.0);
    check("$div", sides(1.0, 4.0), 0.25);
    check("$abs", val(-2.5), 2.5);
    check("$exp", val(1.0), std::f32::consts::E);
    check("$log", val(std::f64::consts::E), 1.0);
    check("$sum", list(&[7.0]), 7.0);
    check("$div", sides(1.0, 0.0), f32::INFINITY);
    check("$div", sides(-1.0, 0.0), f32::NEG_INFINITY);
    check("$div", sides(0.0, 0.0), f32::NAN);
    check("$log", val(0.0), f32::NEG_INFINITY);
    check("$log", val(-1.0), f32::NAN);
    check("$exp", val(1000.0), f32::INFINITY);
}

#[test]
fn max_and_min_prefer_a_number_to_nan() {
    let nan = object(&[("$log", val(-1.0))]);
    for operator in ["$max", "$min"] {
        for operands in [vec![nan.clone(), knn(&[])], vec![knn(&[]), nan.clone()]] {
            let search = rank(object(&[(operator, Json::Array(operands))]));
            assert_eq!(search.rank.expect("given").score(&|_| Some(3.0)), Some(3.0));
        }
    }
}

#[test]
fn a_record_that_a_list_without_default_lacks_has_no_score() {
    let both = Json::Array(vec![knn(&[]), knn(&[("default", Json::Int(5))])]);
    let search = rank(object(&[("$sum", both)]));
    assert_eq!(search.knns.len(), 2);
    let rank = search.rank.expect("given");
    let score = |a: Option<f32>, b: Option<f32>| rank.score(&|at| [a, b][at]);
    assert_eq!(score(Some(1.0), Some(2.0)), Some(3.0));
    assert_eq!(score(None, Some(2.0)), None);
    assert_eq!(score(Some(1.0), None), None);
}

#[test]
fn mistakes_are_named() {
    let check = |entries: &[(&str, Json)], part: &str| {
        let error = read(entries).expect_err(part);
        assert!(error.message.contains(part), "{error}");
    };
    let rank = |json: Json, part: &str| check(&[("rank", json)], part);
    check(&[("where", Json::Null)], "unknown key \"where\"");
    rank(object(&[("$knm", Json::Null)]), "did you mean \"$knn\"");
    rank(val(1.0), "the rank has no $knn");
    rank(Json::Int(1), "a rank is a number; expected an object");
    rank(Json::Object(vec![]), "a rank has 0 operators");
    rank(object(&[("$val", text("1"))]), "$val is a string; expected a number");
    rank(val(1e39), "$val is Infinity; expected a finite 32-bit float");
    rank(object(&[("$sum", Json::Array(vec![]))]), "$sum is an empty array");
    rank(object(&[("$sum", val(1.0))]), "$sum is an object; expected an array of ranks");
    rank(object(&[("$sub", object(&[("left", val(1.0))]))]), "$sub needs left and right");
    rank(object(&[("$div", object(&[("lift", val(1.0))]))]), "did you mean \"left\"");
    let query = |json: Json, part: &str| {
        rank(object(&[("$knn", object(&[("query", json)]))]), part);
    };
    query(text("cats"), "$knn.query is a text");
    query(object(&[("indices", Json::Null)]), "$knn.query is a sparse vector");
    query(Json::Array(vec![]), "$knn.query is an empty array");
    query(Json::Null, "$knn.query is missing");
    query(Json::Array(vec![Json::Float(f64::NAN)]), "a value of $knn.query is NaN");
    rank(knn(&[("key", text("sparse"))]), "$knn searches \"sparse\"");
    rank(knn(&[("limit", Json::Int(0))]), "$knn.limit is 0; expected a whole number from 1");
    rank(knn(&[("limit", Json::Float(1.5))]), "$knn.limit is a fraction");
    rank(knn(&[("return_rank", Json::Int(1))]), "expected a boolean");
    let other = object(&[("$knn", object(&[("query", Json::Array(vec![Json::Int(1)]))]))]);
    rank(object(&[("$sum", Json::Array(vec![knn(&[]), other]))]), "2 numbers, another 1");
    let deep = (0..100).fold(knn(&[]), |inner, _| object(&[("$abs", inner)]));
    rank(deep, "nested deeper than 64");

    let group = |keys: &[&str], aggregate: Json, part: &str| {
        let group_by = object(&[("keys", texts(keys)), ("aggregate", aggregate)]);
        check(&[("rank", knn(&[])), ("group_by", group_by)], part);
    };
    let min_k = |keys: &[&str], k: i64| {
        object(&[("$min_k", object(&[("keys", texts(keys)), ("k", Json::Int(k))]))])
    };
    group(&[], min_k(&["a"], 1), "group_by.keys has no keys");
    group(&["#score"], min_k(&["a"], 1), "the key \"#score\"; expected metadata keys");
    group(&["a"], min_k(&["#document"], 1), "expected metadata keys or #score");
    group(&["a"], min_k(&["b"], 0), "$min_k is 0");
    group(&["a"], object(&[("$mink", Json::Null)]), "did you mean \"$min_k\"");
    group(&["a"], Json::Object(vec![]), "needs one of $min_k and $max_k");
    let grouped = object(&[("keys", texts(&["a"])), ("aggregate", min_k(&["b"], 1))]);
    check(&[("group_by", grouped)], "group_by needs a rank");
    check(&[("limit", object(&[("limit", Json::Int(-1))]))], "limit.limit is -1");
    check(&[("limit", Json::Int(3))], "limit is a number; expected an object");
    check(&[("select", object(&[("keys", texts(&["#documents"]))]))], "did you mean \"#document\"");
    check(&[("select", object(&[("keys", text("a"))]))], "expected an array of strings");
    check(&[("filter", object(&[("a", object(&[("$gtt", Json::Int(1))]))]))], "\"$gt\"");
}

fn metadata(entries: &[(&str, Json)]) -> Option<Metadata> {
    let patch = MetadataPatch::from_json(&object(entries), &|| "a record".into());
    patch.expect("valid").merge(None)
}

#[test]
fn groups_keep_their_first_records_in_ranked_order() {
    let records = [
        metadata(&[("g", text("a")), ("year", Json::Int(2))]),
        metadata(&[("g", text("b")), ("year", Json::Int(9))]),
        metadata(&[("g", text("a")), ("year", Json::Float(1.5))]),
        None,
        metadata(&[("g", text("a"))]),
        metadata(&[("g", text("b")), ("year", text("9"))]),
        metadata(&[("year", Json::Bool(true))]),
        metadata(&[("g", Json::Int(1))]),
        metadata(&[("g", texts(&["a"])), ("year", Json::Int(0))]),
    ];
    let ranked: Vec<Neighbor> = (0..)
        .zip([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
        .map(|(slot, distance)| Neighbor { distance, slot })
        .collect();
    let keep = |largest: bool, keys: &[&str], k: u32| -> Vec<u32> {
        let keys = keys.iter().map(|key| (*key).into()).collect();
        let aggregate = Aggregate { largest, keys, k };
        let group_by = GroupBy { keys: vec!["g".into()], aggregate };
        let kept = group_by.keep(&ranked, &|slot| records[slot as usize].as_ref());
        kept.iter().map(|neighbor| neighbor.slot).collect()
    };
    assert_eq!(keep(false, &["#score"], 1), [0, 1, 3, 7]);
    assert_eq!(keep(true, &["#score"], 1), [4, 5, 7, 8], "a list counts as missing");
    assert_eq!(keep(false, &["#score"], 2), [0, 1, 2, 3, 5, 6, 7]);
    assert_eq!(keep(false, &["year"], 1), [1, 3, 4, 7], "missing < booleans < numbers < texts");
    assert_eq!(keep(true, &["year"], 1), [0, 5, 7, 8]);
    assert_eq!(keep(true, &["year", "#score"], 2), [0, 1, 2, 5, 6, 7, 8]);
    assert_eq!(keep(false, &["absent"], 1), [0, 1, 3, 7], "ranked order decides");
    assert_eq!(keep(true, &["absent"], 1), [0, 1, 3, 7], "ranked order decides");
    assert_eq!(keep(false, &["#score"], 100).len(), 9);
}
