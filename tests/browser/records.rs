//! Records of one collection, the same in memory and in storage.

use js_sys::Float32Array;
use vecino::wasm::JsDatabase;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Runs a test on a database in memory and on one in storage.
macro_rules! in_both {
    ($($name:ident),* $(,)?) => {
        mod memory { $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                super::$name(&crate::support::open(None).await).await;
            }
        )* }
        mod stored { $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                let path = crate::support::new_path();
                super::$name(&crate::support::open(Some(&path)).await).await;
                crate::support::destroy(&path).await;
            }
        )* }
    };
}

in_both!(
    columns_come_back_as_they_were_given,
    get_selects_by_id_clause_limit_and_offset,
    query_answers_with_the_nearest_of_those_selected,
    upsert_update_and_delete,
    collections_are_created_listed_changed_and_deleted,
    arguments_are_read_before_the_call_returns,
    calls_may_overlap,
);

async fn fruit(database: &JsDatabase) -> String {
    let id = create(database, "fruit").await;
    let batch = js("{
        ids: ['apple', 'pear', 'lemon', 'lime'],
        embeddings: new Float32Array([1, 0, 1, 0.5, 0, 1, 0, 2]),
        dimension: 2,
        documents: ['a red fruit', 'a green fruit', undefined, null],
        uris: [null, 'https://example.com/pear', null, null],
        metadatas: [
            { color: 'red', weight: 150, sour: 0.25 },
            { color: 'green', weight: 170, ripe: true, note: undefined },
            { color: 'yellow', tags: ['sour', 'round', 'sour'], sizes: [1, 2.5], fresh: [true] },
            undefined,
        ],
    }");
    ok(database.add(id.clone(), &batch)).await;
    id
}

