//! A write that fails leaves memory and storage as they were; a database that is closed says so.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Makes `IDBObjectStore.add` run `body` instead, in which `add()` does what it did; until dropped.
struct Sabotage(Function);

impl Sabotage {
    fn new(method: &str, body: &str) -> Self {
        let undo = js(&format!(
            "(() => {{
                const original = IDBObjectStore.prototype.{method};
                IDBObjectStore.prototype.{method} = function (...args) {{
                    const store = this, proceed = () => original.apply(this, args);
                    {body}
                }};
                return () => {{ IDBObjectStore.prototype.{method} = original; }};
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
