//! Bytes: what a write costs, what a checkpoint costs, and that space comes back.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{Disk, Random, batch, definition};
use vecino::engine::collection::{Batch, Collection, Operation, Selection};
use vecino::engine::format::{NO_PAGE, decode_manifest, encode_change};
use vecino::engine::planner::Planner;

const DIMENSION: usize = 384;

fn records(random: &mut Random, from: usize, to: usize) -> Batch {
    let ids: Vec<String> = (from..to).map(|n| format!("record {n}")).collect();
    let rows: Vec<Vec<f32>> = (from..to).map(|_| random.vector(DIMENSION)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    let documents = ids.iter().map(|id| Some(format!("{id} ").repeat(20))).collect();
    Batch { documents: Some(documents), ..batch(&ids, &rows) }
}

fn write(disk: &mut Disk, collection: &mut Collection, operation: Operation, batch: &Batch) {
    let change = collection.plan(operation, batch).expect("valid");
    disk.write(collection, change);
}

fn delete(disk: &mut Disk, collection: &mut Collection, ids: impl Iterator<Item = usize>) {
    let ids = Some(ids.map(|n| format!("record {n}")).collect());
    let selection = Selection { ids, ..Selection::default() };
    let (change, _) = collection.plan_delete(&selection, None).expect("valid");
    disk.write(collection, change);
}

/// Bytes of the pages and the manifest.
fn size(disk: &Disk) -> usize {
    disk.pages.values().map(Vec::len).sum::<usize>() + disk.manifest.as_ref().map_or(0, Vec::len)
}

#[test]
fn a_write_costs_what_it_adds_however_large_the_collection_is() {
    let mut random = Random(1);
    let mut costs = Vec::new();
    let mut collection = Collection::new(definition("l2"));
    for records_before in [0, 1_000, 10_000, 50_000] {
        let count = collection.count() as usize;
        let fill = records(&mut random, count, records_before.max(count + 1));
        collection.apply(collection.plan(Operation::Add, &fill).expect("valid"));
        let one = records(&mut random, 90_000, 90_001);
        let ten = records(&mut random, 90_000, 90_010);
        let bytes =
            |batch| encode_change(&collection.plan(Operation::Add, batch).expect("valid")).len();
        costs.push((bytes(&one), bytes(&ten)));
    }
    let (one, ten) = costs[0];
    assert!(costs.iter().all(|cost| *cost == (one, ten)), "{costs:?}");
    let content = DIMENSION * 4 + "record 90000 ".len() * 21;
    assert!(one < content + 100 && ten < 10 * content + 500, "{one} for one, {ten} for ten");
}

#[test]
fn space_of_deleted_records_comes_back() {
    let mut random = Random(2);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 0, 4_000));
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    let full = size(&disk);

    // Half of them, all over the place. The graph frees their slots when it is repaired.
    delete(&mut disk, &mut collection, (0..4_000).step_by(2));
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    let half = size(&disk);
    assert!(half < full * 55 / 100, "{half} of {full}");
    let reopened = disk.open(definition("l2"));
    assert_eq!((reopened.count(), reopened.check()), (2_000, Ok(())));

    // Pages that become empty go, and so does what names them but their place in the manifest.
    delete(&mut disk, &mut collection, (0..4_000).filter(|n| n % 2 == 1));
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    assert_eq!(disk.pages.len(), 0);
    assert!(size(&disk) < 1_000, "{} bytes", size(&disk));
    let manifest = decode_manifest(disk.manifest.as_ref().expect("stored")).expect("valid");
    assert!(manifest.record_pages.iter().all(|key| *key == NO_PAGE));

    // And they come again.
    let mut reopened = disk.open(definition("l2"));
    write(&mut disk, &mut reopened, Operation::Add, &records(&mut random, 0, 4_000));
    disk.checkpoint(&mut reopened);
    let reopened = disk.open(definition("l2"));
    assert_eq!((reopened.count(), reopened.check()), (4_000, Ok(())));
}

#[test]
fn a_checkpoint_writes_the_pages_that_changed_and_no_others() {
    let mut random = Random(3);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 0, 10_000));
    disk.checkpoint(&mut collection);
    let before = disk.pages.clone();
    let written = |disk: &Disk| -> usize {
        let new = disk.pages.iter().filter(|(key, _)| !before.contains_key(key));
        new.map(|(_, bytes)| bytes.len()).sum()
    };
    // New records stand together: a page of each kind.
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 10_000, 10_010));
    disk.checkpoint(&mut collection);
    assert!(written(&disk) < 2 << 20, "{} bytes", written(&disk));
    // A document: the page of its record, no vectors.
    let update = Batch { documents: Some(vec![Some("new".into())]), ..batch(&["record 5"], &[]) };
    let last = written(&disk);
    write(&mut disk, &mut collection, Operation::Update, &update);
    disk.checkpoint(&mut collection);
    assert!(written(&disk) - last < 1 << 18, "{} bytes", written(&disk) - last);
}