async fn columns_come_back_as_they_were_given(database: &JsDatabase) {
    let id = fruit(database).await;
    assert_eq!(
        everything(database, &id).await,
        concat!(
            r#"{"ids":["apple","pear","lemon","lime"],"#,
            r#""documents":["a red fruit","a green fruit",null,null],"#,
            r#""metadatas":[{"color":"red","weight":150,"sour":0.25},"#,
            r#"{"color":"green","weight":170,"ripe":true},"#,
            r#"{"color":"yellow","tags":["sour","round","sour"],"sizes":[1,2.5],"#,
            r#""fresh":[true]},null],"#,
            r#""uris":[null,"https://example.com/pear",null,null],"#,
            r#""embeddings":[1,0,1,0.5,0,1,0,2],"dimension":2}"#
        )
    );
    let bare = ok(database.get(id.clone(), &js("{}"), &js("[]"))).await;
    assert_eq!(json(&bare), r#"{"ids":["apple","pear","lemon","lime"],"dimension":2}"#);
    assert_eq!(ok(database.count(id)).await, 4);
}

async fn get_selects_by_id_clause_limit_and_offset(database: &JsDatabase) {
    let id = fruit(database).await;
    for (selection, expected) in [
        ("{ids: ['lime', 'apple', 'kiwi']}", r#"["apple","lime"]"#),
        ("{limit: 2}", r#"["apple","pear"]"#),
        ("{limit: 2, offset: 3}", r#"["lime"]"#),
        ("{limit: 0}", "[]"),
        ("{where: {color: 'red'}}", r#"["apple"]"#),
        ("{where: {weight: {$gte: 150}}, limit: undefined}", r#"["apple","pear"]"#),
        ("{where: {$or: [{sour: 0.25}, {ripe: true}]}}", r#"["apple","pear"]"#),
        ("{where: {color: {$nin: ['red', 'green']}}}", r#"["lemon","lime"]"#),
        ("{where: {sizes: {$contains: 1}}}", r#"["lemon"]"#),
        ("{where: {tags: {$not_contains: 'sour'}}}", r#"["apple","pear","lime"]"#),
        ("{where: {'#document': {$contains: 'green'}}}", r#"["pear"]"#),
        ("{where: {'#id': {$in: ['lime', 'kiwi']}}}", r#"["lime"]"#),
        ("{whereDocument: {$contains: 'green'}}", r#"["pear"]"#),
        ("{ids: ['pear', 'lemon'], where: {color: {$ne: 'green'}}}", r#"["lemon"]"#),
    ] {
        let answer = ok(database.get(id.clone(), &js(selection), &js("[]"))).await;
        assert_eq!(json(&property(&answer, "ids")), expected, "{selection}");
    }
}

async fn query_answers_with_the_nearest_of_those_selected(database: &JsDatabase) {
    let id = fruit(database).await;
    let queries = Float32Array::from([1.0, 0.0, 0.0, 1.5].as_slice());
    let include = js("['distances', 'documents', 'metadatas', 'uris', 'embeddings']");
    let answer = ok(database.query(id.clone(), &queries, 2.0, &js("{}"), 2.0, &include)).await;
    assert_eq!(json(&property(&answer, "offsets")), "[0,2,4]");
    assert_eq!(json(&property(&answer, "ids")), r#"["apple","pear","lemon","lime"]"#);
    assert_eq!(json(&property(&answer, "distances")), "[0,0.25,0.25,0.25]");
    assert_eq!(json(&property(&answer, "embeddings")), "[1,0,1,0.5,0,1,0,2]");
    assert_eq!(
        json(&property(&answer, "documents")),
        r#"["a red fruit","a green fruit",null,null]"#
    );

    let selection = js("{where: {color: {$ne: 'red'}}}");
    let answer = ok(database.query(id.clone(), &queries, 2.0, &selection, 9.0, &js("[]"))).await;
    assert_eq!(json(&property(&answer, "offsets")), "[0,3,6]");
    // Scans of the three that match.
    assert_eq!(json(&property(&answer, "efforts")), "[0,3,3,0,0,3,3,0]");
    assert!(property(&answer, "distances").is_undefined());

    let none = js("{where: {color: 'blue'}}");
    let answer = ok(database.query(id, &queries, 2.0, &none, 9.0, &js("['distances']"))).await;
    let expected =
        r#"{"ids":[],"dimension":2,"offsets":[0,0,0],"efforts":[0,0,0,0,0,0,0,0],"distances":[]}"#;
    assert_eq!(json(&answer), expected);
}

async fn upsert_update_and_delete(database: &JsDatabase) {
    let id = fruit(database).await;
    ok(database.add(id.clone(), &record("apple", 9))).await;
    assert_eq!(nearest(database, &id, &[9.0, 1.0], 1).await, r#"["pear"]"#, "add skips known ids");
    ok(database.upsert(id.clone(), &record("apple", 9))).await;
    ok(database.upsert(id.clone(), &record("plum", 5))).await;
    assert_eq!(nearest(database, &id, &[9.0, 1.0], 2).await, r#"["apple","plum"]"#);
    let update = js("{ids: ['apple', 'kiwi'], metadatas: [{color: 'blue', sour: null}, {a: 1}],
        documents: ['a blue fruit', 'a brown fruit']}");
    ok(database.update(id.clone(), &update)).await;
    let include = js("['documents', 'metadatas']");
    let apple = ok(database.get(id.clone(), &js("{ids: ['apple']}"), &include)).await;
    assert_eq!(json(&property(&apple, "metadatas")), r#"[{"color":"blue","weight":150}]"#);
    assert_eq!(json(&property(&apple, "documents")), r#"["a blue fruit"]"#);

    assert_eq!(ok(database.delete(id.clone(), &js("{ids: ['kiwi', 'pear']}"))).await, 1);
    assert_eq!(ok(database.delete(id.clone(), &js("{}"))).await, 0);
    let yellow_or_none = js("{where: {color: {$ne: 'blue'}}, limit: 2}");
    assert_eq!(ok(database.delete(id.clone(), &yellow_or_none)).await, 2);
    assert_eq!(ids(database, &id).await, ["apple", "plum"]);
}

async fn collections_are_created_listed_changed_and_deleted(database: &JsDatabase) {
    let metadata = js("{topic: 'fruit', year: 2026}");
    let configuration = js("{hnsw: {space: 'cosine', ef_search: 50}}");
    let created = database.create_collection(
        &JsValue::UNDEFINED,
        "first".into(),
        &metadata,
        &configuration,
        None,
        false,
    );
    let info = ok(created).await;
    assert_eq!(text(&info, "name"), "first");
    assert_eq!(json(&property(&info, "metadata")), r#"{"topic":"fruit","year":2026}"#);
    assert_eq!(
        json(&property(&info, "configuration")),
        concat!(
            r#"{"hnsw":{"space":"cosine","ef_construction":100,"ef_search":50,"#,
            r#""max_neighbors":16,"resize_factor":1.2,"sync_threshold":1000}}"#
        )
    );
    assert!(property(&info, "extra").is_undefined());
    let id = text(&info, "id");
    assert_eq!(id.len(), 36);

    let none = JsValue::UNDEFINED;
    let again = ok(database.create_collection(
        &JsValue::UNDEFINED,
        "first".into(),
        &none,
        &none,
        None,
        true,
    ))
    .await;
    assert_eq!(json(&again), json(&info), "what exists is returned as it is");
    let again =
        database.create_collection(&JsValue::UNDEFINED, "first".into(), &none, &none, None, false);
    assert_eq!(code(again).await, "already_exists");
    for name in ["second", "third"] {
        create(database, name).await;
    }
    assert_eq!(ok(database.count_collections(&JsValue::UNDEFINED)).await, 3);
    let names = async |limit, offset| {
        let list = ok(database.list_collections(&JsValue::UNDEFINED, limit, offset)).await;
        let list: js_sys::Array = list.into();
        list.iter().map(|info| text(&info, "name")).collect::<Vec<_>>()
    };
    assert_eq!(names(9.0, 0.0).await, ["first", "second", "third"]);
    assert_eq!(names(1.0, 1.0).await, ["second"]);

    let changes = js(
        "{name: 'renamed', metadata: {year: 2027}, configuration: {hnsw: {ef_search: 7}}, extra: 'x'}",
    );
    let changed = ok(database.modify_collection(id.clone(), &changes)).await;
    assert_eq!(text(&changed, "name"), "renamed");
    assert_eq!(json(&property(&changed, "metadata")), r#"{"year":2027}"#);
    assert_eq!(text(&changed, "extra"), "x");
    assert_eq!(json(&ok(database.get_collection_by_id(id.clone())).await), json(&changed));
    ok(database.add(id.clone(), &record("a", 1))).await;
    let found = ok(database.get_collection(&JsValue::UNDEFINED, "renamed".into())).await;
    assert_eq!(text(&found, "id"), id);
    assert_eq!(
        code(database.get_collection(&JsValue::UNDEFINED, "first".into())).await,
        "not_found"
    );
    let taken = database.modify_collection(id.clone(), &js("{name: 'second'}"));
    assert_eq!(code(taken).await, "already_exists");

    ok(database.delete_collection(&JsValue::UNDEFINED, "renamed".into())).await;
    assert_eq!(
        code(database.delete_collection(&JsValue::UNDEFINED, "renamed".into())).await,
        "not_found"
    );
    assert_eq!(code(database.count(id.clone())).await, "not_found");
    assert_eq!(code(database.add(id.clone(), &record("b", 1))).await, "not_found");
    assert_eq!(code(database.modify_collection(id, &js("{}"))).await, "not_found");
    assert_eq!(names(9.0, 0.0).await, ["second", "third"]);
}

async fn arguments_are_read_before_the_call_returns(database: &JsDatabase) {
    let id = create(database, "careless").await;
    for (name, n) in [("a", 1), ("b", 7)] {
        ok(database.add(id.clone(), &record(name, n))).await;
    }
    let selection = js("{ids: ['a']}");
    let deleting = database.delete(id.clone(), &selection);
    let spoil = js("selection => { selection.ids[0] = 'b'; }");
    let spoil: js_sys::Function = spoil.into();
    spoil.call1(&JsValue::UNDEFINED, &selection).expect("it can be changed");
    ok(deleting).await;
    assert_eq!(
        everything(database, &id).await,
        concat!(
            r#"{"ids":["b"],"documents":[null],"metadatas":[null],"uris":[null],"#,
            r#""embeddings":[7,1],"dimension":2}"#
        )
    );
}

async fn calls_may_overlap(database: &JsDatabase) {
    let id = create(database, "busy").await;
    let adding: Vec<_> =
        (0..20).map(|n| database.add(id.clone(), &record(&n.to_string(), n))).collect();
    let reading: Vec<_> = (0..20).map(|_| database.count(id.clone())).collect();
    let working = database.work(1.0);
    for promise in adding {
        ok(promise).await;
    }
    for promise in reading {
        let count = ok(promise).await.as_f64().expect("a number");
        assert!((0.0..=20.0).contains(&count));
    }
    ok(working).await;
    let expected: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    assert_eq!(ids(database, &id).await, expected, "writes are made in the order of the calls");
}

#[wasm_bindgen_test]
async fn a_key_that_is_special_to_javascript_is_kept() {
    let database = open(None).await;
    let id = create(&database, "special").await;
    let batch = js(r#"{ids: ['a'], embeddings: new Float32Array([1]), dimension: 1,
        metadatas: [JSON.parse('{"__proto__": "kept", "constructor": 1}')]}"#);
    ok(database.add(id.clone(), &batch)).await;
    let answer = ok(database.get(id, &js("{}"), &js("['metadatas']"))).await;
    let expected = r#"[{"__proto__":"kept","constructor":1}]"#;
    assert_eq!(json(&property(&answer, "metadatas")), expected);
}

#[wasm_bindgen_test]
async fn stats_count_what_is_in_memory() {
    let database = open(None).await;
    let id = create(&database, "counted").await;
    create(&database, "empty").await;
    ok(database.add(id, &many(10))).await;
    let stats = ok(database.stats()).await;
    assert_eq!(property(&stats, "records"), 10);
    assert_eq!(property(&stats, "unlinked"), 10);
    assert_eq!(property(&stats, "collections"), 2);
    assert!(property(&stats, "wasmBytes").as_f64().is_some_and(|bytes| bytes > 65_536.0));
}
