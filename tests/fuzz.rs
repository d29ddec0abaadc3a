//! Decoders under fire: random bytes, cuts and flipped bits in every kind of stored value. Nothing
//! panics, nothing is allocated that the input does not justify, and no answer is wrong: what is
//! changed is either noticed or makes no difference.
//!
//! A few seconds with `cargo test`; `VECINO_FUZZ_SECONDS=600 cargo test --test fuzz` goes on for longer.
#![cfg(not(target_arch = "wasm32"))]
#![allow(unsafe_code, reason = "an allocator that counts")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use support::{Disk, Random, batch, definition, object};
use vecino::engine::collection::{Batch, Collection, Operation, Selection, StoredParts};
use vecino::engine::error::{Code, Error};
use vecino::engine::format::*;
use vecino::engine::json::Json;
use vecino::engine::planner::Planner;

/// Counts what this thread holds, and the most it held.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(held.get())));
    });
}

// SAFETY: everything is the system's allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that `run` held at a time beyond what was held before.
fn most_held<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    MOST.set(before);
    let result = run();
    (result, usize::try_from(MOST.get() - before).expect("it began there"))
}

/// A decoder may hold this many bytes for each byte of its input. The worst is a list of booleans,
/// a byte each, of which one is a value of 24 bytes, in a vector that is then made to measure.
const HELD_PER_BYTE: usize = 64;
const HELD_ANYWAY: usize = 4 << 10;
/// A collection of `n` slots may hold this many bytes a slot, besides what its pages justify: rows of
/// the graph and of vectors are allocated by the page.
const HELD_BY_PAGE: usize = 3 << 20;

fn until(seconds: f64) -> impl Iterator<Item = Random> {
    let wanted = std::env::var("VECINO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let seconds = wanted.map_or(seconds, |wanted: f64| wanted / 2.0);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    (0..).map(Random).take_while(move |random| random.0 < 200 || Instant::now() < end)
}

fn seal(bytes: &mut [u8]) {
    if bytes.len() >= 12 {
        let seed = u64::from(bytes[2]) << 8 | u64::from(bytes[3]);
        let sum = xxhash_rust::xxh64::xxh64(&bytes[12..], seed);
        bytes[4..12].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Decodes bytes of any kind; what they say, written out.
fn decode(bytes: &[u8]) -> Vec<Result<String, Error>> {
    let mut rows = [0.0; 24];
    let mut used = 0;
    let mut links = 0;
    vec![
        decode_definition(bytes).map(|value| format!("{value:?}")),
        decode_change(bytes).map(|value| format!("{value:?}")),
        decode_manifest(bytes).map(|value| format!("{value:?}")),
        decode_vector_page(bytes, &mut rows, 3, &mut |_| used += 1).map(|()| format!("{used}")),
        decode_record_page(bytes).map(|value| format!("{value:?}")),
        decode_id_page(bytes).map(|value| format!("{value:?}")),
        decode_graph_page(bytes, &mut |node| {
            links += node.levels.iter().map(|level| level.len()).sum::<usize>();
            Ok(())
        })
        .map(|()| format!("{links}")),
        decode_namespaces(bytes).map(|value| format!("{value:?}")),
        decode_touched(bytes).map(|value| format!("{value:?}")),
    ]
}

/// What decoding holds, without what writing out the answer does.
fn hold(bytes: &[u8]) -> usize {
    let mut rows = [0.0; 24];
    let decoders: [&mut dyn FnMut(); 9] = [
        &mut || drop(decode_definition(bytes)),
        &mut || drop(decode_change(bytes)),
        &mut || drop(decode_manifest(bytes)),
        &mut || drop(decode_vector_page(bytes, &mut rows, 3, &mut |_| ())),
        &mut || drop(decode_record_page(bytes)),
        &mut || drop(decode_id_page(bytes)),
        &mut || drop(decode_graph_page(bytes, &mut |_| Ok(()))),
        &mut || drop(decode_namespaces(bytes)),
        &mut || drop(decode_touched(bytes)),
    ];
    decoders.into_iter().map(|decoder| most_held(decoder).1).max().unwrap_or(0)
}

fn records(random: &mut Random, from: usize, to: usize) -> Batch {
    let ids: Vec<String> = (from..to).map(|n| format!("r{n}")).collect();
    let rows: Vec<Vec<f32>> = (from..to).map(|_| random.vector(3)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    let metadata = |n: usize| {
        let list = Json::Array(vec![Json::Bool(n.is_multiple_of(2)); n % 5 + 1]);
        object(&[("n", Json::Int(n as i64)), ("list", list), ("text", Json::String("año".into()))])
    };
    Batch {
        documents: Some(ids.iter().map(|id| Some(format!("document of {id}"))).collect()),
        metadatas: Some((from..to).map(metadata).collect()),
        ..batch(&ids, &rows)
    }
}

/// A collection with a graph, deleted and changed records, a checkpoint and a log after it.
fn stored() -> Disk {
    let mut random = Random(7);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("cosine"));
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
    let write = |disk: &mut Disk, collection: &mut Collection, operation, batch: &Batch| {
        let change = collection.plan(operation, batch).expect("valid");
        disk.write(collection, change);
    };
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 0, 600));
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    write(&mut disk, &mut collection, Operation::Upsert, &records(&mut random, 590, 620));
    let ids = Some((0..20).map(|n| format!("r{n}")).collect());
    let selection = Selection { ids, ..Selection::default() };
    let (change, _) = collection.plan_delete(&selection, None).expect("valid");
    disk.write(&mut collection, change);
    write(&mut disk, &mut collection, Operation::Update, &records(&mut random, 300, 310));
    write(&mut disk, &mut collection, Operation::Add, &records(&mut random, 620, 650));
    disk
}

fn values(disk: &Disk) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = disk.pages.values().cloned().collect();
    values.extend(disk.log.iter().map(|(_, entry)| entry.clone()));
    values.extend(disk.manifest.clone());
    values.push(encode_definition(&definition("l2")));
    values
}

