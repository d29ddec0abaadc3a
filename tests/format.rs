//! Stored bytes: golden files of every released version, damage of every kind.
//!
//! A golden file is written once, when its version is new (`UPDATE_GOLDEN=1 cargo test`), and never
//! changed afterwards: what it holds must stay readable.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use support::{Disk, Random, batch, definition, object};
use vecino::engine::catalog::{Database, Namespaces};
use vecino::engine::change::{Change, Put, Write};
use vecino::engine::collection::{Collection, Operation, Selection};
use vecino::engine::definition::Definition;
use vecino::engine::error::{Code, Error};
use vecino::engine::format::*;
use vecino::engine::json::Json;
use vecino::engine::metadata::{Metadata, MetadataPatch};
use vecino::engine::planner::Planner;
use vecino::engine::record::Record;
use vecino_kernels::hnsw::Kind;

fn metadata() -> Metadata {
    let json = object(&[
        ("draft", Json::Bool(true)),
        ("year", Json::Int(-2_020)),
        ("ratio", Json::Float(0.25)),
        ("título", Json::String("«vecino» 🏡".into())),
    ]);
    MetadataPatch::from_json(&json, &String::new).expect("valid").merge(None).expect("has keys")
}

/// Metadata with a list of each type.
fn lists() -> Metadata {
    let text = |text: &str| Json::String(text.into());
    let json = object(&[
        ("flags", Json::Array(vec![Json::Bool(true), Json::Bool(false)])),
        ("years", Json::Array(vec![Json::Int(-2_020), Json::Int(1 << 52), Json::Int(-2_020)])),
        ("ratios", Json::Array(vec![Json::Float(0.25), Json::Int(3)])),
        ("tags", Json::Array(vec![text("«vecino» 🏡"), text("")])),
    ]);
    MetadataPatch::from_json(&json, &String::new).expect("valid").merge(None).expect("has keys")
}

fn some_definition() -> Definition {
    Definition {
        metadata: Some(metadata()),
        extra: Some("{\"schema\":1}".into()),
        ..definition("cosine")
    }
}

fn some_change() -> Change {
    let put = |id: &str, embedding, document: Option<&str>, metadata| {
        let (id, document) = (id.to_owned(), document.map(str::to_owned));
        Write::Put(Put { id, embedding, document, uri: None, metadata })
    };
    Change {
        writes: vec![
            put("a", true, Some(""), Some(Some(metadata()))),
            put("b", false, None, Some(None)),
            Write::Delete("c".into()),
            put("d", true, Some("text"), None),
        ],
        dimension: 2,
        embeddings: vec![1.0, -0.5, f32::MAX, 1e-45],
    }
}

fn change_with_lists() -> Change {
    let metadata = Some(Some(lists()));
    let put = Put { id: "a".into(), embedding: false, document: None, uri: None, metadata };
    Change { writes: vec![Write::Put(put)], ..Change::default() }
}

fn some_manifest() -> Manifest {
    Manifest {
        sequence: 1 << 40,
        next_order: 7,
        next_key: 12,
        dimension: 384,
        capacity: 2_000,
        entry_point: Some(3),
        vector_pages: vec![1, 4],
        record_pages: vec![NO_PAGE, 11],
        graph_pages: vec![5],
    }
}

fn some_records() -> Vec<(u32, Record)> {
    let record = |id: &str, order, metadata| Record {
        id: id.into(),
        order,
        document: Some("a document".into()),
        uri: None,
        metadata,
    };
    vec![(512, record("a", 9, None)), (700, record("b", 2, Some(metadata())))]
}

fn records_with_lists() -> Vec<(u32, Record)> {
    let (document, uri, metadata) = (None, Some("file:a".into()), Some(lists()));
    vec![(3, Record { id: "a".into(), order: 1, document, uri, metadata })]
}

fn some_nodes() -> Vec<StoredNode> {
    vec![
        StoredNode {
            slot: 0,
            kind: Kind::Linked,
            successor: Some(5),
            levels: vec![vec![1, 5], vec![5]],
        },
        StoredNode { slot: 5, kind: Kind::Removed, successor: None, levels: vec![vec![], vec![0]] },
    ]
}

fn some_namespaces() -> Namespaces {
    let database = |tenant: &str, name: &str| {
        let (id, tenant, name) = (format!("id of {name}"), tenant.into(), name.into());
        Database { id, tenant, name }
    };
    let databases = vec![database("acme", "products"), database("default_tenant", "año")];
    Namespaces { tenants: vec!["acme".into(), "globex".into()], databases }
}

fn encoded_records(records: &[(u32, Record)]) -> Vec<u8> {
    encode_record_page(records.iter().map(|(slot, record)| (*slot, record)))
}

