//! What opening costs, natively and without storage: `cargo test --test opening -- --ignored --nocapture`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::print_stdout, reason = "a measurement")]

mod support;

use std::hint::black_box;
use std::time::Instant;

use support::{Disk, Random, definition, hnsw, object};
use vecino::engine::collection::{Batch, Collection, Embeddings, Operation, Selection};
use vecino::engine::definition::Definition;
use vecino::engine::format::*;
use vecino::engine::json::Json;

const RECORDS: usize = 50_000;
const DIMENSION: usize = 384;

/// Quick to build; the pages are as large as with the usual settings.
fn cosine() -> Definition {
    let entries = [("space", Json::String("cosine".into())), ("ef_construction", Json::Int(16))];
    let definition = definition("cosine");
    let json = hnsw(&entries);
    Definition::new(
        definition.id,
        definition.scope,
        "notes",
        (definition.created, definition.seed),
        &Json::Null,
        &json,
    )
    .expect("valid")
}

fn records() -> Batch {
    let mut random = Random(1);
    let words = ["vector", "page", "browser", "search", "record", "engine", "graph", "index"];
    let mut text = || {
        let words: Vec<&str> = (0..70).map(|_| words[random.below(words.len())]).collect();
        words.join(" ")
    };
    let documents = (0..RECORDS).map(|_| Some(text())).collect();
    let data = Random(2).vector(RECORDS * DIMENSION);
    let metadata = |n: usize| {
        object(&[
            ("source", Json::String(format!("source {}", n % 50))),
            ("n", Json::Int(n as i64)),
            ("long", Json::Bool(n.is_multiple_of(3))),
        ])
    };
    Batch {
        ids: (0..RECORDS).map(|n| format!("document-{n}")).collect(),
        embeddings: Some(Embeddings { data, dimension: DIMENSION }),
        documents: Some(documents),
        metadatas: Some((0..RECORDS).map(metadata).collect()),
        ..Batch::default()
    }
}

#[test]
#[ignore = "a measurement"]
fn opening_by_its_parts() {
    let mut disk = Disk::default();
    let mut collection = Collection::new(cosine());
    let change = collection.plan(Operation::Add, &records()).expect("valid");
    disk.write(&mut collection, change);
    let start = Instant::now();
    while collection.link(100) {}
    println!("linked in {:?}", start.elapsed());
    disk.checkpoint(&mut collection);
    let manifest = decode_manifest(disk.manifest.as_deref().expect("stored")).expect("valid");
    let bytes = |keys: &[PageKey]| keys.iter().map(|key| disk.pages[key].len()).sum::<usize>();
    for (name, keys) in [
        ("vectors", &manifest.vector_pages),
        ("records", &manifest.record_pages),
        ("ids", &manifest.id_pages),
        ("graph", &manifest.graph_pages),
    ] {
        println!("{name}: {} pages, {} bytes", keys.len(), bytes(keys));
    }
    let all = |keys: &[PageKey], read: &mut dyn FnMut(&[u8])| {
        let start = Instant::now();
        keys.iter().for_each(|key| read(&disk.pages[key]));
        start.elapsed()
    };
    for _ in 0..2 {
        let mut rows = vec![0.0; DIMENSION * 512];
        let keys = &manifest.vector_pages;
        let copy = all(keys, &mut |bytes| drop(black_box(bytes.to_vec())));
        let checksum = all(keys, &mut |bytes| {
            black_box(xxhash_rust::xxh64::xxh64(bytes, 1));
        });
        let vectors = all(keys, &mut |bytes| {
            decode_vector_page(bytes, &mut rows, DIMENSION, &mut |_| ()).expect("valid");
        });
        let records = all(&manifest.record_pages, &mut |bytes| {
            black_box(decode_record_page(bytes).expect("valid"));
        });
        let graph = all(&manifest.graph_pages, &mut |bytes| {
            decode_graph_page(bytes, &mut |_| Ok(())).expect("valid");
        });
        let pages = disk.named_pages();
        let start = Instant::now();
        let opened = Collection::open(cosine(), disk.manifest.as_deref(), pages, Vec::new());
        let open = start.elapsed();
        let (opened, _) = opened.expect("opens");
        let start = Instant::now();
        opened.check().expect("sound");
        let check = start.elapsed();
        let found = opened.query(opened.embedding(7), DIMENSION, &Selection::default(), 1, None);
        assert_eq!(found.expect("valid")[0].neighbors[0].slot, 7);
        println!(
            "open {open:?}; alone: copy vectors {copy:?}, their checksums {checksum:?}, vectors \
             {vectors:?}, records {records:?}, graph {graph:?}, check {check:?}"
        );
    }
}
