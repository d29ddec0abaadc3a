//! Stored bytes: golden files of every released version, damage of every kind.
//!
//! A golden file is written once, when its version is new (`UPDATE_GOLDEN=1 cargo test`), and never
//! changed afterwards: what it holds must stay readable.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use support::{apart, definition, object};
use vecino::engine::catalog::{Database, Namespaces};
use vecino::engine::change::{Change, Put, Write};
use vecino::engine::definition::Definition;
use vecino::engine::error::{Code, Error};
use vecino::engine::format::*;
use vecino::engine::json::Json;
use vecino::engine::metadata::{Metadata, MetadataPatch};
use vecino::engine::record::Record;
use vecino_kernels::distance::Space;
use vecino_kernels::hnsw::{Graph, Kind, Params};
use vecino_kernels::vectors::{Quantization, Vectors};

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

/// One that several workers link.
fn with_threads(mut definition: Definition) -> Definition {
    definition.configuration.num_threads = 3;
    definition
}

/// One that has taken another collection's place.
fn inherited_definition() -> Definition {
    Definition { public_id: Some("the ancestor's id".into()), ..some_definition() }
}

fn some_change() -> Change {
    let put = |id: &str, embedding, document: Option<&str>, metadata: Option<Option<Metadata>>| {
        let (id, document) = (id.to_owned(), document.map(str::to_owned));
        Write::Put(Put {
            id,
            created: embedding && metadata.is_none(),
            embedding,
            document,
            uri: None,
            metadata,
        })
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
    let put = Put {
        id: "a".into(),
        created: false,
        embedding: false,
        document: None,
        uri: None,
        metadata,
    };
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
        id_pages: vec![NO_PAGE, 10],
        graph_pages: vec![5],
        kept_pages: vec![2, 3],
        lost: vec![
            Lost { id: None, part: Part::Change, place: Place::Log(3, 5) },
            Lost { id: Some("a".into()), part: Part::Record, place: Place::Page(2) },
            Lost { id: Some("ñ".into()), part: Part::Embedding, place: Place::Page(3) },
        ],
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

/// A graph of three nodes, one of them removed and one on two levels.
fn some_graph() -> Graph {
    let mut graph = Graph::new(Params::default(), 42);
    for (slot, kind, successor, levels) in [
        (0, Kind::Linked, Some(5), &[&[1, 5][..], &[5]][..]),
        (1, Kind::Removed, None, &[&[0]]),
        (5, Kind::Linked, Some(0), &[&[], &[0]]),
    ] {
        graph.restore_node(slot, kind, successor, levels).expect("valid");
    }
    graph.restore_entry_point(Some(0)).expect("valid");
    graph
}

fn encoded_graph() -> Vec<u8> {
    let graph = some_graph();
    encode_graph_page(&graph, 0..graph.slots())
}

/// The nodes of a page, written out.
fn nodes(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let mut nodes = Vec::new();
    decode_graph_page(bytes, &mut |node| {
        nodes.push(format!("{} {:?} {:?} {:?}", node.slot, node.kind, node.successor, node.levels));
        Ok(())
    })?;
    Ok(nodes)
}

const ROWS: [f32; 6] = [0.5, -1.0, 9.0, 9.0, 1e-45, f32::MAX];

/// Rows of two numbers; the second is not in use.
fn encoded_vectors() -> Vec<u8> {
    encode_vector_page(&ROWS, 2, &|row| row != 1)
}

fn vectors(bytes: &[u8]) -> Result<(Vec<f32>, Vec<usize>), Error> {
    let (mut rows, mut used) = (vec![1.0; 6], Vec::new());
    decode_vector_page(bytes, &mut rows, 2, &mut |row| used.push(row))?;
    Ok((rows, used))
}

/// Codes of the slots 0 and 2; that in 1 is not in use.
fn some_codes() -> Vectors {
    let mut codes = Vectors::new_apart(Space::L2, 3, Quantization::Int8);
    for (slot, row) in [(0, [1.0, -0.5, 0.25]), (1, [9.0; 3]), (2, [0.0, 2.0, 1e-3])] {
        codes.set(slot, &row);
    }
    codes.fix_center();
    codes
}

fn encoded_codes() -> Vec<u8> {
    encode_code_page(&some_codes(), 0, &|slot| slot == 0 || slot == 2)
}

type OwnCode = (Vec<i8>, [f32; 3]);

/// What of the first rows can be read.
fn codes(bytes: &[u8]) -> Result<(Vec<OwnCode>, Vec<usize>), Error> {
    let mut codes = Vectors::new_apart(Space::L2, 3, Quantization::Int8);
    let mut used = Vec::new();
    decode_code_page(bytes, &mut codes, 0, &mut |row| used.push(row))?;
    let rows = (0..3).filter_map(|slot| codes.code(slot));
    Ok((rows.map(|code| (code.codes.to_vec(), code.terms)).collect(), used))
}

const GROUP: [Option<&[f32]>; 8] =
    [None, Some(&[1.0, 1e-45]), None, None, None, Some(&[f32::MAX, -0.0]), None, None];

fn group(bytes: &[u8]) -> Result<Vec<(u32, Vec<f32>)>, Error> {
    let mut rows = Vec::new();
    decode_embedding_group(bytes, 2, &mut |place, row| rows.push((place, row.to_vec())))?;
    Ok(rows)
}

const IDS: [(u32, &str); 2] = [(3, "a"), (700, "año")];

fn encoded_ids() -> Vec<u8> {
    encode_id_page(IDS.into_iter())
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
fn a_definition_says_its_space_and_quantization() {
    for space in [Space::L2, Space::Cosine, Space::Ip] {
        for quantization in [Quantization::None, Quantization::Int8, Quantization::Binary] {
            let mut definition = some_definition();
            definition.configuration.space = space;
            definition.configuration.quantization = quantization;
            assert_eq!(decode_definition(&encode_definition(&definition)), Ok(definition));
        }
    }
}

#[test]
fn golden_files_are_written_and_read_as_ever() {
    let bytes = golden("definition.bin", &encode_definition(&some_definition()));
    assert_eq!(decode_definition(&bytes), Ok(some_definition()));
    let bytes = golden("definition_inherited.bin", &encode_definition(&inherited_definition()));
    assert_eq!(decode_definition(&bytes), Ok(inherited_definition()));
    for (name, definition) in [
        ("definition_threads.bin", some_definition()),
        ("definition_inherited_threads.bin", inherited_definition()),
    ] {
        let definition = with_threads(definition);
        assert_eq!(
            decode_definition(&golden(name, &encode_definition(&definition))),
            Ok(definition)
        );
    }
    let bytes = golden("change.bin", &encode_change(&some_change()));
    assert_eq!(decode_change(&bytes), Ok(some_change()));
    let bytes = golden("manifest.bin", &encode_manifest(&some_manifest()));
    assert_eq!(decode_manifest(&bytes), Ok(some_manifest()));
    let bytes = golden("vector_page.bin", &encoded_vectors());
    let rows = vec![0.5, -1.0, 0.0, 0.0, 1e-45, f32::MAX];
    assert_eq!(vectors(&bytes), Ok((rows, vec![0, 2])));
    let bytes = golden("id_page.bin", &encoded_ids());
    assert_eq!(decode_id_page(&bytes), Ok(IDS.to_vec()));
    let bytes = golden("record_page.bin", &encoded_records(&some_records()));
    assert_eq!(decode_record_page(&bytes), Ok(some_records()));
    let bytes = golden("change_lists.bin", &encode_change(&change_with_lists()));
    assert_eq!(decode_change(&bytes), Ok(change_with_lists()));
    let bytes = golden("record_page_lists.bin", &encoded_records(&records_with_lists()));
    assert_eq!(decode_record_page(&bytes), Ok(records_with_lists()));
    let bytes = golden("graph_page.bin", &encoded_graph());
    let expected =
        ["0 Linked Some(5) [[1, 5], [5]]", "1 Removed None [[0]]", "5 Linked Some(0) [[], [0]]"];
    assert_eq!(nodes(&bytes).expect("valid"), expected);
    let bytes = golden("namespaces.bin", &encode_namespaces(&some_namespaces()));
    assert_eq!(decode_namespaces(&bytes), Ok(some_namespaces()));
    let lost = Lost { id: Some("b".into()), part: Part::Embedding, place: Place::Group(7) };
    let manifest = Manifest { lost: vec![lost], ..some_manifest() };
    let bytes = golden("manifest_group.bin", &encode_manifest(&manifest));
    assert_eq!(decode_manifest(&bytes), Ok(manifest));
    let bytes = golden("definition_stored.bin", &encode_definition(&apart("cosine")));
    assert_eq!(decode_definition(&bytes), Ok(apart("cosine")));
    let bytes = golden("code_page.bin", &encoded_codes());
    let (rows, used) = codes(&bytes).expect("valid");
    assert_eq!(used, [0, 2]);
    for (slot, (numbers, terms)) in (0..).zip(&rows) {
        let code = some_codes();
        let code = code.code(slot).expect("codes");
        let expected = if slot == 1 { (&[0; 3][..], [0.0; 3]) } else { (code.codes, code.terms) };
        assert_eq!((numbers.as_slice(), *terms), expected);
    }
    let bytes = golden("embedding_group.bin", &encode_embedding_group(2, &GROUP));
    let rows = vec![(1, vec![1.0, 1e-45]), (5, vec![f32::MAX, -0.0])];
    assert_eq!(group(&bytes), Ok(rows));
    assert_eq!(inspect_embedding_group(&bytes), Ok(0b10_0010));
}

#[test]
fn every_flipped_bit_of_a_page_of_codes_is_noticed() {
    let good = encoded_codes();
    // A page has a bit for each of many rows.
    for bit in (0..good.len() * 8).step_by(61) {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(codes(&bad).expect_err("damaged").code, Code::Damaged, "bit {bit}");
    }
    for length in (0..good.len()).step_by(61) {
        assert!(codes(&good[..length]).is_err(), "cut at {length}");
    }
    let newer = sealed(&good, FORMAT_VERSION + 1, &good[12..]);
    assert_eq!(codes(&newer).expect_err("newer").code, Code::UnsupportedVersion);
}

fn decode_any(bytes: &[u8]) -> [Result<(), Error>; 10] {
    [
        decode_definition(bytes).map(drop),
        decode_change(bytes).map(drop),
        decode_manifest(bytes).map(drop),
        vectors(bytes).map(drop),
        decode_record_page(bytes).map(drop),
        nodes(bytes).map(drop),
        decode_id_page(bytes).map(drop),
        decode_namespaces(bytes).map(drop),
        codes(bytes).map(drop),
        group(bytes).map(drop),
    ]
}

/// One of each kind of what is stored, but manifests and pages of codes.
fn one_of_each() -> Vec<Vec<u8>> {
    vec![
        encode_definition(&some_definition()),
        encode_definition(&inherited_definition()),
        encode_definition(&with_threads(some_definition())),
        encode_change(&some_change()),
        encode_change(&change_with_lists()),
        encoded_vectors(),
        encoded_records(&some_records()),
        encoded_records(&records_with_lists()),
        encoded_ids(),
        encoded_graph(),
        encode_namespaces(&some_namespaces()),
        encode_embedding_group(2, &GROUP),
    ]
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    for good in one_of_each() {
        assert_eq!(decode_any(&good).iter().filter(|result| result.is_ok()).count(), 1);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            for result in decode_any(&bad) {
                assert_eq!(result.expect_err("damaged").code, Code::Damaged, "bit {bit}");
            }
        }
        for length in 0..good.len() {
            assert!(decode_any(&good[..length]).iter().all(Result::is_err), "cut at {length}");
        }
    }
}

#[test]
fn a_manifest_is_read_from_whichever_copy_is_whole() {
    let good = encode_manifest(&some_manifest());
    assert!(is_whole_manifest(&good));
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(decode_manifest(&bad), Ok(some_manifest()), "bit {bit}");
        assert!(!is_whole_manifest(&bad), "bit {bit}");
        // And once more in the other copy.
        let other = (bit / 8 + good.len() / 2) % good.len();
        bad[other] ^= 1;
        assert_eq!(decode_manifest(&bad).expect_err("damaged").code, Code::Damaged, "bit {bit}");
    }
    for length in 0..good.len() {
        assert!(!is_whole_manifest(&good[..length]));
        if let Ok(manifest) = decode_manifest(&good[..length]) {
            assert_eq!(manifest, some_manifest(), "cut at {length}");
        }
    }
}

#[test]
fn the_ids_of_a_damaged_log_entry_are_known_or_known_not_to_be() {
    let good = encode_change(&some_change());
    let ids = [
        (Touched::Changed, "a"),
        (Touched::Changed, "b"),
        (Touched::Deleted, "c"),
        (Touched::Created, "d"),
    ];
    assert_eq!(decode_touched(&good).expect("valid"), ids);
    let mut known = 0;
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        if let Ok(touched) = decode_touched(&bad) {
            assert_eq!(touched, ids, "bit {bit}");
            known += 1;
        }
    }
    assert!(known > good.len() * 4, "{known} of {}", good.len() * 8);
}