/// Changes all over a large collection touch every page. However they come, checkpoints write at most
/// four bytes for a byte of work; the bytes of a checkpoint are known beforehand to within an eighth.
#[test]
fn checkpoints_write_a_bounded_number_of_bytes_for_a_byte_of_work() {
    for scattered in [1, 50] {
        let mut random = Random(4);
        let mut disk = Disk::default();
        let mut collection = Collection::new(definition("l2"));
        let (mut work, mut written, mut checkpoints) = (0, 0, 0);
        let mut turn = |disk: &mut Disk, collection: &mut Collection, batch: &Batch, operation| {
            let change = collection.plan(operation, batch).expect("valid");
            work += encode_change(&change).len() + 1_024;
            disk.write(collection, change);
            if collection.checkpoint_due(true) {
                disk.checkpoint(collection);
                written += disk.written;
                checkpoints += 1;
            }
            assert!(written <= 4 * work * 9 / 8, "{written} bytes written, {work} of work");
        };
        let all = records(&mut random, 0, 20_000);
        turn(&mut disk, &mut collection, &all, Operation::Add);
        for _ in 0..if scattered == 1 { 40_000 } else { 4_000 } {
            let ids: Vec<String> =
                (0..scattered).map(|n| format!("record {}", n * 400 + random.below(400))).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let documents = Some(ids.iter().map(|_| Some("changed ".repeat(10))).collect());
            let batch = Batch { documents, ..batch(&ids, &[]) };
            turn(&mut disk, &mut collection, &batch, Operation::Update);
        }
        assert!(checkpoints >= 3, "{checkpoints} checkpoints");
        // And the log does not grow without end.
        let log: usize = disk.log.iter().map(|(_, entry)| entry.len() + 1_024).sum();
        assert!(log < size(&disk).max(9 << 20), "{log} bytes of log on {} of pages", size(&disk));
    }
}

/// Single adds write what is new once with the log and once with a checkpoint, and one page more of each
/// kind: the one that was partly full. That does not depend on how many records there are.
#[test]
fn single_adds_write_what_is_new_and_one_page_of_each_kind_however_large_the_collection_is() {
    let mut random = Random(5);
    let mut shares = Vec::new();
    for before in [1_000, 10_000, 50_000] {
        let mut disk = Disk::default();
        let mut collection = Collection::new(definition("l2"));
        let fill = records(&mut random, 0, before);
        write(&mut disk, &mut collection, Operation::Add, &fill);
        disk.checkpoint(&mut collection);
        let mut adds = 0;
        while !collection.checkpoint_due(true) {
            let at = 100_000 + adds;
            write(&mut disk, &mut collection, Operation::Add, &records(&mut random, at, at + 1));
            adds += 1;
        }
        let log = disk.log.iter().map(|(_, entry)| entry.len()).sum::<usize>() / adds;
        disk.checkpoint(&mut collection);
        // Numbers, the document and little else, all but the numbers in a page of 512 records.
        let record = "record 100000".len() * 22 + 60;
        let pages = 512 * (DIMENSION * 4 + record);
        let share = disk.written / adds;
        assert!(share <= DIMENSION * 4 + record + pages / adds + 20, "{share} bytes at {before}");
        shares.push((log, share));
    }
    assert!(shares.iter().all(|(log, _)| *log == shares[0].0), "{shares:?}");
}

/// Who follows a log that others trim must not take it for endless, and must notice when nobody trims it.
#[test]
fn a_log_is_overdue_when_it_is_four_times_as_long_as_it_should_be() {
    let mut random = Random(6);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    let mut adds = 0;
    let mut until = |collection: &mut Collection, overdue: fn(&Collection) -> bool| {
        let before = adds;
        while !overdue(collection) {
            adds += 1;
            let batch = records(&mut random, adds, adds + 1);
            write(&mut disk, collection, Operation::Add, &batch);
        }
        adds - before
    };
    let due = until(&mut collection, |collection| collection.checkpoint_due(true));
    let overdue = until(&mut collection, Collection::checkpoint_overdue) + due;
    assert!((3..=5).contains(&(overdue / due)), "due after {due}, overdue after {overdue}");
    // Another's checkpoint: the log begins anew. The same one seen again is none.
    assert!(!collection.checkpoint_seen(0));
    assert!(collection.checkpoint_overdue());
    assert!(collection.checkpoint_seen(collection.sequence()));
    assert!(!collection.checkpoint_overdue() && !collection.checkpoint_due(true));
    assert!(!collection.checkpoint_seen(collection.sequence()));
    let again = until(&mut collection, Collection::checkpoint_overdue);
    assert!(again >= overdue, "overdue again after {again}");
    assert!(!collection.checkpoint_seen(overdue as u64));
}

/// New embeddings change nodes all over the graph, so that a checkpoint writes most of it. It waits until that
/// is at most four bytes for each byte of work, a step of linking being worth 4 KiB.
#[test]
fn single_adds_to_a_graph_write_a_bounded_number_of_bytes() {
    let mut random = Random(7);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 0, 1_000));
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    let (mut work, mut written, mut checkpoints, mut graph) = (0, 0, 0, 0);
    for n in 1_000..4_000 {
        let batch = records(&mut random, n, n + 1);
        let change = collection.plan(Operation::Add, &batch).expect("valid");
        work += encode_change(&change).len() + 1_024 + 4_096;
        disk.write(&mut collection, change);
        assert!(!collection.link(1), "one step links one record");
        if collection.checkpoint_due(true) {
            disk.checkpoint(&mut collection);
            let manifest = decode_manifest(disk.manifest.as_ref().expect("stored"));
            graph += manifest.expect("valid").graph_pages.len();
            written += disk.written;
            checkpoints += 1;
        }
        assert!(written <= 4 * work * 9 / 8, "{written} bytes written, {work} of work");
    }
    assert!(checkpoints >= 3 && graph >= 6, "{checkpoints} checkpoints, {graph} pages of graphs");
}