/// Changes bytes somehow: flips bits, cuts, swaps parts, writes numbers that lengths do not expect.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let Some(last) = bytes.len().checked_sub(1) else { return };
        let at = random.below(last + 1);
        match random.below(6) {
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes.truncate(at),
            3 => bytes[at] = [0, 1, 0x7f, 0xff][random.below(4)],
            4 => {
                let number = [0, 1, 0xffff, u32::MAX, 1 << 31][random.below(5)];
                let end = bytes.len().min(at + 4);
                bytes[at..end].copy_from_slice(&u32::to_le_bytes(number)[..end - at]);
            }
            _ => {
                let part = bytes[at..bytes.len().min(at + 40)].to_vec();
                let to = random.below(last + 1);
                bytes.splice(to..to, part);
            }
        }
    }
}

#[test]
fn decoders_hold_no_more_than_their_input_justifies_and_never_panic() {
    let values = values(&stored());
    for mut random in until(1.5) {
        let mut bytes = if random.below(4) == 0 {
            (0..random.below(300)).map(|_| random.next() as u8).collect()
        } else {
            let mut bytes = values[random.below(values.len())].clone();
            mutate(&mut random, &mut bytes);
            bytes
        };
        // A right header and checksum, so that the body is looked at.
        if random.below(4) > 0 && bytes.len() >= 12 {
            bytes[..2].copy_from_slice(b"VC");
            if random.below(2) == 0 {
                bytes[2] = 1 + random.below(8) as u8;
            }
            bytes[3] = FORMAT_VERSION;
            if random.below(4) == 0 {
                // Both copies of a manifest.
                let half = bytes.len() / 2;
                seal(&mut bytes[..half]);
            }
            seal(&mut bytes);
        }
        let held = hold(&bytes);
        let allowed = bytes.len() * HELD_PER_BYTE + HELD_ANYWAY;
        assert!(held <= allowed, "held {held} for {} bytes: {bytes:?}", bytes.len());
    }
}

#[test]
fn a_changed_value_is_noticed_or_makes_no_difference() {
    for good in values(&stored()) {
        let expected = decode(&good);
        let mut random = Random(good.len() as u64);
        for _ in 0..300 {
            let mut bad = good.clone();
            mutate(&mut random, &mut bad);
            for (found, expected) in decode(&bad).iter().zip(&expected) {
                assert!(found.is_err() || found == expected, "{found:?}");
            }
        }
    }
}

/// Everything that can be read of a collection: id to document, metadata and embedding.
fn everything(collection: &Collection) -> BTreeMap<String, String> {
    let slots = collection.get(&Selection::default(), None, 0).expect("valid");
    let read = |slot| {
        let record = collection.record(slot);
        let (document, metadata) = (&record.document, &record.metadata);
        let embedding = collection.embedding(slot);
        (record.id.to_string(), format!("{document:?} {metadata:?} {embedding:?}"))
    };
    slots.into_iter().map(read).collect()
}

