//! Two databases at one path, as two tabs have them: each has its own copy and shares the log.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::*;

#[wasm_bindgen_test]
async fn writes_of_two_tabs_are_both_kept() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    assert_eq!(id_of(&two, "shared").await, id);
    assert_eq!(ok(two.count(id.clone())).await, 0);

    // One after the other.
    ok(one.add(id.clone(), &record("a", 1))).await;
    ok(two.add(id.clone(), &record("b", 2))).await;
    assert_eq!(ids(&two, &id).await, ["a", "b"]);
    // A write knows what the other tab has done: the id exists by now.
    ok(two.add(id.clone(), &record("c", 3))).await;
    ok(one.add(id.clone(), &record("c", 30))).await;
    assert_eq!(nearest(&one, &id, &[3.0, 1.0], 1).await, r#"["c"]"#);
    assert_eq!(ok(one.delete(id.clone(), &js("{ids: ['b']}"))).await, 1);
    assert_eq!(ok(two.delete(id.clone(), &js("{ids: ['a', 'b']}"))).await, 1);
    assert_eq!(ids(&two, &id).await, ["c"]);

    // At the same time.
    let mut adding = Vec::new();
    for n in 0..15 {
        adding.push(one.add(id.clone(), &record(&format!("one-{n}"), n)));
        adding.push(two.add(id.clone(), &record(&format!("two-{n}"), n)));
    }
    for promise in adding {
        ok(promise).await;
    }
    let three = open(Some(&path)).await;
    let all = everything(&three, &id).await;
    assert_eq!(ids(&three, &id).await.len(), 31);
    // Each sees everything with its next write, even with one that finds nothing to do.
    for tab in [&one, &two] {
        ok(tab.delete(id.clone(), &js("{ids: ['nothing']}"))).await;
        assert_eq!(everything(tab, &id).await, all);
    }
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn what_another_tab_breaks_is_checked_again() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    assert_eq!(ok(two.count(id.clone())).await, 0);
    ok(one.add(id.clone(), &record("a", 1))).await;
    // To the second tab the collection is still empty and takes any dimension.
    let other = js("{ids: ['b'], embeddings: new Float32Array(3), dimension: 3}");
    assert_eq!(code(two.add(id.clone(), &other)).await, "dimension_mismatch");
    ok(two.add(id.clone(), &record("b", 1))).await;
    assert_eq!(ids(&two, &id).await, ["a", "b"]);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn checkpoints_of_another_tab_are_taken_over() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    assert_eq!(ok(two.count(id.clone())).await, 0);
    ok(one.add(id.clone(), &large())).await;
    work(&one).await;
    // The log is empty now, and the number that the second tab would use looks free.
    let last = js("{ids: ['last'], embeddings: new Float32Array(2), dimension: 2}");
    ok(two.add(id.clone(), &last)).await;
    assert_eq!(ok(two.count(id.clone())).await, 1101);

    // Both find a checkpoint due; the second to come leaves the first one's alone.
    ok(two.upsert(id.clone(), &large())).await;
    let late = js("{ids: ['late'], embeddings: new Float32Array(2), dimension: 2}");
    ok(one.add(id.clone(), &late)).await;
    work(&one).await;
    work(&two).await;
    for (tab, name) in [(&one, "x"), (&two, "y"), (&one, "z")] {
        let batch = format!("{{ids: ['{name}'], embeddings: new Float32Array(2), dimension: 2}}");
        ok(tab.add(id.clone(), &js(&batch))).await;
    }
    let three = open(Some(&path)).await;
    assert!(everything(&three, &id).await == everything(&one, &id).await, "one sees everything");
    assert_eq!(ok(three.count(id.clone())).await, 1105);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn a_collection_that_another_tab_deleted_is_gone() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    ok(one.add(id.clone(), &record("a", 1))).await;
    assert_eq!(ok(two.count(id.clone())).await, 1);
    ok(one.delete_collection(&JsValue::UNDEFINED, "shared".into())).await;
    assert_eq!(code(two.add(id.clone(), &record("b", 1))).await, "not_found");
    assert_eq!(code(two.count(id.clone())).await, "not_found");
    // Another of the same name is another collection.
    let new = create(&two, "shared").await;
    assert_ne!(new, id);
    assert_eq!(ok(one.count(new)).await, 0);
    assert_eq!(code(one.count(id)).await, "not_found");
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn two_tabs_that_create_the_same_collection_get_one() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let none = JsValue::UNDEFINED;
    let creating: Vec<_> = [&one, &two, &one, &two]
        .map(|tab| {
            tab.create_collection(&JsValue::UNDEFINED, "same".into(), &none, &none, None, true)
        })
        .into_iter()
        .collect();
    let mut created = Vec::new();
    for promise in creating {
        created.push(text(&ok(promise).await, "id"));
    }
    assert!(created.iter().all(|id| *id == created[0]), "{created:?}");
    assert_eq!(ok(one.count_collections(&JsValue::UNDEFINED)).await, 1);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn who_follows_sees_what_others_have_written() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    ok(two.follow(Some(id.clone()))).await;
    assert_eq!(property(&ok(two.stats()).await, "loadedCollections"), 0, "nothing to follow yet");
    assert_eq!(ok(two.count(id.clone())).await, 0);
    ok(one.add(id.clone(), &many(3))).await;
    ok(one.upsert(id.clone(), &record("1", 9))).await;
    ok(one.delete(id.clone(), &js("{ids: ['0']}"))).await;
    assert_eq!(ok(two.count(id.clone())).await, 0, "a read does not look by itself");
    ok(two.follow(Some(id.clone()))).await;
    assert_eq!(everything(&two, &id).await, everything(&one, &id).await);
    ok(one.add(id.clone(), &record("x", 1))).await;
    ok(two.follow(None)).await;
    assert_eq!(ids(&two, &id).await, ["1", "2", "x"]);

    // One that is still being loaded has the latest as well.
    let three = open(Some(&path)).await;
    let counting = three.count(id.clone());
    ok(one.add(id.clone(), &record("y", 1))).await;
    ok(three.follow(Some(id.clone()))).await;
    assert_eq!(ids(&three, &id).await, ["1", "2", "x", "y"]);
    ok(counting).await;
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn who_follows_learns_of_a_changed_definition() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    ok(two.add(id.clone(), &record("a", 1))).await;
    for (name, writes) in [("following", false), ("writing", true)] {
        let changes = js(&format!("{{metadata: {{by: '{name}'}}}}"));
        ok(one.modify_collection(id.clone(), &changes)).await;
        if writes {
            ok(two.add(id.clone(), &record("b", 2))).await;
        } else {
            ok(two.follow(Some(id.clone()))).await;
        }
        // A fork is made of what the tab has in memory.
        let fork = ok(two.fork_collection(id.clone(), format!("fork-{name}"))).await;
        assert_eq!(text(&property(&fork, "metadata"), "by"), name);
    }
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn who_follows_past_a_trimmed_log_loads_the_checkpoint() {
    let path = new_path();
    let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
    let id = create(&one, "shared").await;
    ok(two.add(id.clone(), &record("first", 1))).await;
    ok(one.add(id.clone(), &large())).await;
    work(&one).await;
    ok(one.add(id.clone(), &record("last", 2))).await;
    ok(two.follow(Some(id.clone()))).await;
    assert!(everything(&two, &id).await == everything(&one, &id).await, "two sees everything");
    assert_eq!(ok(two.count(id)).await, 1102);
    destroy(&path).await;
}

#[wasm_bindgen_test]
async fn who_follows_lets_go_of_a_deleted_collection() {
    for follows_all in [true, false] {
        let path = new_path();
        let (one, two) = (open(Some(&path)).await, open(Some(&path)).await);
        let id = create(&one, "shared").await;
        let kept = create(&one, "kept").await;
        ok(two.add(id.clone(), &record("a", 1))).await;
        ok(two.add(kept.clone(), &record("a", 1))).await;
        ok(one.delete_collection(&JsValue::UNDEFINED, "shared".into())).await;
        assert_eq!(ok(two.count(id.clone())).await, 1);
        ok(two.follow((!follows_all).then(|| id.clone()))).await;
        assert_eq!(property(&ok(two.stats()).await, "loadedCollections"), 1);
        assert_eq!(code(two.count(id)).await, "not_found");
        assert_eq!(ok(two.count(kept)).await, 1);
        destroy(&path).await;
    }
}

#[wasm_bindgen_test]
async fn a_tab_that_is_not_elected_makes_no_checkpoint() {
    let path = new_path();
    let host = host();
    let elect = |electing: bool| {
        Reflect::set(&host, &"electing".into(), &electing.into()).expect("an object");
    };
    let database = open_with(Some(&path), false, host.clone()).await;
    let id = create(&database, "shared").await;
    elect(false);
    ok(database.add(id.clone(), &large())).await;
    work(&database).await;
    assert_eq!(count(&path, "manifests").await, 0);
    elect(true);
    work(&database).await;
    assert_eq!(count(&path, "manifests").await, 1);
    assert_eq!(count(&path, "log").await, 0);
    destroy(&path).await;
}
