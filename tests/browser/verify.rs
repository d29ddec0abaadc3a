//! Damage in the browser's storage: the rest stays in use, and `verify` names what is lost.

use vecino::wasm::JsDatabase;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::restart::{remove, spoil};
use crate::support::*;

const RECORD_PAGE: u8 = 5;

async fn report(database: &JsDatabase, id: &str) -> JsValue {
    ok(database.verify(id.to_owned())).await
}

async fn is_sound(database: &JsDatabase, id: &str) -> bool {
    js_sys::Array::from(&report(database, id).await).length() == 3
}

async fn overview(database: &JsDatabase) -> String {
    json(&ok(database.overview()).await)
}

#[wasm_bindgen_test]
async fn what_is_whole_is_ok_before_and_after_a_checkpoint_and_in_memory() {
    let path = new_path();
    for database in [open(Some(&path)).await, open(None).await] {
        assert_eq!(overview(&database).await, "[null]");
        let id = create(&database, "whole").await;
        ok(database.add(id.clone(), &large())).await;
        assert!(is_sound(&database, &id).await);
        work(&database).await;
        let report = report(&database, &id).await;
        assert_eq!(json(&report), r#"["whole",1100,0]"#);
        assert!(overview(&database).await.starts_with(&format!(r#"[null,"{id}""#)));
        ok(database.close()).await;
    }
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn lost_records_are_named_until_they_are_put_again_or_deleted() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "damaged").await;
    ok(database.add(id.clone(), &large())).await;
    work(&database).await;
    ok(database.close()).await;
    // The first of three pages of records: 0 to 511.
    let first = std::cell::Cell::new(true);
    spoil(&path, "pages", |bytes| {
        if bytes[2] == RECORD_PAGE && first.replace(false) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
    })
    .await;
    let (pages, log) = (count(&path, "pages").await, count(&path, "log").await);

    let database = open(Some(&path)).await;
    let lost = async |database: &JsDatabase| {
        let lost = js_sys::Array::from(&report(database, &id).await).get(2);
        lost.as_f64().expect("a number")
    };
    assert_eq!(lost(&database).await, 512.0, "before it is loaded");
    assert_eq!(ok(database.count(id.clone())).await, 588);
    assert_eq!(nearest(&database, &id, &[3.0, 1.0], 1).await, r#"["512"]"#);
    assert_eq!(lost(&database).await, 512.0);
    assert_eq!((count(&path, "pages").await, count(&path, "log").await), (pages, log));

    // A checkpoint keeps what is damaged, and the loss stays named.
    let mut batch = large();
    let ids = js("{ids: Array.from({ length: 588 }, (_, i) => String(512 + i))}");
    ok(database.delete(id.clone(), &ids)).await;
    ok(database.upsert(id.clone(), &batch)).await;
    assert_eq!(lost(&database).await, 0.0, "all are whole again");
    work(&database).await;
    assert!(is_sound(&database, &id).await, "nothing is left of the damage");
    batch = record("0", 5);
    ok(database.upsert(id.clone(), &batch)).await;
    assert!(is_sound(&database, &id).await);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn what_belongs_to_no_collection_and_what_cannot_be_read_is_told() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "damaged").await;
    ok(database.add(id.clone(), &record("a", 1))).await;
    ok(database.close()).await;

    spoil(&path, "catalog", |bytes| bytes.truncate(20)).await;
    let database = open(Some(&path)).await;
    let unreadable = report(&database, &id).await;
    assert!(json(&unreadable).starts_with("[null,0,0,"), "{}", json(&unreadable));
    assert!(json(&unreadable).contains("collection definition"), "{}", json(&unreadable));
    ok(database.close()).await;

    remove(&path, "catalog").await;
    let database = open(Some(&path)).await;
    assert!(overview(&database).await.contains(&id));
    assert!(json(&report(&database, &id).await).contains(r#""orphan""#));
    assert_eq!(report(&database, "nobody").await, JsValue::NULL);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_tab_that_holds_more_than_is_stored_is_told() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "ahead").await;
    ok(database.add(id.clone(), &record("a", 1))).await;
    ok(database.add(id.clone(), &record("b", 2))).await;
    assert!(is_sound(&database, &id).await);
    remove(&path, "log").await;
    let report = json(&report(&database, &id).await);
    assert!(report.contains("this tab holds change 2, stored are 0"), "{report}");
    destroy(&path).await;
}
