//! Embeddings that are left in storage: what is read of them, what memory lets go of, and what damage does.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{Disk, Random, apart, batch, definition};
use vecino::engine::change::Change;
use vecino::engine::collection::{Collection, Operation, Selection, StoredParts};
use vecino::engine::error::{Code, Error};
use vecino::engine::format::*;
use vecino::engine::planner::Planner;

const DIMENSION: usize = 64;
/// Of a collection as all tests begin with: one page of codes, 125 groups.
const RECORDS: usize = 1_000;

fn vector(n: usize) -> Vec<f32> {
    Random(n as u64).vector(DIMENSION)
}

fn put(collection: &Collection, operation: Operation, numbers: std::ops::Range<usize>) -> Change {
    let ids: Vec<String> = numbers.clone().map(|n| format!("r{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rows: Vec<Vec<f32>> = numbers.map(vector).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    collection.plan(operation, &batch(&ids, &rows)).expect("valid")
}

fn small_graph(collection: &mut Collection) {
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
}

/// A collection that is linked and stored.
fn stored() -> (Disk, Collection) {
    let mut disk = Disk::default();
    let mut collection = Collection::new(apart("cosine"));
    small_graph(&mut collection);
    let change = put(&collection, Operation::Add, 0..RECORDS);
    disk.write(&mut collection, change);
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    (disk, collection)
}

fn reopen(disk: &Disk) -> (Collection, Option<Error>) {
    let (manifest, pages) = (disk.manifest.as_deref(), disk.named_pages());
    let opened = Collection::open(apart("cosine"), manifest, pages, disk.log.clone());
    let (mut collection, warning) = opened.expect("opens");
    small_graph(&mut collection);
    (collection, warning)
}

fn slot(collection: &Collection, id: &str) -> u32 {
    let selection = Selection { ids: Some(vec![id.to_owned()]), ..Selection::default() };
    collection.get(&selection, None, 0).expect("valid")[0]
}

fn health(disk: &Disk) -> vecino::engine::collection::Health {
    let groups = disk.groups.iter();
    Collection::verify(StoredParts {
        definition: Some(encode_definition(&apart("cosine"))),
        manifest: disk.manifest.clone(),
        pages: disk.named_pages(),
        keys: disk.pages.keys().copied().collect(),
        groups: groups
            .map(|(n, bytes)| (u64::from(*n), inspect_embedding_group(bytes).ok()))
            .collect(),
        log: disk.log.clone(),
    })
}

#[test]
fn a_checkpoint_lets_go_of_embeddings_and_reads_bring_back_few() {
    let (disk, mut collection) = stored();
    assert_eq!(disk.groups.len(), RECORDS / 8);
    let exact = vecino::engine::definition::Configuration::default();
    assert!(collection.are_apart() && exact.embeddings.as_str() == "memory");
    let mut whole = Collection::new(definition("cosine"));
    let change = put(&whole, Operation::Add, 0..RECORDS);
    whole.apply(change);
    assert!(collection.memory_bytes() + RECORDS * DIMENSION * 2 < whole.memory_bytes());

    let (mut opened, warning) = reopen(&disk);
    assert_eq!(warning, None);
    for n in 0..20 {
        let query = vector(RECORDS + n);
        let ask = |collection: &Collection, ef| {
            let found = collection.query(&query, DIMENSION, &Selection::default(), 5, ef);
            found.expect("valid").swap_remove(0).neighbors
        };
        let expected = ask(&whole, Some(0));
        let (scanned, groups) = disk.read(&mut opened, |collection| ask(collection, Some(0)));
        assert_eq!(scanned, expected);
        assert!(groups <= 60 && (n > 0 || groups > 0), "{groups} groups");
        let (walked, _) = disk.read(&mut collection, |collection| ask(collection, None));
        assert_eq!(walked, expected);
    }
    assert!(health(&disk).is_sound());
}

#[test]
fn updates_and_deletes_write_the_groups_they_concern_and_nothing_is_mixed_up() {
    let (mut disk, mut collection) = stored();
    let before = disk.groups.clone();
    // Moves records 3 and 4 to new slots, and deletes all of one group and some of another.
    let rows = [vector(5_003), vector(5_004)];
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    let change = collection.plan(Operation::Upsert, &batch(&["r3", "r4"], &rows)).expect("valid");
    disk.write(&mut collection, change);
    let ids = (80..90).map(|n| format!("r{n}")).collect();
    let selection = Selection { ids: Some(ids), ..Selection::default() };
    let (change, _) = collection.plan_delete(&selection, None).expect("valid");
    disk.write(&mut collection, change);
    disk.checkpoint(&mut collection);
    assert!(!disk.groups.contains_key(&10), "it has no record");
    assert_eq!(disk.groups.get(&11), before.get(&11), "not worth writing");
    let rest = disk.groups.iter().filter(|(n, bytes)| before.get(n) != Some(bytes)).count();
    assert_eq!(rest, 1, "the new slots are in one group");
    // Slots that are used again, in the middle of stored groups.
    let change = put(&collection, Operation::Add, 2_000..2_100);
    while collection.link(100) {}
    disk.write(&mut collection, change);
    disk.checkpoint(&mut collection);
    for collection in [&mut collection, &mut reopen(&disk).0] {
        let embedding = |collection: &Collection, id: &str| -> Vec<f32> {
            collection.embedding(slot(collection, id)).to_vec()
        };
        for n in (0..80).chain(90..RECORDS).chain(2_000..2_100) {
            let expected = if n == 3 || n == 4 { vector(5_000 + n) } else { vector(n) };
            let id = format!("r{n}");
            let (found, _) = disk.read(collection, |collection| embedding(collection, &id));
            assert_eq!(found, expected, "{id}");
        }
        collection.check().expect("sound");
    }
    assert!(health(&disk).is_sound());
}

#[test]
fn a_checkpoint_that_fails_lets_go_of_nothing() {
    let (disk, mut collection) = stored();
    let change = put(&collection, Operation::Add, 2_000..2_010);
    collection.apply(change);
    drop(collection.checkpoint());
    collection.checkpoint_failed();
    assert_eq!(collection.embedding(slot(&collection, "r2005")), vector(2_005));
    assert_eq!(collection.checkpoint().groups.len(), 2);
    drop(disk);
}

#[test]
fn a_group_that_cannot_be_read_loses_its_records_by_name_and_no_others() {
    for is_missing in [false, true] {
        let (mut disk, _) = stored();
        match is_missing {
            true => drop(disk.groups.remove(&7)),
            false => disk.groups.get_mut(&7).expect("it is there")[40] ^= 1,
        }
        let found = health(&disk);
        assert_eq!(found.lost.len(), 8);
        assert_eq!(found.records as usize, RECORDS - 8);
        assert_eq!(found.problems.len(), 1);
        assert_eq!(found.problems[0].place, "group 7 of the embeddings");
        assert_eq!(found.problems[0].code, if is_missing { "missing" } else { "damaged" });

        let (mut collection, warning) = reopen(&disk);
        assert_eq!(warning, None, "opening does not read embeddings");
        let all = |collection: &Collection| {
            let slots = collection.get(&Selection::default(), None, 0).expect("valid");
            slots.iter().map(|slot| collection.embedding(*slot).len()).collect::<Vec<_>>()
        };
        let (lengths, _) = disk.read(&mut collection, all);
        assert_eq!(lengths, vec![DIMENSION; RECORDS - 8]);
        let lost: Vec<_> =
            collection.lost().iter().map(|lost| (lost.id.as_deref(), lost.place)).collect();
        assert_eq!(lost.len(), 8);
        assert!(lost.contains(&(Some("r56"), Place::Group(7))));
        // It is remembered, until the caller has put the record again.
        disk.checkpoint(&mut collection);
        let (mut collection, warning) = reopen(&disk);
        assert_eq!(warning.expect("lost").code, Code::Damaged);
        let change = put(&collection, Operation::Add, 56..64);
        disk.write(&mut collection, change);
        disk.checkpoint(&mut collection);
        assert!(health(&disk).is_sound());
    }
}

#[test]
fn codes_that_cannot_be_read_are_made_again_and_nothing_is_lost() {
    let (mut disk, _) = stored();
    let manifest = decode_manifest(disk.manifest.as_deref().expect("stored")).expect("whole");
    let page = manifest.vector_pages[0];
    disk.pages.get_mut(&page).expect("it is there")[5_000] ^= 1;
    let (mut collection, warning) = reopen(&disk);
    assert_eq!(warning.expect("a problem").code, Code::Damaged);
    assert_eq!((collection.count() as usize, collection.lost().len()), (RECORDS, 0));
    let query = vector(RECORDS);
    let ask = |collection: &Collection| {
        let found = collection.query(&query, DIMENSION, &Selection::default(), 5, Some(0));
        found.expect("valid").swap_remove(0).neighbors
    };
    let (found, groups) = disk.read(&mut collection, ask);
    assert!(groups >= RECORDS / 8, "all are measured");
    let (again, groups) = disk.read(&mut collection, ask);
    assert!(groups < RECORDS / 16, "{groups} groups, now that there are codes");
    assert_eq!(again, found);
    disk.checkpoint(&mut collection);
    let (mut collection, warning) = reopen(&disk);
    assert_eq!(warning, None);
    assert_eq!(disk.read(&mut collection, ask).0, found);
}

#[test]
fn a_fork_has_every_embedding() {
    let (disk, mut collection) = stored();
    let (change, _) = disk.read(&mut collection, Collection::copy);
    let mut fork = Collection::new(definition("cosine"));
    fork.apply(change);
    for n in [0, 500, RECORDS - 1] {
        let id = format!("r{n}");
        assert_eq!(fork.embedding(slot(&fork, &id)), vector(n));
    }
}

#[test]
fn new_embeddings_make_a_checkpoint_due_early() {
    let due = |definition| {
        let mut collection = Collection::new(definition);
        let change = put(&collection, Operation::Add, 0..12_000);
        collection.apply(change);
        collection.checkpoint_due(false)
    };
    assert!(due(apart("cosine")) && !due(definition("cosine")));
}
