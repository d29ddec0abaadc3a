//! A write that fails leaves memory and storage as they were; a database that is closed says so.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Makes a method run `body` instead, in which `store` is its object and `proceed()` does what it did;
/// until dropped.
struct Sabotage(Function);

impl Sabotage {
    fn new(method: &str, body: &str) -> Self {
        Self::of("IDBObjectStore", method, body)
    }

    fn of(class: &str, method: &str, body: &str) -> Self {
        let undo = js(&format!(
            "(() => {{
                const original = {class}.prototype.{method};
                {class}.prototype.{method} = function (...args) {{
                    const store = this, proceed = () => original.apply(this, args);
                    {body}
                }};
                return () => {{ {class}.prototype.{method} = original; }};
            }})()"
        ));
        Self(undo.unchecked_into())
    }
}

impl Drop for Sabotage {
    fn drop(&mut self) {
        self.0.call0(&JsValue::UNDEFINED).expect("it can be undone");
    }
}

const ABORTS: &str = "const request = proceed(); store.transaction.abort(); return request;";
const IS_FULL: &str = "throw new DOMException('no space left', 'QuotaExceededError');";
const BREAKS_ONCE: &str = "if (!globalThis.broken) { globalThis.broken = true; \
    store.transaction.db.close(); store.transaction.abort(); } return proceed();";

#[wasm_bindgen_test]
async fn a_write_that_fails_changes_nothing() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "careful").await;
    ok(database.add(id.clone(), &many(3))).await;
    let before = everything(&database, &id).await;
    for (body, expected) in [(ABORTS, "storage"), (IS_FULL, "storage_full")] {
        let sabotage = Sabotage::new("add", body);
        assert_eq!(code(database.add(id.clone(), &record("x", 9))).await, expected);
        assert_eq!(code(database.upsert(id.clone(), &record("1", 9))).await, expected);
        let update = js("{ids: ['1'], metadatas: [{a: 1}]}");
        assert_eq!(code(database.update(id.clone(), &update)).await, expected);
        assert_eq!(code(database.delete(id.clone(), &js("{ids: ['1']}"))).await, expected);
        drop(sabotage);
        assert_eq!(everything(&database, &id).await, before);
        let other = open(Some(&path)).await;
        assert_eq!(everything(&other, &id).await, before);
    }
    ok(database.add(id.clone(), &record("x", 9))).await;
    assert_eq!(ids(&database, &id).await, ["0", "1", "2", "x"]);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_connection_that_breaks_during_a_write_is_opened_anew() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "patient").await;
    let sabotage = Sabotage::new("add", BREAKS_ONCE);
    ok(database.add(id.clone(), &record("a", 1))).await;
    drop(sabotage);
    ok(database.add(id.clone(), &record("b", 2))).await;
    ok(database.close()).await;
    let database = open(Some(&path)).await;
    assert_eq!(ids(&database, &id).await, ["a", "b"]);
    destroy(&path).await;
}

/// Closes the connection right before the next transaction begins on it.
const DROPPED: &str = "if (!globalThis.dropped) { globalThis.dropped = true; store.close(); } \
    return proceed();";

/// Aborts the first transaction that reads, and closes its connection.
const DROPPED_AMID: &str = "const request = proceed(); \
    if (!globalThis.dropped) { globalThis.dropped = true; \
    request.onsuccess = null; store.transaction.db.close(); store.transaction.abort(); } \
    return request;";

/// What `call` resolves with although the connection is dropped under it.
async fn dropped(
    what: &str,
    (class, method, body): (&str, &str, &str),
    call: impl Fn() -> Promise,
) -> JsValue {
    js("globalThis.dropped = false");
    let sabotage = Sabotage::of(class, method, body);
    let answer = ok(call()).await;
    drop(sabotage);
    assert!(js("globalThis.dropped").is_truthy(), "{what} was put to the test");
    answer
}