/// A frame of the same kind with another version or body, and a checksum to match.
fn sealed(good: &[u8], version: u8, body: &[u8]) -> Vec<u8> {
    let seed = u64::from(good[2]) << 8 | u64::from(version);
    let sum = xxhash_rust::xxh64::xxh64(body, seed);
    [&good[..3], &[version], &sum.to_le_bytes(), body].concat()
}

#[test]
fn a_newer_version_of_every_kind_is_refused_by_name() {
    let manifest = encode_manifest(&some_manifest());
    let half = manifest[..manifest.len() / 2].to_vec();
    for good in one_of_each() {
        let newer = sealed(&good, FORMAT_VERSION + 1, &good[12..]);
        let errors = decode_any(&newer).into_iter().map(|result| result.expect_err("newer"));
        let refused: Vec<_> =
            errors.filter(|error| error.code == Code::UnsupportedVersion).collect();
        let [error] = refused.as_slice() else { panic!("{refused:?}") };
        assert!(error.message.contains("version 2") && error.message.contains("update"), "{error}");
    }
    let newer = sealed(&half, FORMAT_VERSION + 1, &half[12..]).repeat(2);
    let error = decode_manifest(&newer).expect_err("newer");
    assert_eq!(error.code, Code::UnsupportedVersion);
}

proptest! {
    /// A right checksum over a wrong body: the body's own checks must hold.
    #[test]
    fn any_body_is_read_or_refused_but_never_panics(
        kind in 1u8..=10,
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = sealed(&[b'V', b'C', kind], FORMAT_VERSION, &body);
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
        decode_change(&sealed(&good, FORMAT_VERSION, &body))
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