/// Compares with the golden file, and returns it.
fn golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1");
    let path = folder.join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !path.exists() {
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(&path, bytes).expect("the file can be written");
    }
    let golden = fs::read(&path).expect("the golden file is in the repository");
    assert_eq!(FORMAT_VERSION, 1, "a new version gets golden files of its own");
    assert_eq!(bytes, golden, "{name}: this build writes version 1 in another way");
    golden
}

#[test]
fn golden_files_are_written_and_read_as_ever() {
    let bytes = golden("definition.bin", &encode_definition(&some_definition()));
    assert_eq!(decode_definition(&bytes), Ok(some_definition()));
    let bytes = golden("change.bin", &encode_change(&some_change()));
    assert_eq!(decode_change(&bytes), Ok(some_change()));
    let bytes = golden("manifest.bin", &encode_manifest(&some_manifest()));
    assert_eq!(decode_manifest(&bytes), Ok(some_manifest()));
    let bytes = golden("vector_page.bin", &encode_vector_page(&[0.5, -1.0, 1e-45]));
    assert_eq!(decode_vector_page(&bytes), Ok(vec![0.5, -1.0, 1e-45]));
    let bytes = golden("record_page.bin", &encoded_records(&some_records()));
    assert_eq!(decode_record_page(&bytes), Ok(some_records()));
    let bytes = golden("change_lists.bin", &encode_change(&change_with_lists()));
    assert_eq!(decode_change(&bytes), Ok(change_with_lists()));
    let bytes = golden("record_page_lists.bin", &encoded_records(&records_with_lists()));
    assert_eq!(decode_record_page(&bytes), Ok(records_with_lists()));
    let bytes = golden("graph_page.bin", &encode_graph_page(&some_nodes()));
    assert_eq!(decode_graph_page(&bytes), Ok(some_nodes()));
    let bytes = golden("namespaces.bin", &encode_namespaces(&some_namespaces()));
    assert_eq!(decode_namespaces(&bytes), Ok(some_namespaces()));
}

fn decode_any(bytes: &[u8]) -> [Result<(), Error>; 7] {
    [
        decode_definition(bytes).map(drop),
        decode_change(bytes).map(drop),
        decode_manifest(bytes).map(drop),
        decode_vector_page(bytes).map(drop),
        decode_record_page(bytes).map(drop),
        decode_graph_page(bytes).map(drop),
        decode_namespaces(bytes).map(drop),
    ]
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    for good in [
        encode_definition(&some_definition()),
        encode_change(&some_change()),
        encode_manifest(&some_manifest()),
        encode_vector_page(&[1.0; 9]),
        encoded_records(&some_records()),
        encoded_records(&records_with_lists()),
        encode_change(&change_with_lists()),
        encode_graph_page(&some_nodes()),
        encode_namespaces(&some_namespaces()),
    ] {
        assert_eq!(decode_any(&good).iter().filter(|result| result.is_ok()).count(), 1);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode_any(&bad).iter().all(Result::is_err), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(decode_any(&good[..length]).iter().all(Result::is_err), "cut at {length}");
        }
    }
}

#[test]
fn a_newer_version_is_refused_by_name() {
    let mut bytes = encode_manifest(&some_manifest());
    bytes[3] = FORMAT_VERSION + 1;
    let error = decode_manifest(&bytes).expect_err("newer");
    assert_eq!(error.code, Code::UnsupportedVersion);
    assert!(error.message.contains("version 2") && error.message.contains("update"), "{error}");
}

proptest! {
    /// A right checksum over a wrong body: the body's own checks must hold.
    #[test]
    fn any_body_is_read_or_refused_but_never_panics(
        kind in 1u8..=7,
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let seed = u64::from(kind) << 8 | u64::from(FORMAT_VERSION);
        let sum = xxhash_rust::xxh3::xxh3_64_with_seed(&body, seed);
        let mut bytes = vec![b'V', b'C', kind, FORMAT_VERSION];
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.extend_from_slice(&body);
        let accepted = decode_any(&bytes).iter().filter(|result| result.is_ok()).count();
        prop_assert!(accepted <= 1);
    }
}

