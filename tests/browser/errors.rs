//! Every rejection is an `Error` with a code and a message that says where to look.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

#[wasm_bindgen_test]
async fn mistakes_in_records_are_named() {
    let database = open(None).await;
    let id = create(&database, "strict").await;
    ok(database.add(id.clone(), &record("a", 1))).await;
    let one = "embeddings: new Float32Array([1, 2]), dimension: 2";
    for (batch, expected, part) in [
        ("null".to_owned(), "invalid_argument", "expected an object"),
        ("{}".to_owned(), "invalid_argument", "ids is undefined"),
        (format!("{{ids: ['x', 7], {one}}}"), "invalid_argument", "ids[1] is a number"),
        (format!("{{ids: ['x', 'y'], {one}}}"), "invalid_argument", "expected 4"),
        (format!("{{ids: ['x', 'x'], {one}}}"), "duplicate_id", "\"x\""),
        (
            "{ids: ['x'], embeddings: [1, 2], dimension: 2}".to_owned(),
            "invalid_argument",
            "an Array; expected a Float32Array",
        ),
        (
            "{ids: ['x'], embeddings: new Float32Array([1, 2])}".to_owned(),
            "invalid_argument",
            "without their dimension",
        ),
        (
            "{ids: ['x'], embeddings: new Float32Array(3), dimension: 3}".to_owned(),
            "dimension_mismatch",
            "expects 2",
        ),
        (
            "{ids: ['x'], embeddings: new Float32Array([NaN, 1]), dimension: 2}".to_owned(),
            "non_finite",
            "\"x\"",
        ),
        (
            format!("{{ids: ['x'], {one}, documents: [new Date()]}}"),
            "invalid_argument",
            "documents[0] is a Date",
        ),
        (
            format!("{{ids: ['x'], {one}, metadatas: [{{when: new Date()}}]}}"),
            "invalid_metadata",
            "metadata of record \"x\", key \"when\" is a Date",
        ),
        (
            format!("{{ids: ['x'], {one}, metadatas: [{{big: 10n}}]}}"),
            "invalid_metadata",
            "a bigint",
        ),
        (format!("{{ids: ['x'], {one}, metadatas: [new Map()]}}"), "invalid_metadata", "a Map"),
        (
            format!("{{ids: ['x'], {one}, metadatas: [{{f: () => 1}}]}}"),
            "invalid_metadata",
            "a function",
        ),
        (format!("{{ids: ['x'], {one}, metadatas: [{{n: Infinity}}]}}"), "non_finite", "\"n\""),
        (
            format!(
                "{{ids: ['x'], {one}, metadatas: [(() => {{ const a = []; a[0] = a; return {{a}}; }})()]}}"
            ),
            "invalid_metadata",
            "nested deeper",
        ),
    ] {
        let (code, message) = error(database.upsert(id.clone(), &js(&batch))).await;
        assert_eq!(code, expected, "{batch}: {message}");
        assert!(message.contains(part), "{batch}: {message}");
    }
    assert_eq!(ids(&database, &id).await, ["a"]);
}

#[wasm_bindgen_test]
async fn mistakes_in_selections_are_named() {
    let database = open(None).await;
    let id = create(&database, "strict").await;
    ok(database.add(id.clone(), &record("a", 1))).await;
    for (selection, include, expected, part) in [
        ("{where: {$eqq: 1}}", "[]", "invalid_filter", "$eqq"),
        ("{where: {a: {$gt: undefined}}}", "[]", "invalid_filter", ""),
        ("{where: {a: undefined}}", "[]", "invalid_filter", ""),
        ("{where: {a: new Date()}}", "[]", "invalid_filter", "where, key \"a\" is a Date"),
        ("{whereDocument: {$contain: 'x'}}", "[]", "invalid_filter", "$contains"),
        ("{where: {'#ids': 'x'}}", "[]", "invalid_filter", "did you mean \"#id\""),
        ("{where: {tags: {$contains: ['x']}}}", "[]", "invalid_filter", "is an array"),
        ("{limit: -1}", "[]", "invalid_argument", "limit is -1"),
        ("{limit: 1.5}", "[]", "invalid_argument", "limit is 1.5"),
        ("{offset: 'a'}", "[]", "invalid_argument", "offset is a string"),
        ("{ids: 'a'}", "[]", "invalid_argument", "ids is a string"),
        ("7", "[]", "invalid_argument", "expected an object"),
        ("{}", "['document']", "invalid_argument", "\"document\""),
        ("{}", "undefined", "invalid_argument", "include is undefined"),
    ] {
        let (code, message) = error(database.get(id.clone(), &js(selection), &js(include))).await;
        assert_eq!(code, expected, "{selection}: {message}");
        assert!(message.contains(part), "{selection}: {message}");
    }
    let query = |embeddings: &str, dimension: f64, n_results: f64| {
        let (everything, nothing) = (js("{}"), js("[]"));
        let embeddings = js(embeddings);
        database.query(id.clone(), &embeddings, dimension, &everything, n_results, &nothing)
    };
    assert_eq!(code(query("[1, 2]", 2.0, 1.0)).await, "invalid_argument");
    assert_eq!(code(query("new Float32Array(3)", 3.0, 1.0)).await, "dimension_mismatch");
    assert_eq!(code(query("new Float32Array(2)", 2.0, -1.0)).await, "invalid_argument");
    assert_eq!(code(query("new Float32Array(2)", f64::NAN, 1.0)).await, "invalid_argument");
    assert_eq!(code(query("new Float32Array([1, NaN])", 2.0, 1.0)).await, "non_finite");
}

#[wasm_bindgen_test]
async fn mistakes_in_collections_are_named() {
    let database = open(None).await;
    let create = |name: &str, metadata: &str, configuration: &str| {
        database.create_collection(
            &JsValue::UNDEFINED,
            name.into(),
            &js(metadata),
            &js(configuration),
            None,
            false,
        )
    };
    assert_eq!(code(create("x", "undefined", "undefined")).await, "invalid_name");
    assert_eq!(code(create("fine", "{a: {}}", "undefined")).await, "invalid_metadata");
    assert_eq!(code(create("fine", "[]", "undefined")).await, "invalid_metadata");
    let (code_of, message) = error(create("fine", "undefined", "{hnsw: {spaec: 'l2'}}")).await;
    assert_eq!(code_of, "invalid_configuration");
    assert!(message.contains("did you mean \"space\""), "{message}");
    assert_eq!(ok(database.count_collections(&JsValue::UNDEFINED)).await, 0);
    assert_eq!(
        code(vecino::wasm::JsDatabase::open(Some(String::new()), false, host())).await,
        "invalid_argument"
    );
    assert_eq!(
        code(database.list_collections(&JsValue::UNDEFINED, -1.0, 0.0)).await,
        "invalid_argument"
    );
    let unknown = js("crypto.randomUUID()").as_string().expect("a string");
    assert_eq!(code(database.count(unknown)).await, "not_found");
    assert_eq!(
        code(database.modify_collection("x".into(), &JsValue::NULL)).await,
        "invalid_argument"
    );
}
