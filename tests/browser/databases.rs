//! Tenants, databases, and copies of collections.

use vecino::wasm::JsDatabase;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

async fn names(database: &JsDatabase, scope: &JsValue) -> Vec<String> {
    let list: js_sys::Array = ok(database.list_collections(scope, 99.0, 0.0)).await.into();
    list.iter().map(|info| text(&info, "name")).collect()
}

async fn create_in(database: &JsDatabase, scope: &JsValue, name: &str) -> String {
    let none = JsValue::UNDEFINED;
    let info = database.create_collection(scope, name.into(), &none, &none, None, false);
    text(&ok(info).await, "id")
}

/// In memory, and in storage with closing and opening where `reopen` stands.
async fn both(test: impl AsyncFn(&JsDatabase, Option<&str>)) {
    test(&open(None).await, None).await;
    let path = new_path();
    test(&open(Some(&path)).await, Some(&path)).await;
    destroy(&path).await;
}

async fn reopened(database: &JsDatabase, path: Option<&str>) -> Option<JsDatabase> {
    ok(database.close()).await;
    Some(open(Some(path?)).await)
}

#[wasm_bindgen_test]
async fn each_database_has_collections_of_its_own() {
    both(async |database, path| {
        let (other, unknown) = (js("{database: 'other'}"), js("{tenant: 'nobody'}"));
        let none = JsValue::UNDEFINED;
        let refused = database.create_collection(&other, "notes".into(), &none, &none, None, true);
        assert_eq!(code(refused).await, "unknown_database");
        let tenant = || "default_tenant".to_owned();
        let made = ok(database.create_database(tenant(), "other".into())).await;
        assert_eq!((text(&made, "name"), text(&made, "tenant")), ("other".into(), tenant()));
        let again = database.create_database(tenant(), "other".into());
        assert_eq!(code(again).await, "already_exists");
        assert_eq!(code(database.create_database(tenant(), "x".into())).await, "invalid_name");

        let here = create(database, "notes").await;
        let there = create_in(database, &other, "notes").await;
        assert_ne!(here, there);
        ok(database.add(there.clone(), &record("a", 1))).await;
        assert_eq!(ok(database.count(here)).await, 0);
        assert_eq!(names(database, &other).await, ["notes"]);
        assert_eq!(ok(database.count_collections(&unknown)).await, 0);

        let kept = if path.is_some() { reopened(database, path).await } else { None };
        let database = kept.as_ref().unwrap_or(database);
        let found = ok(database.get_database(tenant(), "other".into())).await;
        assert_eq!(json(&found), json(&made));
        let listed: js_sys::Array = ok(database.list_databases(tenant(), 9.0, 0.0)).await.into();
        let listed: Vec<_> = listed.iter().map(|known| text(&known, "name")).collect();
        assert_eq!(listed, ["default_database", "other"]);
        assert_eq!(ok(database.count(there.clone())).await, 1);

        ok(database.delete_database(tenant(), "other".into())).await;
        assert_eq!(code(database.count(there)).await, "not_found");
        assert_eq!(code(database.get_database(tenant(), "other".into())).await, "not_found");
        assert_eq!(names(database, &JsValue::UNDEFINED).await, ["notes"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn tenants_are_known_until_a_reset() {
    both(async |database, _| {
        ok(database.create_tenant("acme".into())).await;
        assert_eq!(code(database.create_tenant("acme".into())).await, "already_exists");
        assert_eq!(code(database.create_tenant("ab".into())).await, "invalid_name");
        assert_eq!(ok(database.get_tenant("acme".into())).await, "acme");
        assert_eq!(code(database.get_tenant("globex".into())).await, "not_found");
        let scope = js("{tenant: 'acme'}");
        let id = create_in(database, &scope, "orders").await;
        ok(database.add(id.clone(), &record("a", 1))).await;
        ok(database.reset()).await;
        assert_eq!(code(database.get_tenant("acme".into())).await, "not_found");
        assert_eq!(code(database.count(id)).await, "not_found");
        assert!(names(database, &scope).await.is_empty());
        create(database, "orders").await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_fork_is_a_copy_that_goes_its_own_way() {
    both(async |database, path| {
        let metadata = js("{topic: 'numbers'}");
        let configuration = js("{hnsw: {space: 'ip'}}");
        let none = JsValue::UNDEFINED;
        let extra = Some("kept".to_owned());
        let creating = database.create_collection(
            &none,
            "first".into(),
            &metadata,
            &configuration,
            extra,
            false,
        );
        let info = ok(creating).await;
        let id = text(&info, "id");
        ok(database.add(id.clone(), &many(20))).await;
        ok(database.delete(id.clone(), &js("{ids: ['3']}"))).await;
        ok(database.add(id.clone(), &record("3", 3))).await;
        let fork = ok(database.fork_collection(id.clone(), "second".into())).await;
        let fork_id = text(&fork, "id");
        assert_ne!(fork_id, id);
        assert_eq!(text(&fork, "extra"), "kept");
        for part in ["metadata", "configuration", "tenant", "database"] {
            assert_eq!(json(&property(&fork, part)), json(&property(&info, part)), "{part}");
        }
        assert_eq!(everything(database, &fork_id).await, everything(database, &id).await);
        assert_eq!(ids(database, &fork_id).await.last().map(String::as_str), Some("3"));
        ok(database.add(fork_id.clone(), &record("x", 99))).await;
        ok(database.delete(id.clone(), &js("{ids: ['1']}"))).await;

        let kept = if path.is_some() { reopened(database, path).await } else { None };
        let database = kept.as_ref().unwrap_or(database);
        assert_eq!(ok(database.count(id.clone())).await, 19);
        assert_eq!(ok(database.count(fork_id.clone())).await, 21);
        let taken = database.fork_collection(id.clone(), "second".into());
        assert_eq!(code(taken).await, "already_exists");
        assert_eq!(code(database.fork_collection(id, "x".into())).await, "invalid_name");
        let nothing = js("crypto.randomUUID()").as_string().expect("a string");
        assert_eq!(code(database.fork_collection(nothing, "third".into())).await, "not_found");
        ok(database.delete_collection(&none, "first".into())).await;
        assert_eq!(ok(database.count(fork_id)).await, 21);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_number_of_links_can_be_changed_and_the_graph_is_built_anew() {
    both(async |database, path| {
        let id = create(database, "relinked").await;
        ok(database.add(id.clone(), &many(30))).await;
        let changes = js("{configuration: {hnsw: {max_neighbors: 4}}}");
        let changed = ok(database.modify_collection(id.clone(), &changes)).await;
        assert!(json(&changed).contains("\"max_neighbors\":4"));
        let status = json(&ok(database.indexing_status(id.clone())).await);
        assert_eq!(status, r#"{"indexed":0,"total":30}"#);
        let fixed = js("{configuration: {hnsw: {ef_construction: 4}}}");
        let refused = database.modify_collection(id.clone(), &fixed);
        assert_eq!(code(refused).await, "invalid_configuration");
        let kept = if path.is_some() { reopened(database, path).await } else { None };
        let database = kept.as_ref().unwrap_or(database);
        assert_eq!(nearest(database, &id, &[7.0, 1.0], 1).await, r#"["7"]"#);
    })
    .await;
}
