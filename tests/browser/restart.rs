//! What is written survives closing, opening and checkpoints.

use idb::{Factory, TransactionMode};
use js_sys::Uint8Array;
use vecino::wasm::JsDatabase;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

/// Replaces the bytes under every key of a store by what `change` makes of them.
pub(crate) async fn spoil(path: &str, store: &str, change: impl Fn(&mut Vec<u8>)) {
    let open = Factory::new().expect("a browser").open(&format!("vecino:{path}"), None);
    let database = open.expect("a request").await.expect("it opens");
    let transaction = database.transaction(&[store], TransactionMode::ReadWrite).expect("begun");
    let store = transaction.object_store(store).expect("it exists");
    for key in store.get_all_keys(None, None).expect("a request").await.expect("keys") {
        let value = store.get(key.clone()).expect("a request").await.expect("read");
        let value: Uint8Array = value.expect("a value").unchecked_into();
        let mut bytes = value.to_vec();
        change(&mut bytes);
        let bytes = Uint8Array::from(bytes.as_slice());
        store.put(&bytes, Some(&key)).expect("a request").await.expect("written");
    }
    transaction.await.expect("committed");
    database.close();
}

/// Empties one of the database's stores.
pub(crate) async fn remove(path: &str, store: &str) {
    let open = Factory::new().expect("a browser").open(&format!("vecino:{path}"), None);
    let database = open.expect("a request").await.expect("it opens");
    let transaction = database.transaction(&[store], TransactionMode::ReadWrite).expect("begun");
    let store = transaction.object_store(store).expect("it exists");
    store.clear().expect("a request").await.expect("cleared");
    transaction.await.expect("committed");
    database.close();
}

