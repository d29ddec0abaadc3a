//! Writes that are taken in part by part: nobody sees anything of them until all is revealed, or ever if it is not.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{Random, batch, definition, object};
use vecino::engine::change::Change;
use vecino::engine::collection::{Collection, Operation, Selection};
use vecino::engine::filter::Where;
use vecino::engine::json::Json;
use vecino::engine::planner::Planner;

const DIMENSION: usize = 4;
/// Linked from 20 records on.
const PLANNER: Planner = Planner { exact_numbers: 20 * DIMENSION, scanned_per_candidate: 0 };

fn collection() -> Collection {
    let mut collection = Collection::new(definition("l2"));
    collection.set_planner(PLANNER);
    collection
}

/// A change that puts the records of these numbers; each has its number for a metadata value.
fn put(collection: &Collection, numbers: std::ops::Range<u64>, shift: f32) -> Change {
    let ids: Vec<String> = numbers.clone().map(|number| format!("r{number}")).collect();
    let rows: Vec<Vec<f32>> = numbers
        .clone()
        .map(|number| Random(number).vector(DIMENSION).iter().map(|value| value + shift).collect())
        .collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut batch = batch(&names, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let metadata = |number| object(&[("n", Json::Float(number as f64))]);
    batch.metadatas = Some(numbers.map(metadata).collect());
    collection.plan(Operation::Upsert, &batch).expect("valid")
}

fn delete(collection: &Collection, ids: &[&str]) -> Change {
    let ids = Some(ids.iter().map(|id| (*id).to_owned()).collect());
    collection.plan_delete(&Selection { ids, ..Selection::default() }, None).expect("valid").0
}

fn ids(collection: &Collection, slots: &[u32]) -> Vec<String> {
    slots.iter().map(|&slot| collection.record(slot).id.to_string()).collect()
}

/// All that reads tell, the orders and embeddings of records with them.
fn seen(collection: &Collection) -> String {
    let all = Selection::default();
    let json = object(&[("n", object(&[("$gte", Json::Float(0.0))]))]);
    let filter = Some(Where::from_json(&json, &|_| unreachable!("no pattern")).expect("valid"));
    let filtered = Selection { filter, ..Selection::default() };
    let named = (0..60).map(|number| format!("r{number}")).collect();
    let named = Selection { ids: Some(named), ..Selection::default() };
    let mut told = vec![format!("{} {:?}", collection.count(), collection.dimension())];
    for selection in [&all, &filtered, &named] {
        let slots = collection.get(selection, None, 0).expect("valid");
        told.push(format!("{:?}", ids(collection, &slots)));
        for &slot in &slots {
            told.push(format!("{:?} {:?}", collection.record(slot), collection.embedding(slot)));
        }
        let found = collection.query(&[0.1; DIMENSION], DIMENSION, selection, 9, None);
        for neighbor in &found.expect("valid")[0].neighbors {
            let id = &collection.record(neighbor.slot).id;
            told.push(format!("{id} {}", neighbor.distance));
        }
    }
    told.join("\n")
}

fn link_all(collection: &mut Collection) {
    while collection.link(8) {}
}

/// A collection with linked, unlinked and deleted records.
fn used() -> Collection {
    let mut collection = collection();
    let change = put(&collection, 0..30, 0.0);
    collection.apply(change);
    link_all(&mut collection);
    let change = put(&collection, 30..36, 0.0);
    collection.apply(change);
    let change = delete(&collection, &["r3", "r33"]);
    collection.apply(change);
    collection
}

/// New records, changed ones, deleted ones, and one that was deleted before.
fn parts() -> [fn(&Collection) -> Change; 4] {
    [
        |collection| put(collection, 33..42, 0.5),
        |collection| put(collection, 1..4, 0.25),
        |collection| delete(collection, &["r7", "r31"]),
        |collection| put(collection, 42..50, 0.0),
    ]
}

#[test]
fn what_is_staged_is_not_seen_until_it_is_revealed_all_at_once() {
    let (mut staged, mut applied) = (used(), used());
    let before = seen(&staged);
    for (number, part) in (staged.sequence() + 1..).zip(parts()) {
        let change = part(&staged);
        assert_eq!(staged.stage(change), number);
        assert_eq!(seen(&staged), before);
        staged.check().expect("sound while a part is staged");
        // Linking goes on, and takes nothing in of it.
        staged.link(1);
        assert_eq!(seen(&staged), before);
    }
    assert_eq!(staged.sequence(), applied.sequence());
    staged.reveal();
    for part in parts() {
        let change = part(&applied);
        applied.apply(change);
    }
    assert_eq!(seen(&staged), seen(&applied));
    assert_eq!(staged.sequence(), applied.sequence());
    assert_ne!(seen(&staged), before);
    for collection in [&mut staged, &mut applied] {
        collection.check().expect("sound");
        link_all(collection);
        collection.check().expect("sound when linked");
    }
    assert_eq!(seen(&staged), seen(&applied));
}

#[test]
fn what_is_dropped_leaves_nothing_behind() {
    let (mut dropped, mut untouched) = (used(), used());
    for part in parts() {
        let change = part(&dropped);
        dropped.stage(change);
    }
    dropped.unstage();
    assert_eq!(seen(&dropped), seen(&untouched));
    assert_eq!(dropped.sequence(), untouched.sequence());
    dropped.check().expect("sound");
    // Slots and places in the order of insertion are taken again.
    for collection in [&mut dropped, &mut untouched] {
        for part in parts() {
            let change = part(collection);
            collection.apply(change);
        }
        link_all(collection);
        collection.check().expect("sound");
    }
    assert_eq!(seen(&dropped), seen(&untouched));
}

#[test]
fn a_first_write_that_is_dropped_does_not_fix_the_dimension() {
    let mut collection = collection();
    let change = put(&collection, 0..5, 0.0);
    collection.stage(change);
    assert_eq!((collection.dimension(), collection.count()), (None, 0));
    let of_two = collection.query(&[1.0, 2.0], 2, &Selection::default(), 3, None);
    assert!(of_two.expect("nothing is known of a dimension yet")[0].neighbors.is_empty());
    let other = batch(&["other"], &[&[1.0, 2.0]]);
    collection.plan(Operation::Add, &other).expect_err("parts of one write are of one dimension");
    collection.unstage();
    let change = collection.plan(Operation::Add, &other).expect("valid");
    collection.apply(change);
    assert_eq!((collection.dimension(), collection.count()), (Some(2), 1));
    collection.check().expect("sound");
}

#[test]
fn an_id_in_two_parts_is_there_once_and_as_in_the_last() {
    let mut collection = collection();
    let (first, second) = (put(&collection, 0..3, 0.0), put(&collection, 2..4, 9.0));
    collection.stage(first);
    collection.stage(second);
    collection.reveal();
    assert_eq!(collection.count(), 4);
    collection.check().expect("sound");
    let selection = Selection { ids: Some(vec!["r2".into()]), ..Selection::default() };
    let slots = collection.get(&selection, None, 0).expect("valid");
    assert!(collection.embedding(slots[0])[0] > 5.0);
}