#[test]
fn a_list_with_a_wrong_body_is_refused() {
    let good = encode_change(&change_with_lists());
    // The body with other bytes and a checksum to match.
    let body = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = good[12..].to_vec();
        change(&mut body);
        let seed = u64::from(good[2]) << 8 | u64::from(FORMAT_VERSION);
        let sum = xxhash_rust::xxh3::xxh3_64_with_seed(&body, seed);
        decode_change(&[&good[..4], &sum.to_le_bytes(), &body].concat())
    };
    assert_eq!(body(&|_| ()), Ok(change_with_lists()));
    let key = good[12..].windows(5).position(|bytes| bytes == b"flags").expect("the key") + 5;
    let check = |change: &dyn Fn(&mut Vec<u8>), part: &str| {
        let error = body(change).expect_err(part);
        assert_eq!(error.code, Code::Damaged);
        assert!(error.message.contains(part), "{error}");
    };
    check(&|body| body[key] = 9, "unknown type");
    check(&|body| body[key + 1..key + 5].fill(0), "is empty");
    check(&|body| body[key + 1..key + 5].fill(0xff), "length exceeds");
    check(&|body| body[key + 5] = 5, "unknown type"); // a list in a list
    check(&|body| body.splice(key + 6..key + 7, *b"\x04\0\0\0\0").for_each(drop), "mixes types");
}

/// A stored collection of 200 records with a graph, a checkpoint and two log entries after it.
fn stored() -> (Disk, Collection) {
    let mut random = Random(1);
    let mut disk = Disk::default();
    let mut collection = Collection::new(definition("l2"));
    collection.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
    let mut add = |disk: &mut Disk, collection: &mut Collection, from: usize, to: usize| {
        let ids: Vec<String> = (from..to).map(|n| format!("r{n}")).collect();
        let rows: Vec<Vec<f32>> = ids.iter().map(|_| random.vector(4)).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let change = collection.plan(Operation::Add, &batch(&ids, &rows)).expect("valid");
        disk.write(collection, change);
    };
    add(&mut disk, &mut collection, 0, 200);
    while collection.link(100) {}
    disk.checkpoint(&mut collection);
    add(&mut disk, &mut collection, 200, 210);
    add(&mut disk, &mut collection, 210, 220);
    (disk, collection)
}

fn open(disk: &Disk) -> Result<(Collection, Option<Error>), Error> {
    Collection::open(
        definition("l2"),
        disk.manifest.as_deref(),
        disk.named_pages(),
        disk.log.clone(),
    )
}

#[test]
fn a_damaged_graph_page_is_dropped_with_a_warning_and_results_stay() {
    let (disk, collection) = stored();
    let manifest = decode_manifest(disk.manifest.as_ref().expect("stored")).expect("valid");
    assert!(!manifest.graph_pages.is_empty());
    let query = [0.1, 0.2, 0.3, 0.4];
    let everything = Selection::default();
    let expected = collection.query(&query, 4, &everything, 10).expect("valid");
    for damage in ["flip", "remove"] {
        let mut disk = disk.clone();
        let key = manifest.graph_pages[0];
        match damage {
            "flip" => disk.pages.get_mut(&key).expect("stored")[20] ^= 1,
            _ => drop(disk.pages.remove(&key)),
        }
        let (mut opened, warning) = open(&disk).expect("opens");
        assert_eq!(warning.expect(damage).code, Code::Damaged);
        assert_eq!(opened.unlinked(), 220);
        let found = opened.query(&query, 4, &everything, 10).expect("valid");
        assert_eq!(found, expected);
        opened.set_planner(Planner { exact_numbers: 100, scanned_per_candidate: 0 });
        while opened.link(100) {}
        assert_eq!(opened.check(), Ok(()));
        if damage == "flip" {
            disk.checkpoint(&mut opened);
            assert!(!disk.pages.contains_key(&key), "the damaged page is deleted");
            let (reopened, warning) = open(&disk).expect("opens");
            assert_eq!((warning, reopened.unlinked()), (None, 0));
        }
    }
}

#[test]
fn damaged_records_vectors_and_log_entries_are_reported() {
    let (disk, _) = stored();
    let manifest = decode_manifest(disk.manifest.as_ref().expect("stored")).expect("valid");
    let check = |change: &dyn Fn(&mut Disk), part: &str| {
        let mut disk = disk.clone();
        change(&mut disk);
        let Err(error) = open(&disk) else { panic!("{part}: opened all the same") };
        assert_eq!(error.code, Code::Damaged);
        assert!(error.message.contains(part), "{error}");
    };
    for (key, name) in
        [(manifest.record_pages[0], "record page"), (manifest.vector_pages[0], "vector page")]
    {
        check(&|disk| disk.pages.get_mut(&key).expect("stored")[30] ^= 4, name);
        check(&|disk| drop(disk.pages.remove(&key)), "is missing");
    }
    check(&|disk| disk.log[0].1[30] ^= 4, "log entry");
    check(&|disk| drop(disk.log.remove(0)), "log entry 2 is missing, found 3");
    check(&|disk| disk.manifest.as_mut().expect("stored")[14] ^= 4, "manifest");
}
