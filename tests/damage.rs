//! Damage of every kind of what is stored: the rest stays in use, what is lost is named, nothing that
//! could be read is destroyed, and the caller's next word on a lost record counts.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use support::{Disk, Random, batch, definition};
use vecino::engine::change::Write;
use vecino::engine::collection::{Batch, Collection, Health, Operation, Selection, StoredParts};
use vecino::engine::error::{Code, Error};
use vecino::engine::format::*;
use vecino::engine::planner::Planner;

/// Records of the checkpoint, three pages of them; after it come two log entries of ten each.
const RECORDS: usize = 1_200;
/// Two pages of vectors.
const DIMENSION: usize = 256;

fn small_graph(collection: &mut Collection) {
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
}

fn records(from: usize, to: usize) -> Batch {
    let ids: Vec<String> = (from..to).map(|n| format!("r{n}")).collect();
    let rows: Vec<Vec<f32>> = (from..to).map(|n| Random(n as u64).vector(DIMENSION)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    let documents = ids.iter().map(|id| Some(format!("document of {id}"))).collect();
    Batch { documents: Some(documents), ..batch(&ids, &rows) }
}

fn write(disk: &mut Disk, collection: &mut Collection, operation: Operation, batch: &Batch) {
    let change = collection.plan(operation, batch).expect("valid");
    disk.write(collection, change);
}

fn delete(disk: &mut Disk, collection: &mut Collection, ids: &[&str]) {
    let ids = Some(ids.iter().map(|id| (*id).to_owned()).collect());
    let selection = Selection { ids, ..Selection::default() };
    let (change, _) = collection.plan_delete(&selection, None).expect("valid");
    disk.write(collection, change);
}

/// What is stored, the same for all tests, and the collection that is read from it.
fn stored() -> (Disk, Collection) {
    static STORED: LazyLock<Disk> = LazyLock::new(store);
    let (collection, warning) = open(&STORED).expect("opens");
    assert_eq!(warning, None);
    (STORED.clone(), collection)
}

fn store() -> Disk {
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    write(&mut disk, &mut collection, Operation::Add, &records(0, RECORDS));
    small_graph(&mut collection);
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    write(&mut disk, &mut collection, Operation::Add, &records(RECORDS, RECORDS + 10));
    write(&mut disk, &mut collection, Operation::Add, &records(RECORDS + 10, RECORDS + 20));
    disk
}

fn open(disk: &Disk) -> Result<(Collection, Option<Error>), Error> {
    let (manifest, pages) = (disk.manifest.as_deref(), disk.named_pages());
    Collection::open(definition("l2"), manifest, pages, disk.log.clone())
}

fn verify(disk: &Disk) -> Health {
    Collection::verify(StoredParts {
        definition: Some(encode_definition(&definition("l2"))),
        manifest: disk.manifest.clone(),
        pages: disk.named_pages(),
        keys: disk.pages.keys().copied().collect(),
        groups: Vec::new(),
        log: disk.log.clone(),
    })
}

fn manifest(disk: &Disk) -> Manifest {
    decode_manifest(disk.manifest.as_ref().expect("stored")).expect("valid")
}

fn flip(disk: &mut Disk, key: PageKey) {
    let page = disk.pages.get_mut(&key).expect("stored");
    let middle = page.len() / 2;
    page[middle] ^= 4;
}

fn lost_ids(lost: &[Lost]) -> BTreeSet<String> {
    lost.iter().filter_map(|lost| Some(lost.id.as_deref()?.to_owned())).collect()
}

fn ids(from: usize, to: usize) -> BTreeSet<String> {
    (from..to).map(|n| format!("r{n}")).collect()
}

fn all_ids(collection: &Collection) -> BTreeSet<String> {
    let slots = collection.get(&Selection::default(), None, 0).expect("valid");
    slots.iter().map(|&slot| collection.record(slot).id.to_string()).collect()
}

/// What is there is right: id, document, embedding, and nearest to itself.
fn right(collection: &Collection) {
    assert_eq!(collection.check(), Ok(()));
    for (at, slot) in
        collection.get(&Selection::default(), None, 0).expect("valid").into_iter().enumerate()
    {
        let record = collection.record(slot);
        let n: u64 = record.id[1..].parse().expect("a number");
        assert_eq!(record.document.as_deref(), Some(&*format!("document of r{n}")));
        assert_eq!(collection.embedding(slot), Random(n).vector(DIMENSION));
        if at.is_multiple_of(100) {
            let query = collection.embedding(slot);
            let found = collection.query(query, DIMENSION, &Selection::default(), 1, None);
            assert_eq!(found.expect("valid")[0].neighbors[0].slot, slot);
        }
    }
}

/// Opens a damaged disk in which `expected` is lost, and follows it to the end: reopened after a
/// checkpoint the loss is still named and what was damaged still there; records that are put or
/// deleted again are whole again; then nothing is left of the damage.
fn lives_on(mut disk: Disk, expected: &BTreeSet<String>, part: Part) {
    let untouched = disk.clone();
    let (mut opened, warning) = open(&disk).expect("opens");
    let warning = warning.expect("damage is told");
    assert_eq!(warning.code, Code::Damaged);
    assert!(warning.message.contains(&format!("{} records are lost", expected.len())), "{warning}");
    let check = |opened: &Collection| {
        assert_eq!(lost_ids(opened.lost()), *expected);
        assert!(opened.lost().iter().all(|lost| lost.part == part));
        let rest: BTreeSet<_> = ids(0, RECORDS + 20).difference(expected).cloned().collect();
        assert_eq!(all_ids(opened), rest);
        assert_eq!(opened.count() as usize, rest.len());
        right(opened);
    };
    check(&opened);
    let health = verify(&disk);
    assert_eq!(lost_ids(&health.lost), *expected);
    assert!(!health.problems.is_empty());
    assert_eq!(health.records, opened.count());
    assert_eq!(disk, untouched, "opening and verifying write nothing");

    disk.checkpoint_of_damaged(&mut opened);
    let damaged = manifest(&disk).kept_pages;
    for (key, bytes) in &untouched.pages {
        let named = manifest(&untouched).graph_pages.contains(key);
        let kept = damaged.contains(key) && disk.pages.get(key) == Some(bytes);
        let rewritten = !disk.pages.contains_key(key);
        assert!(kept || named || rewritten || disk.pages.get(key) == Some(bytes), "page {key}");
    }
    assert!(damaged.iter().all(|key| disk.pages.contains_key(key)));
    let (mut opened, warning) = open(&disk).expect("opens");
    assert!(warning.is_some(), "it goes on telling");
    check(&opened);
    let health = verify(&disk);
    assert_eq!((lost_ids(&health.lost), health.problems), (expected.clone(), vec![]));

    // A part of a lost record does not make it whole.
    let name = expected.first().expect("one").as_str();
    let update = Batch { documents: Some(vec![Some("new".into())]), ..batch(&[name], &[]) };
    write(&mut disk, &mut opened, Operation::Update, &update);
    check(&opened);
    // All of it does, and so does deleting it.
    let n: usize = name[1..].parse().expect("a number");
    write(&mut disk, &mut opened, Operation::Upsert, &records(n, n + 1));
    let others: Vec<&str> = expected.iter().skip(1).map(String::as_str).collect();
    if !others.is_empty() {
        delete(&mut disk, &mut opened, &others);
    }
    let left: BTreeSet<_> =
        ids(0, RECORDS + 20).into_iter().filter(|id| !others.contains(&id.as_str())).collect();
    for _ in 0..2 {
        assert_eq!((opened.lost(), all_ids(&opened)), (&[][..], left.clone()));
        right(&opened);
        opened = open(&disk).expect("opens").0;
    }
    disk.checkpoint(&mut opened);
    assert!(manifest(&disk).kept_pages.is_empty());
    assert!(verify(&disk).is_sound(), "{:?}", verify(&disk));
    assert_eq!(open(&disk).expect("opens").1, None);
}

#[test]
fn a_lost_page_of_records_is_named_by_its_ids() {
    let (disk, _) = stored();
    let names = manifest(&disk);
    assert_eq!(names.record_pages.len(), 3);
    for remove in [false, true] {
        for (page, key) in names.record_pages.iter().enumerate() {
            let mut disk = disk.clone();
            if remove {
                disk.pages.remove(key);
            } else {
                flip(&mut disk, *key);
            }
            let last = (page * 512 + 512).min(RECORDS);
            lives_on(disk, &ids(page * 512, last), Part::Record);
        }
    }
}

/// Deleting a lost record says that it is no longer missed: that is written once, counts as no deleted record,
/// and holds when the lost page, which is still there, is read again.
#[test]
fn a_record_of_a_lost_page_is_deleted_once() {
    let (mut disk, _) = stored();
    let page = manifest(&disk).record_pages[0];
    flip(&mut disk, page);
    let (mut opened, _) = open(&disk).expect("opens");
    let select = |ids: &[&str]| Selection {
        ids: Some(ids.iter().map(|id| (*id).to_owned()).collect()),
        ..Selection::default()
    };
    let lost = select(&["r3", "r600"]);
    let (change, deleted) = opened.plan_delete(&lost, None).expect("valid");
    assert_eq!(deleted, 1, "r600 is there, r3 is not");
    let written = [Write::Delete("r600".into()), Write::Delete("r3".into())];
    assert_eq!(change.writes, written);
    disk.write(&mut opened, change);

    let expected = &ids(0, 512) - &["r3".to_owned()].into();
    let rest = &ids(512, RECORDS + 20) - &["r600".to_owned()].into();
    for checkpointed in [false, true] {
        for opened in [&opened, &open(&disk).expect("opens").0] {
            assert_eq!(lost_ids(opened.lost()), expected, "after a checkpoint: {checkpointed}");
            assert_eq!(all_ids(opened), rest);
            let (change, deleted) = opened.plan_delete(&lost, None).expect("valid");
            assert!(change.is_empty() && deleted == 0, "there is nothing left to delete");
            right(opened);
        }
        disk.checkpoint_of_damaged(&mut opened);
    }
}

#[test]
fn a_lost_page_of_vectors_is_named_by_its_records() {
    let (disk, _) = stored();
    let names = manifest(&disk);
    let rows = 1_024;
    assert_eq!(names.vector_pages.len(), RECORDS.div_ceil(rows));
    for (remove, page) in [(false, 0), (true, 0), (false, 1), (true, 1)] {
        let mut disk = disk.clone();
        let key = names.vector_pages[page];
        if remove {
            disk.pages.remove(&key);
        } else {
            flip(&mut disk, key);
        }
        lives_on(disk, &ids(page * rows, (page * rows + rows).min(RECORDS)), Part::Embedding);
    }
}

#[test]
fn a_damaged_log_entry_is_named_by_its_ids() {
    let (disk, _) = stored();
    for (entry, from) in [(0, RECORDS), (1, RECORDS + 10)] {
        let mut disk = disk.clone();
        *disk.log[entry].1.last_mut().expect("bytes") ^= 1;
        lives_on(disk, &ids(from, from + 10), Part::Record);
    }
}

#[test]
fn what_a_damaged_log_entry_changed_is_lost_and_what_it_deleted_is_deleted() {
    let (mut disk, mut collection) = stored();
    let mut update =
        Batch { documents: Some(vec![Some("document of r7".into())]), ..batch(&["r7"], &[]) };
    write(&mut disk, &mut collection, Operation::Update, &update);
    *disk.log[2].1.last_mut().expect("bytes") ^= 1;
    delete(&mut disk, &mut collection, &["r8", "r9"]);
    let size = disk.log[3].1.len();
    disk.log[3].1[size - 1] ^= 1;
    // Later ones still count, but what changes a lost record leaves it lost.
    update.ids = vec!["r10".into()];
    update.documents = Some(vec![Some("document of r10".into())]);
    write(&mut disk, &mut collection, Operation::Update, &update);
    update.ids = vec!["r7".into()];
    write(&mut disk, &mut collection, Operation::Update, &update);

    let (mut opened, warning) = open(&disk).expect("opens");
    assert!(warning.is_some());
    assert_eq!(opened.sequence(), collection.sequence());
    let gone: BTreeSet<String> = ["r7", "r8", "r9"].map(str::to_owned).into();
    assert_eq!(all_ids(&opened), &ids(0, RECORDS + 20) - &gone);
    assert_eq!(
        opened.lost(),
        [Lost { id: Some("r7".into()), part: Part::Change, place: Place::Log(4, 4) }]
    );
    // The page with the older state is kept.
    let old = manifest(&disk).record_pages[0];
    disk.checkpoint_of_damaged(&mut opened);
    assert!(manifest(&disk).kept_pages.contains(&old) && disk.pages.contains_key(&old));
    write(&mut disk, &mut opened, Operation::Add, &records(7, 8));
    right(&opened);
    assert_eq!(opened.lost(), []);
}

#[test]
fn a_log_entry_without_ids_or_missing_is_named_by_its_number() {
    let (disk, _) = stored();
    for (missing, place) in [(false, Place::Log(2, 2)), (true, Place::Log(2, 2))] {
        let mut disk = disk.clone();
        if missing {
            disk.log.remove(0);
        } else {
            disk.log[0].1.truncate(40);
        }
        let (mut opened, warning) = open(&disk).expect("opens");
        assert!(warning.expect("told").message.contains("log entry 2"));
        let unknown = Lost { id: None, part: Part::Change, place };
        assert_eq!(opened.lost(), std::slice::from_ref(&unknown));
        assert_eq!(all_ids(&opened), &ids(0, RECORDS + 20) - &ids(RECORDS, RECORDS + 10));
        right(&opened);
        disk.checkpoint_of_damaged(&mut opened);
        let (mut opened, _) = open(&disk).expect("opens");
        assert_eq!(opened.lost(), std::slice::from_ref(&unknown));
        // The caller may write what the entry may have been about; the loss itself stays named.
        write(&mut disk, &mut opened, Operation::Add, &records(RECORDS, RECORDS + 10));
        assert_eq!(all_ids(&opened), ids(0, RECORDS + 20));
        assert_eq!(open(&disk).expect("opens").0.lost(), [unknown]);
        // A copy of the collection is whole.
        let mut copy = Collection::new(definition("l2"));
        copy.apply(opened.copy());
        assert_eq!((all_ids(&copy), copy.lost()), (ids(0, RECORDS + 20), &[][..]));
    }
}

/// A change of a record that only a lost entry created: nobody knows the rest of it.
#[test]
fn a_change_of_what_a_lost_entry_created_makes_no_half_record() {
    let (mut disk, mut collection) = stored();
    let update = Batch { documents: Some(vec![Some("half".into())]), ..batch(&["r1205"], &[]) };
    write(&mut disk, &mut collection, Operation::Update, &update);
    disk.log.remove(0);
    let (opened, _) = open(&disk).expect("opens");
    assert_eq!(lost_ids(opened.lost()), BTreeSet::from(["r1205".to_owned()]));
    assert!(!all_ids(&opened).contains("r1205"));
    right(&opened);
}

#[test]
fn records_and_ids_lost_together_are_named_by_their_page() {
    let (mut disk, _) = stored();
    let names = manifest(&disk);
    flip(&mut disk, names.record_pages[1]);
    flip(&mut disk, names.id_pages[1]);
    let places = [names.record_pages[1], names.id_pages[1]].map(|key| format!("page {key}"));
    // The graph no longer fits to the records.
    let expected = [&*places[0], &places[1], "the graph"];
    let problems = verify(&disk).problems;
    assert_eq!(problems.iter().map(|problem| &*problem.place).collect::<Vec<_>>(), expected);
    let (mut opened, warning) = open(&disk).expect("opens");
    let place = Place::Page(names.record_pages[1]);
    assert!(warning.expect("told").message.contains(&place.to_string()));
    assert_eq!(opened.lost(), [Lost { id: None, part: Part::Record, place }]);
    assert_eq!(all_ids(&opened), &ids(0, RECORDS + 20) - &ids(512, 1024));
    right(&opened);
    disk.checkpoint_of_damaged(&mut opened);
    for key in [names.record_pages[1], names.id_pages[1]] {
        assert!(disk.pages.contains_key(&key), "page {key} is kept");
    }
    assert!(!verify(&disk).is_sound());
}

#[test]
fn a_lost_page_of_ids_is_made_anew() {
    for change in ["flip", "remove", "other"] {
        let (mut disk, _) = stored();
        let names = manifest(&disk);
        let key = names.id_pages[1];
        match change {
            "flip" => flip(&mut disk, key),
            "remove" => drop(disk.pages.remove(&key)),
            _ => drop(disk.pages.insert(key, encode_id_page([(512, "other")].into_iter()))),
        }
        let (mut opened, warning) = open(&disk).expect("opens");
        assert!(warning.expect(change).message.contains("page of ids"));
        assert_eq!((opened.lost(), opened.count()), (&[][..], 1_220));
        assert_eq!(verify(&disk).problems.len(), 1);
        disk.checkpoint(&mut opened);
        assert!(!manifest(&disk).id_pages.contains(&key));
        assert!(verify(&disk).is_sound());
    }
}

/// What is done to a disk, and its name.
type Damage = (String, Box<dyn Fn(&mut Disk)>);

#[test]
fn a_damaged_graph_is_dropped_with_a_warning_and_results_stay() {
    let (disk, collection) = stored();
    let names = manifest(&disk);
    assert_eq!(names.graph_pages.len(), 2);
    let query = Random(99).vector(DIMENSION);
    let everything = Selection::default();
    let exact = |collection: &mut Collection| {
        collection.set_planner(Planner { exact_numbers: usize::MAX, scanned_per_candidate: 0 });
        collection.query(&query, DIMENSION, &everything, 10, None).expect("valid")[0]
            .neighbors
            .clone()
    };
    let (mut sound, _) = open(&disk).expect("opens");
    let expected = exact(&mut sound);
    let mut damages: Vec<Damage> = Vec::new();
    for key in names.graph_pages.clone() {
        damages.push((format!("flip {key}"), Box::new(move |disk| flip(disk, key))));
        damages
            .push((format!("remove {key}"), Box::new(move |disk| drop(disk.pages.remove(&key)))));
        // A right checksum over wrong links.
        damages.push((
            format!("other {key}"),
            Box::new(move |disk| {
                let mut page = disk.pages[&key].clone();
                let last = page.len() - 4;
                page[last..].copy_from_slice(&[0, 0, 0, 0]);
                page[last - 4..last].copy_from_slice(&[0, 0, 0, 0]);
                let sum = xxhash_rust::xxh64::xxh64(&page[12..], 6 << 8 | 1);
                page[4..12].copy_from_slice(&sum.to_le_bytes());
                disk.pages.insert(key, page);
            }),
        ));
    }
    let entry = names.entry_point.expect("there is a graph");
    for wrong in [None, Some(RECORDS as u32 + 100), Some((entry + 1) % 1_000)] {
        damages.push((
            format!("entry point {wrong:?}"),
            Box::new(move |disk| {
                let names = Manifest { entry_point: wrong, ..manifest(disk) };
                disk.manifest = Some(encode_manifest(&names));
            }),
        ));
    }
    for (name, damage) in damages {
        let mut disk = disk.clone();
        damage(&mut disk);
        let (mut opened, warning) = open(&disk).expect("opens");
        assert_eq!(warning.expect(&name).code, Code::Damaged, "{name}");
        assert_eq!(opened.unlinked(), collection.count() as usize, "{name}");
        assert_eq!((opened.lost(), verify(&disk).problems.len()), (&[][..], 1), "{name}");
        assert_eq!(exact(&mut opened), expected, "{name}");
        small_graph(&mut opened);
        while opened.link(100) {}
        assert_eq!(opened.check(), Ok(()));
        disk.checkpoint_of_damaged(&mut opened);
        assert!(names.graph_pages.iter().all(|key| !disk.pages.contains_key(key)), "{name}");
        assert!(verify(&disk).is_sound(), "{name}: {:?}", verify(&disk));
    }
}

#[test]
fn a_manifest_that_is_damaged_twice_refuses_and_names_itself() {
    let (disk, _) = stored();
    let mut once = disk.clone();
    once.manifest.as_mut().expect("stored")[30] ^= 4;
    let (opened, warning) = open(&once).expect("the other copy is read");
    assert_eq!((opened.count(), warning), (1_220, None));
    let health = verify(&once);
    assert_eq!((health.lost.len(), health.problems.len()), (0, 1));
    assert_eq!(health.problems[0].place, "the manifest");

    let mut twice = once.clone();
    *twice.manifest.as_mut().expect("stored").last_mut().expect("bytes") ^= 4;
    let Err(error) = open(&twice) else { panic!("it opened") };
    assert_eq!(error.code, Code::Damaged);
    assert!(error.message.contains("manifest"), "{error}");
    assert!(!verify(&twice).is_sound());

    let none = Disk { manifest: None, ..disk };
    let Err(error) = open(&none) else { panic!("it opened") };
    assert!(error.message.contains("no manifest"), "{error}");
    assert!(!verify(&none).is_sound());
}

#[test]
fn a_new_page_takes_the_place_of_none_that_counts() {
    let (mut disk, collection) = stored();
    let wrong = Manifest { next_key: 1, ..manifest(&disk) };
    disk.manifest = Some(encode_manifest(&wrong));
    let (mut opened, _) = open(&disk).expect("opens");
    write(&mut disk, &mut opened, Operation::Add, &records(RECORDS + 20, RECORDS + 21));
    // It refuses to write a page under a key that is taken.
    disk.checkpoint(&mut opened);
    let (again, warning) = open(&disk).expect("opens");
    assert_eq!((again.count(), warning), (collection.count() + 1, None));
    right(&again);
}

#[test]
fn what_nobody_names_is_found() {
    let (mut disk, _) = stored();
    assert!(verify(&disk).is_sound(), "{:?}", verify(&disk));
    disk.pages.insert(4_000, vec![1]);
    let health = verify(&disk);
    assert_eq!((health.problems.len(), health.problems[0].code), (1, "orphan"));
    disk.pages.remove(&4_000);
    disk.log.insert(0, disk.log[0].clone());
    disk.log[0].0 = 1;
    assert_eq!(verify(&disk).problems[0].code, "orphan");
}

/// Anything of a newer version refuses the whole collection, and says so.
#[test]
fn a_newer_version_of_any_page_or_entry_refuses_the_collection() {
    let (disk, _) = stored();
    let names = manifest(&disk);
    let newer = |bytes: &[u8]| {
        let seed = u64::from(bytes[2]) << 8 | u64::from(FORMAT_VERSION + 1);
        let sum = xxhash_rust::xxh64::xxh64(&bytes[12..], seed).to_le_bytes();
        [&bytes[..3], &[FORMAT_VERSION + 1], &sum, &bytes[12..]].concat()
    };
    let lists = [&names.vector_pages, &names.record_pages, &names.id_pages, &names.graph_pages];
    let mut disks: Vec<Disk> = lists
        .into_iter()
        .map(|keys| {
            let mut disk = disk.clone();
            let page = disk.pages.get_mut(&keys[0]).expect("stored");
            *page = newer(page);
            disk
        })
        .collect();
    let mut log = disk.clone();
    log.log[1].1 = newer(&log.log[1].1);
    disks.push(log);
    let mut pointer = disk;
    let bytes = pointer.manifest.take().expect("stored");
    pointer.manifest = Some(newer(&bytes[..bytes.len() / 2]).repeat(2));
    disks.push(pointer);
    for disk in disks {
        let Err(error) = open(&disk) else { panic!("it opened") };
        assert_eq!(error.code, Code::UnsupportedVersion, "{error}");
        let health = verify(&disk);
        assert_eq!(health.problems[0].code, "unsupported_version");
    }
}