#[wasm_bindgen_test]
async fn every_kind_of_call_survives_a_dropped_connection() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "patient").await;
    let none = JsValue::UNDEFINED;
    let begins = ("IDBDatabase", "transaction", DROPPED);
    let reads = ("IDBObjectStore", "get", DROPPED_AMID);
    let lists = ("IDBObjectStore", "getAll", DROPPED_AMID);

    for (at, amid, lists) in [("begin", begins, begins), ("amid", reads, lists)] {
        let name = |name: &str| format!("{name}-{at}");
        dropped("the catalog", lists, || database.get_collection(&none, "patient".into())).await;
        dropped("the catalog", lists, || database.list_collections(&none, 9.0, 0.0)).await;
        dropped("the catalog", lists, || database.count_collections(&none)).await;
        dropped("the catalog", lists, || database.stats()).await;
        dropped("the catalog", lists, || database.create_tenant(name("tenant"))).await;
        dropped("the catalog", lists, || {
            database.create_collection(&none, name("new"), &none, &none, None, false)
        })
        .await;
        dropped("the catalog", lists, || {
            database.modify_collection(id.clone(), &js("{metadata: {a: 1}}"))
        })
        .await;
        dropped("the catalog", lists, || database.fork_collection(id.clone(), name("fork"))).await;
        dropped("the catalog", lists, || database.delete_collection(&none, name("new"))).await;
        let deleted = database.get_collection(&none, name("new"));
        assert_eq!(code(deleted).await, "not_found");

        dropped("a write", amid, || database.add(id.clone(), &record(at, 1))).await;
        dropped("a write", amid, || database.upsert(id.clone(), &record(at, 2))).await;
        let update = js(&format!("{{ids: ['{at}'], metadatas: [{{n: 1}}]}}"));
        dropped("a write", amid, || database.update(id.clone(), &update)).await;
        dropped("a write", amid, || database.follow(Some(id.clone()))).await;
        ok(database.add(id.clone(), &record("doomed", 3))).await;
        let deleted =
            dropped("a write", amid, || database.delete(id.clone(), &js("{ids: ['doomed']}")))
                .await;
        assert_eq!(deleted, 1);

        let other = open(Some(&path)).await;
        dropped("loading", amid, || other.count(id.clone())).await;
        assert_eq!(everything(&other, &id).await, everything(&database, &id).await);
        ok(other.close()).await;
    }
    assert_eq!(ids(&database, &id).await, ["begin", "amid"]);

    for (at, sabotage) in [begins, reads].into_iter().enumerate() {
        let heavy = create(&database, &format!("heavy-{at}")).await;
        ok(database.add(heavy.clone(), &large())).await;
        dropped("a checkpoint", sabotage, || database.work(1000.0)).await;
        work(&database).await;
        ok(database.add(heavy.clone(), &record("late", 1))).await;
        assert_eq!(count(&path, "manifests").await, at as u32 + 1);
        let other = open(Some(&path)).await;
        assert_eq!(ok(other.count(heavy)).await, 1101);
        ok(other.close()).await;
    }
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_strict_database_waits_for_the_disk() {
    for (strict, expected) in [(false, "relaxed"), (true, "strict")] {
        let path = new_path();
        let database = open_with(Some(&path), strict, host()).await;
        js("globalThis.asked = []");
        let sabotage = Sabotage::of(
            "IDBDatabase",
            "transaction",
            "const transaction = proceed(); \
             globalThis.asked.push(transaction.mode + ' ' + transaction.durability); \
             return transaction;",
        );
        let id = create(&database, "kept").await;
        ok(database.add(id.clone(), &record("a", 1))).await;
        let asked = json(&js("[...new Set(asked.filter(mode => mode.startsWith('readwrite')))]"));
        assert_eq!(asked, format!("[\"readwrite {expected}\"]"));
        ok(database.add(id.clone(), &large())).await;
        js("globalThis.asked = []");
        work(&database).await;
        let asked = json(&js("asked"));
        assert_eq!(asked, "[\"readwrite strict\"]", "a checkpoint always waits for the disk");
        drop(sabotage);
        ok(database.close()).await;
        destroy(&path).await;
    }
}

#[wasm_bindgen_test]
async fn a_checkpoint_that_fails_changes_nothing_and_is_made_later() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "large").await;
    ok(database.add(id.clone(), &large())).await;
    let sabotage = Sabotage::new("put", IS_FULL);
    assert_eq!(code(database.work(1000.0)).await, "storage_full");
    work(&database).await;
    drop(sabotage);
    assert_eq!(ok(database.count(id.clone())).await, 1100);
    for n in 0..100 {
        let update = js(&format!("{{ids: ['{n}'], metadatas: [{{n: {n}}}]}}"));
        ok(database.update(id.clone(), &update)).await;
    }
    let made = Sabotage::new("put", "globalThis.made = true; return proceed();");
    work(&database).await;
    drop(made);
    assert!(js("globalThis.made === true").is_truthy(), "after a pause it is tried again");
    let before = everything(&database, &id).await;
    ok(database.close()).await;
    let database = open(Some(&path)).await;
    assert!(everything(&database, &id).await == before, "the same after opening");
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_collection_that_cannot_be_created_does_not_exist() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let none = JsValue::UNDEFINED;
    let sabotage = Sabotage::new("put", IS_FULL);
    let creating =
        database.create_collection(&JsValue::UNDEFINED, "dear".into(), &none, &none, None, false);
    assert_eq!(code(creating).await, "storage_full");
    drop(sabotage);
    assert_eq!(ok(database.count_collections(&JsValue::UNDEFINED)).await, 0);
    assert_eq!(
        code(database.get_collection(&JsValue::UNDEFINED, "dear".into())).await,
        "not_found"
    );
    create(&database, "dear").await;
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn closing_waits_for_calls_under_way_and_refuses_later_ones() {
    for path in [None, Some(new_path())] {
        let database = open(path.as_deref()).await;
        let id = create(&database, "closing").await;
        let adding: Vec<_> =
            (0..5).map(|n| database.add(id.clone(), &record(&n.to_string(), n))).collect();
        // The calls begin before closing does: in the order in which they were made.
        let closing = database.close();
        for promise in adding {
            ok(promise).await;
        }
        ok(closing).await;
        let none = JsValue::UNDEFINED;
        for later in [
            database.add(id.clone(), &record("x", 1)),
            database.count(id.clone()),
            database.get(id.clone(), &js("{}"), &js("[]")),
            database.delete(id.clone(), &js("{ids: ['1']}")),
            database.get_collection(&JsValue::UNDEFINED, "closing".into()),
            database.create_collection(
                &JsValue::UNDEFINED,
                "late".into(),
                &none,
                &none,
                None,
                false,
            ),
            database.list_collections(&JsValue::UNDEFINED, 9.0, 0.0),
            database.count_collections(&JsValue::UNDEFINED),
            database.delete_collection(&JsValue::UNDEFINED, "closing".into()),
            database.modify_collection(id.clone(), &js("{}")),
            database.work(1.0),
            database.stats(),
        ] {
            assert_eq!(code(later).await, "closed");
        }
        ok(database.close()).await;
        if let Some(path) = path {
            let database = open(Some(&path)).await;
            assert_eq!(ids(&database, &id).await, ["0", "1", "2", "3", "4"]);
            destroy(&path).await;
        }
    }
}