#[wasm_bindgen_test]
async fn the_log_is_replayed() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "kept").await;
    let batch = js("{ids: ['a', 'b', 'c'], embeddings: new Float32Array([1, 2, 3]), dimension: 1,
        documents: ['one', null, 'three'], metadatas: [{n: 1}, {n: 2.5}, null], uris: ['u', null, null]}");
    ok(database.add(id.clone(), &batch)).await;
    ok(database.update(id.clone(), &js("{ids: ['a'], metadatas: [{m: true}]}"))).await;
    ok(database.delete(id.clone(), &js("{ids: ['b']}"))).await;
    ok(database.modify_collection(id.clone(), &js("{metadata: {topic: 'x'}}"))).await;
    let before = everything(&database, &id).await;
    ok(database.close()).await;

    let database = open(Some(&path)).await;
    let info = ok(database.get_collection(&JsValue::UNDEFINED, "kept".into())).await;
    assert_eq!(text(&info, "id"), id);
    assert_eq!(json(&property(&info, "metadata")), r#"{"topic":"x"}"#);
    assert_eq!(everything(&database, &id).await, before);
    assert_eq!(nearest(&database, &id, &[2.0], 2).await, r#"["a","c"]"#);
    ok(database
        .add(id.clone(), &js("{ids: ['d'], embeddings: new Float32Array([4]), dimension: 1}")))
    .await;
    assert_eq!(ids(&database, &id).await, ["a", "c", "d"]);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_checkpoint_trims_the_log_and_is_opened() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "large").await;
    ok(database.add(id.clone(), &large())).await;
    assert_eq!((count(&path, "log").await, count(&path, "manifests").await), (1, 0));
    work(&database).await;
    assert_eq!((count(&path, "log").await, count(&path, "manifests").await), (0, 1));
    let pages = count(&path, "pages").await;
    assert!(pages > 3, "{pages} pages");

    // Writes after the checkpoint are in the log, on top of it.
    ok(database.delete(id.clone(), &js("{ids: ['7']}"))).await;
    let update = js("{ids: ['8'], documents: ['eight'], metadatas: [{n: 8}]}");
    ok(database.update(id.clone(), &update)).await;
    assert_eq!(count(&path, "log").await, 2);
    let before = everything(&database, &id).await;
    ok(database.close()).await;

    let database = open(Some(&path)).await;
    assert!(everything(&database, &id).await == before, "the same after opening");
    assert_eq!(nearest(&database, &id, &[7.0, 1.0], 2).await, r#"["6","8"]"#);

    // The next checkpoint replaces the pages that changed and leaves none behind.
    ok(database.upsert(id.clone(), &large())).await;
    work(&database).await;
    assert_eq!((count(&path, "log").await, count(&path, "manifests").await), (0, 1));
    assert_eq!(count(&path, "pages").await, pages);
    let before = everything(&database, &id).await;
    ok(database.close()).await;
    let database = open(Some(&path)).await;
    assert!(everything(&database, &id).await == before, "the same after the second checkpoint");

    ok(database.delete_collection(&JsValue::UNDEFINED, "large".into())).await;
    for store in ["catalog", "log", "pages", "manifests"] {
        assert_eq!(count(&path, store).await, 0, "{store}");
    }
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_damaged_definition_hides_no_other_collection_and_is_reported() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let damaged = create(&database, "damaged").await;
    ok(database.add(damaged.clone(), &record("a", 1))).await;
    ok(database.close()).await;
    spoil(&path, "catalog", |bytes| {
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
    })
    .await;

    let database = open(Some(&path)).await;
    let none = &JsValue::UNDEFINED;
    for call in [
        database.get_collection(none, "damaged".into()),
        database.create_collection(none, "damaged".into(), none, none, None, true),
        database.get_collection_by_id(damaged.clone()),
        database.count(damaged.clone()),
    ] {
        let (code, message) = error(call).await;
        assert_eq!(code, "damaged", "{message}");
    }
    assert_eq!(ok(database.count_collections(none)).await, 0);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn the_graph_is_built_in_slices_kept_and_built_anew_when_damaged() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let configuration = js("{hnsw: {max_neighbors: 4, ef_construction: 10}}");
    let info = database.create_collection(
        &JsValue::UNDEFINED,
        "graph".into(),
        &js("null"),
        &configuration,
        None,
        false,
    );
    let id = text(&ok(info).await, "id");
    // As many numbers as make a graph worth its while, in few records.
    let batch = js("(() => {
        let state = 7;
        const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
        const embeddings = Float32Array.from({ length: 1100 * 4096 }, random);
        const ids = Array.from({ length: 1100 }, (_, i) => String(i));
        return { ids, embeddings, dimension: 4096 };
    })()");
    ok(database.add(id.clone(), &batch)).await;
    assert!(ok(database.work(0.0)).await.is_truthy(), "one slice is not enough");
    let unlinked = async |database: &JsDatabase| {
        let stats = ok(database.stats()).await;
        property(&stats, "unlinked").as_f64().expect("a number")
    };
    let left = unlinked(&database).await;
    assert!(left > 0.0 && left < 1100.0, "{left} left");
    work(&database).await;
    assert_eq!(unlinked(&database).await, 0.0);
    assert_eq!(count(&path, "log").await, 0, "there was a checkpoint");
    ok(database.close()).await;

    let database = open(Some(&path)).await;
    assert_eq!(ok(database.count(id.clone())).await, 1100);
    assert_eq!(unlinked(&database).await, 0.0, "the graph is read");
    ok(database.close()).await;
    const GRAPH_PAGE: u8 = 6;
    spoil(&path, "pages", |bytes| {
        if bytes[2] == GRAPH_PAGE {
            bytes.truncate(20);
        }
    })
    .await;

    let host = host();
    let database = open_with(Some(&path), false, host.clone()).await;
    assert_eq!(ok(database.count(id.clone())).await, 1100, "no record is lost");
    let told = told(&host);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("warning damaged: collection \""), "{told:?}");
    assert!(told[0].ends_with("it is built anew from the records"), "{told:?}");
    assert_eq!(unlinked(&database).await, 1100.0);
    work(&database).await;
    assert_eq!(unlinked(&database).await, 0.0);
    let pages = count(&path, "pages").await;
    ok(database.close()).await;
    let database = open(Some(&path)).await;
    assert_eq!(ok(database.count(id)).await, 1100);
    assert_eq!(unlinked(&database).await, 0.0, "the new graph is kept");
    assert_eq!(count(&path, "pages").await, pages);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn damage_costs_what_is_damaged_and_nothing_else() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let damaged = create(&database, "damaged").await;
    ok(database.add(damaged.clone(), &large())).await;
    work(&database).await;
    ok(database.add(damaged.clone(), &record("in the log", 1))).await;
    ok(database.close()).await;
    spoil(&path, "log", |bytes| bytes.truncate(bytes.len() / 2)).await;
    let database = open(Some(&path)).await;
    assert_eq!(ok(database.count(damaged.clone())).await, 1100);
    ok(database.close()).await;

    remove(&path, "pages").await;
    let database = open(Some(&path)).await;
    let sound = create(&database, "sound").await;
    ok(database.add(sound.clone(), &record("a", 1))).await;
    assert_eq!(ok(database.count(damaged.clone())).await, 0);
    // A manifest damaged in both of its copies: nobody knows what there was.
    ok(database.close()).await;
    spoil(&path, "manifests", |bytes| bytes.truncate(20)).await;
    let database = open(Some(&path)).await;
    for _ in 0..2 {
        let (code, message) = error(database.count(damaged.clone())).await;
        assert_eq!(code, "damaged", "{message}");
        assert!(message.contains("manifest"), "{message}");
    }
    assert_eq!(code(database.add(damaged, &record("a", 1))).await, "damaged");
    assert_eq!(ids(&database, &sound).await, ["a"]);
    ok(database.delete_collection(&JsValue::UNDEFINED, "damaged".into())).await;
    assert_eq!(count(&path, "manifests").await, 0);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn callers_that_come_during_loading_share_it() {
    let path = new_path();
    let database = open(Some(&path)).await;
    let id = create(&database, "shared").await;
    ok(database.add(id.clone(), &many(100))).await;
    ok(database.close()).await;
    let database = open(Some(&path)).await;
    let counts: Vec<_> = (0..5).map(|_| database.count(id.clone())).collect();
    let adding = database
        .add(id.clone(), &js("{ids: ['new'], embeddings: new Float32Array(2), dimension: 2}"));
    for count in counts {
        assert_eq!(ok(count).await, 100);
    }
    ok(adding).await;
    assert_eq!(ok(database.count(id)).await, 101);
    assert_eq!(property(&ok(database.stats()).await, "loadedCollections"), 1);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn destroying_leaves_nothing() {
    let path = new_path();
    let host = host();
    let database = open_with(Some(&path), false, host.clone()).await;
    let id = create(&database, "gone").await;
    ok(database.add(id.clone(), &record("a", 1))).await;
    assert_eq!(told(&host), [""; 0]);
    destroy(&path).await;
    let (code, message) = error(database.count(id)).await;
    assert_eq!(code, "closed");
    assert_eq!(told(&host), [format!("close closed: {message}")]);
    assert!(message.contains("another tab deletes or upgrades it"), "{message}");
    let database = open(Some(&path)).await;
    assert_eq!(ok(database.count_collections(&JsValue::UNDEFINED)).await, 0);
    destroy(&path).await;
    destroy(&path).await;
}
