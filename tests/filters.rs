//! Filters: what each operator means, and what mistakes are called.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::filters::{compile, judge_document, read_document, where_selection};
use support::object;
use support::pair::Pair;
use vecino::engine::collection::Selection;
use vecino::engine::error::Code;
use vecino::engine::filter::{Where, WhereDocument};
use vecino::engine::json::Json;

fn string(text: &str) -> Json {
    Json::String(text.into())
}

fn list(items: &[Json]) -> Json {
    Json::Array(items.to_vec())
}

/// `full` has every type, `lists` has lists, `bare` has nothing.
fn three() -> Pair {
    let mut pair = Pair::new();
    let full = object(&[
        ("year", Json::Int(2020)),
        ("ratio", Json::Float(0.5)),
        ("zero", Json::Float(-0.0)),
        ("lang", string("en")),
        ("draft", Json::Bool(false)),
    ]);
    let lists = object(&[
        ("year", list(&[Json::Int(2020), Json::Int(2021)])),
        ("ratio", list(&[Json::Float(0.5), Json::Int(2), Json::Int(2)])),
        ("lang", list(&[string("en"), string("de")])),
        ("draft", list(&[Json::Bool(true)])),
    ]);
    let ids = ["full", "lists", "bare"].map(str::to_owned);
    pair.upsert(
        &ids,
        &[Some("One text\nof 2 lines"), Some(""), None],
        vec![full, lists, Json::Null],
    );
    pair
}

#[test]
fn every_operator_is_typed_and_the_negative_ones_are_complements() {
    let pair = three();
    let check = |key: &str, operator: &str, operand: Json, expected: &[&str]| {
        let clause = object(&[(key, object(&[(operator, operand)]))]);
        assert_eq!(pair.ids(&where_selection(&clause)), expected, "{clause:?}");
        pair.check(&clause);
    };
    check("year", "$eq", Json::Int(2020), &["full"]);
    check("year", "$eq", Json::Float(2020.0), &["full"]);
    check("year", "$eq", string("2020"), &[]);
    check("year", "$ne", Json::Int(2020), &["lists", "bare"]);
    check("year", "$gt", Json::Int(2019), &["full"]);
    check("year", "$gt", Json::Int(2020), &[]);
    check("year", "$gt", Json::Float(2019.5), &["full"]);
    check("year", "$gte", Json::Int(2020), &["full"]);
    check("year", "$gte", Json::Float(2020.5), &[]);
    check("year", "$lt", Json::Int(2020), &[]);
    check("year", "$lt", Json::Float(2020.5), &["full"]);
    check("year", "$lte", Json::Int(2020), &["full"]);
    check("ratio", "$lt", Json::Int(1), &["full"]);
    check("zero", "$eq", Json::Int(0), &["full"]);
    check("zero", "$gte", Json::Int(0), &["full"]);
    check("zero", "$lt", Json::Int(0), &[]);
    check("lang", "$in", list(&[string("fr"), string("en")]), &["full"]);
    check("lang", "$nin", list(&[string("en")]), &["lists", "bare"]);
    check("draft", "$eq", Json::Bool(false), &["full"]);
    check("draft", "$eq", Json::Int(0), &[]);
    check("missing", "$eq", Json::Int(1), &[]);
    check("missing", "$ne", Json::Int(1), &["full", "lists", "bare"]);
    check("missing", "$gt", Json::Int(1), &[]);
    check("missing", "$nin", list(&[Json::Int(1)]), &["full", "lists", "bare"]);
    check("missing", "$not_contains", Json::Int(1), &["full", "lists", "bare"]);
    check("year", "$contains", Json::Int(2021), &["lists"]);
    check("ratio", "$contains", Json::Int(2), &["lists"]);
    check("ratio", "$contains", Json::Float(0.5), &["lists"]);
    check("lang", "$contains", string("de"), &["lists"]);
    check("lang", "$contains", string("e"), &[]);
    check("lang", "$not_contains", string("de"), &["full", "bare"]);
    check("draft", "$contains", Json::Bool(true), &["lists"]);
    check("draft", "$contains", Json::Int(1), &[]);
    check("#id", "$eq", string("bare"), &["bare"]);
    check("#id", "$ne", string("bare"), &["full", "lists"]);
    check("#id", "$in", list(&[string("lists"), string("full"), string("?")]), &["full", "lists"]);
    check("#id", "$nin", list(&[string("lists"), string("?")]), &["full", "bare"]);
}

#[test]
fn documents_are_searched_literally_or_by_pattern() {
    let pair = three();
    let check = |operator: &str, text: &str, expected: &[&str]| {
        let clause = object(&[(operator, string(text))]);
        let document_filter = Some(read_document(&clause));
        let selection = Selection { document_filter, ..Selection::default() };
        assert_eq!(pair.ids(&selection), expected, "{clause:?}");
        let judged = pair.rows.iter().filter(|row| judge_document(&clause, row));
        assert_eq!(judged.count(), expected.len(), "{clause:?}");
        assert_eq!(pair.ids(&where_selection(&object(&[("#document", clause)]))), expected);
    };
    check("$contains", "text", &["full"]);
    check("$contains", "Text", &[]);
    check("$contains", "t.xt", &[]);
    check("$contains", "", &["full", "lists"]);
    check("$not_contains", "text", &["lists", "bare"]);
    check("$not_contains", "", &["bare"]);
    check("$regex", r"t.xt$", &[]);
    check("$regex", r"(?m)t.xt$", &["full"]);
    check("$regex", r"\p{Lu}ne .*\d", &[]);
    check("$regex", r"\p{Lu}ne (?s).*\d", &["full"]);
    check("$regex", "", &["full", "lists"]);
    check("$not_regex", "^One", &["lists", "bare"]);
}