fn open(disk: &Disk) -> Result<(Collection, Option<Error>), Error> {
    let (manifest, pages) = (disk.manifest.as_deref(), disk.named_pages());
    Collection::open(definition("cosine"), manifest, pages, disk.log.clone())
}

fn size(disk: &Disk) -> usize {
    values(disk).iter().map(Vec::len).sum()
}

/// Damages a part of what is stored; says whether its checksum is right all the same.
fn damage(random: &mut Random, disk: &mut Disk) -> bool {
    let mut keys: Vec<_> = disk.pages.keys().copied().collect();
    keys.sort_unstable();
    let sealed = random.below(3) == 0;
    for _ in 0..=random.below(3) {
        let change = |random: &mut Random, bytes: &mut Vec<u8>, twice: bool| {
            if twice && sealed {
                bytes.truncate(bytes.len() / 2);
            }
            mutate(random, bytes);
            if sealed {
                seal(bytes);
                if twice {
                    bytes.extend_from_within(..);
                }
            }
        };
        match random.below(10) {
            0 => drop(disk.pages.remove(&keys[random.below(keys.len())])),
            1 if !disk.log.is_empty() => drop(disk.log.remove(random.below(disk.log.len()))),
            2 | 3 if !disk.log.is_empty() => {
                let at = random.below(disk.log.len());
                change(random, &mut disk.log[at].1, false);
            }
            4 => change(random, disk.manifest.as_mut().expect("stored"), true),
            _ => {
                if let Some(page) = disk.pages.get_mut(&keys[random.below(keys.len())]) {
                    change(random, page, false);
                }
            }
        }
    }
    sealed
}

#[test]
fn a_damaged_collection_opens_right_or_says_what_is_lost() {
    let whole = stored();
    let expected = everything(&open(&whole).expect("opens").0);
    let (mut opened_some, mut refused) = (0, 0);
    for mut random in until(3.0) {
        let mut disk = whole.clone();
        let sealed = damage(&mut random, &mut disk);
        let (opened, held) = most_held(|| open(&disk));
        let allowed = size(&disk) * HELD_PER_BYTE + HELD_BY_PAGE;
        assert!(held <= allowed, "held {held} of {allowed}");
        let health = Collection::verify(StoredParts {
            groups: Vec::new(),
            definition: Some(encode_definition(&definition("cosine"))),
            manifest: disk.manifest.clone(),
            pages: disk.named_pages(),
            keys: disk.pages.keys().copied().collect(),
            log: disk.log.clone(),
        });
        let (mut opened, warning) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                assert!([Code::Damaged, Code::UnsupportedVersion].contains(&error.code), "{error}");
                assert!(!health.is_sound());
                refused += 1;
                continue;
            }
        };
        opened_some += 1;
        assert_eq!(opened.check(), Ok(()));
        assert_eq!(opened.count(), health.records);
        assert_eq!(health.lost, opened.lost());
        if !health.lost.is_empty() {
            assert!(warning.is_some());
        }
        let found = everything(&opened);
        let lost = opened.lost();
        let unknown = lost.iter().any(|lost| lost.id.is_none());
        // With a right checksum anything may be said. Otherwise what is there is right, and what is
        // not there is lost by name, unless it is known that nobody knows; the log's last entries
        // nobody misses.
        let cut = disk.log.len() < whole.log.len();
        if !sealed && !unknown && !cut {
            for (id, record) in &expected {
                let is_lost = lost.iter().any(|lost| lost.id.as_deref() == Some(id));
                match found.get(id) {
                    Some(found) => assert!(!is_lost && found == record, "{id}"),
                    None => assert!(is_lost, "{id} is gone without a word"),
                }
            }
            assert!(found.keys().all(|id| expected.contains_key(id)));
        }
        // Whatever it is, it can be used and checkpointed.
        let query = [0.1, 0.2, 0.3];
        if let Ok(found) = opened.query(&query, 3, &Selection::default(), 5, None) {
            assert_eq!(found[0].neighbors.len(), 5.min(opened.count() as usize));
        }
        let before = everything(&opened);
        disk.checkpoint_of_damaged(&mut opened);
        assert_eq!(open(&disk).map(|(opened, _)| everything(&opened)).ok(), Some(before));
    }
    assert!(opened_some > 50 && refused > 0, "{opened_some} opened, {refused} refused");
}