#[test]
fn clauses_join_over_metadata_documents_and_ids() {
    let pair = three();
    let year = object(&[("year", Json::Int(2020))]);
    let text = object(&[("#document", object(&[("$contains", string(""))]))]);
    let bare = object(&[("#id", string("bare"))]);
    let check = |clause: &Json, expected: &[&str]| {
        assert_eq!(pair.ids(&where_selection(clause)), expected, "{clause:?}");
    };
    check(&object(&[("$and", list(&[text.clone(), year.clone()]))]), &["full"]);
    check(&object(&[("$or", list(&[text.clone(), bare.clone()]))]), &["full", "lists", "bare"]);
    check(&object(&[("$or", list(&[bare.clone(), year.clone()]))]), &["full", "bare"]);
    check(&object(&[("$and", list(&[bare, year]))]), &[]);
    let selection = Selection {
        ids: Some(vec!["bare".into(), "lists".into(), "?".into()]),
        ..where_selection(&text)
    };
    assert_eq!(pair.ids(&selection), ["lists"]);
}

#[test]
fn mistakes_in_where_are_named() {
    let check = |json: Json, part: &str| {
        let error = Where::from_json(&json, &compile).expect_err(part);
        assert_eq!(error.code, Code::InvalidFilter);
        assert!(error.message.contains(part), "{error}");
    };
    let key =
        |key: &str, operator: &str, operand: Json| object(&[(key, object(&[(operator, operand)]))]);
    check(key("year", "$gtt", Json::Int(1)), "did you mean \"$gt\"");
    check(object(&[("$adn", list(&[]))]), "did you mean \"$and\"");
    check(object(&[("$and", list(&[object(&[("a", Json::Int(1))])]))]), "at least two");
    check(object(&[("$and", Json::Int(1))]), "expected an array of clauses");
    check(key("year", "$gt", string("1")), "expected a number");
    check(key("year", "$lt", Json::Float(f64::NAN)), "where \"year\" $lt is NaN");
    check(key("year", "$in", list(&[])), "empty array");
    check(key("year", "$in", list(&[Json::Int(1), string("1")])), "mixes a number and a string");
    check(object(&[("year", Json::Null)]), "is null");
    check(object(&[("year", list(&[Json::Int(1)]))]), "is an array");
    check(key("year", "$eq", Json::Float(f64::NAN)), "NaN");
    check(key("tags", "$contains", list(&[string("a")])), "$contains is an array");
    check(key("title", "$regex", string("a")), "$regex, which is for the key #document only");
    check(key("#document", "$eq", string("a")), "expected one of $contains, $not_contains");
    check(object(&[("#document", string("a"))]), "unknown operator \"$eq\" in where \"#document\"");
    check(key("#document", "$contains", Json::Int(1)), "expected a string");
    check(key("#id", "$gt", Json::Int(1)), "unknown operator \"$gt\" in where \"#id\"");
    check(key("#id", "$eq", Json::Int(1)), "has an id that is no string");
    check(object(&[("#documents", string("a"))]), "did you mean \"#document\"");
    check(object(&[]), "leave it out");
    check(Json::Int(1), "expected an object");
    check(object(&[("a", Json::Int(1)), ("b", Json::Int(2))]), "2 keys (a, b)");
    let deep = (0..100).fold(object(&[("a", Json::Int(1))]), |inner, _| {
        object(&[("$and", list(&[inner, object(&[("b", Json::Int(1))])]))])
    });
    check(deep, "nested deeper than 64");
}

#[test]
fn mistakes_in_where_document_are_named() {
    let check = |operator: &str, operand: Json, part: &str, code: Code| {
        let json = object(&[(operator, operand)]);
        let error = WhereDocument::from_json(&json, &compile).expect_err(part);
        assert_eq!(error.code, code);
        assert!(error.message.contains(part), "{error}");
    };
    check("$contain", string("x"), "did you mean \"$contains\"", Code::InvalidFilter);
    check("contains", string("x"), "did you mean \"$contains\"", Code::InvalidFilter);
    check("$matches", string("x"), "expected one of $contains", Code::InvalidFilter);
    check("$contains", Json::Int(1), "expected a string", Code::InvalidFilter);
    check("$not_regex", Json::Null, "$not_regex is null", Code::InvalidFilter);
    check("$regex", string("a("), "unclosed group", Code::InvalidRegex);
    let inner = object(&[("$regex", string("(?=a)"))]);
    check("$or", list(&[inner.clone(), inner]), "look-around", Code::InvalidRegex);
}
