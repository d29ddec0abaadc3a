//! Random operations on a collection and on a plain list of records: both must always agree, also
//! after checkpoints, after reopening, and while vectors are linked and repaired in the background.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::filters::{
    Told, judge, judge_document, random_document, random_document_filter, random_filter,
    random_metadata, read_document, read_where, told,
};
use support::{Disk, Random, apart, batch, definition, object};
use vecino::engine::collection::{Collection, Operation, Selection};
use vecino::engine::definition::Definition;
use vecino::engine::json::Json;
use vecino::engine::planner::Planner;
use vecino_kernels::distance::{Space, dot, squared_l2};

const DIMENSION: usize = 6;
const IDS: usize = 60;
/// With these thresholds a collection of 20 records is linked, and walked whatever the filter.
const PLANNER: Planner = Planner { exact_numbers: 20 * DIMENSION, scanned_per_candidate: 0 };

#[derive(Clone, Debug, PartialEq)]
struct Row {
    embedding: Vec<f32>,
    told: Told,
}

/// A selection, and the clauses it was made of.
#[derive(Default)]
struct Chosen {
    selection: Selection,
    filter: Option<Json>,
    document_filter: Option<Json>,
}

impl Chosen {
    fn has(&self, row: &Told) -> bool {
        self.selection.ids.as_ref().is_none_or(|ids| ids.contains(&row.id))
            && self.filter.as_ref().is_none_or(|clause| judge(clause, row))
            && self.document_filter.as_ref().is_none_or(|clause| judge_document(clause, row))
    }
}

/// The specification: records in insertion order, searched one by one.
#[derive(Default)]
struct Model(Vec<Row>);

impl Model {
    fn find(&mut self, id: &str) -> Option<&mut Row> {
        self.0.iter_mut().find(|row| row.told.id == id)
    }

    fn nearest(&self, query: &[f32], space: Space, k: usize, chosen: &Chosen) -> Vec<f32> {
        let norm = |v: &[f32]| dot(v, v).sqrt();
        let distance = |row: &Row| match space {
            Space::L2 => squared_l2(query, &row.embedding),
            Space::Ip => 1.0 - dot(query, &row.embedding),
            Space::Cosine => 1.0 - dot(query, &row.embedding) / norm(query) / norm(&row.embedding),
        };
        let matching = self.0.iter().filter(|row| chosen.has(&row.told));
        let mut distances: Vec<f32> = matching.map(distance).collect();
        distances.sort_by(f32::total_cmp);
        distances.truncate(k);
        distances
    }
}

struct Run {
    random: Random,
    space: Space,
    /// Whether embeddings are left in storage.
    apart: bool,
    collection: Collection,
    model: Model,
    disk: Disk,
}

impl Run {
    fn new(seed: u64, space: Space, apart: bool) -> Self {
        let mut collection = Collection::new(definition_of(space, apart));
        collection.set_planner(PLANNER);
        let (model, disk) = (Model::default(), Disk::default());
        Self { random: Random(seed), space, apart, collection, model, disk }
    }

    fn ids(&mut self) -> Vec<String> {
        let mut ids: Vec<usize> =
            (0..=self.random.below(4)).map(|_| self.random.below(IDS)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| format!("r{id}")).collect()
    }

    /// Any vector, or one of three that many records share.
    fn vector(&mut self) -> Vec<f32> {
        match self.random.below(6) {
            shared @ 0..3 => Random(shared as u64).vector(DIMENSION),
            _ => self.random.vector(DIMENSION),
        }
    }

    fn put(&mut self, operation: usize) {
        let ids = self.ids();
        let rows: Vec<(Row, Json)> = ids
            .iter()
            .map(|id| {
                let embedding = self.vector();
                let document = random_document(&mut self.random);
                let metadata = random_metadata(&mut self.random);
                let mut told = Told { id: id.clone(), document, metadata: Vec::new() };
                told.patch(&metadata);
                (Row { embedding, told }, metadata)
            })
            .collect();
        let with_embeddings = operation != 2 || self.random.below(2) == 0;
        let embeddings: Vec<&[f32]> =
            rows.iter().map(|(row, _)| row.embedding.as_slice()).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut batch = batch(&names, if with_embeddings { &embeddings } else { &[] });
        batch.documents = Some(rows.iter().map(|(row, _)| row.told.document.clone()).collect());
        batch.metadatas = Some(rows.iter().map(|(_, metadata)| metadata.clone()).collect());
        let change = match operation {
            0 => self.collection.plan(Operation::Add, &batch),
            1 => self.collection.plan(Operation::Upsert, &batch),
            _ => self.collection.plan(Operation::Update, &batch),
        };
        let change = change.expect("valid");
        if self.random.below(4) == 0 {
            // A write that is not stored after all.
            self.collection.stage(change.clone());
            self.collection.check().expect("sound");
            self.collection.link(self.random.below(3));
            self.collection.unstage();
        }
        self.disk.write(&mut self.collection, change);
        for (row, metadata) in rows {
            match (self.model.find(&row.told.id), operation) {
                (Some(old), 1 | 2) => {
                    if with_embeddings {
                        old.embedding = row.embedding;
                    }
                    if row.told.document.is_some() {
                        old.told.document = row.told.document;
                    }
                    old.told.patch(&metadata);
                }
                (None, 0 | 1) => self.model.0.push(row),
                _ => {}
            }
        }
    }

    /// Clauses of every kind, and now and then ids.
    fn choose(&mut self) -> Chosen {
        let random = &mut self.random;
        let filter = (random.below(3) > 0).then(|| random_filter(random, 3));
        let document_filter = (random.below(3) == 0).then(|| random_document_filter(random, 2));
        let ids = (self.random.below(4) == 0).then(|| self.ids());
        let selection = Selection {
            ids,
            filter: filter.as_ref().map(read_where),
            document_filter: document_filter.as_ref().map(read_document),
        };
        Chosen { selection, filter, document_filter }
    }

    fn delete(&mut self) {
        let (chosen, limit) = if self.random.below(8) == 0 {
            let filter = random_filter(&mut self.random, 3);
            let selection = support::filters::where_selection(&filter);
            (Chosen { selection, filter: Some(filter), document_filter: None }, Some(3))
        } else {
            let ids = Some(self.ids());
            (
                Chosen {
                    selection: Selection { ids, ..Selection::default() },
                    ..Chosen::default()
                },
                None,
            )
        };
        let (change, deleted) =
            self.collection.plan_delete(&chosen.selection, limit).expect("valid");
        self.disk.write(&mut self.collection, change);
        let before = self.model.0.len();
        let mut left = limit.unwrap_or(u32::MAX);
        self.model.0.retain(|row| {
            let keep = !chosen.has(&row.told) || left == 0;
            left -= u32::from(!keep);
            keep
        });
        assert_eq!(before - self.model.0.len(), deleted as usize);
    }

    fn reopen(&mut self) {
        self.collection = self.disk.open(definition_of(self.space, self.apart));
        self.collection.set_planner(PLANNER);
    }

    fn step(&mut self) {
        match self.random.below(20) {
            operation @ (0..=5) => self.put(operation % 3),
            6..=9 => self.put(0),
            10..=12 => self.delete(),
            13..=17 => drop(self.collection.link(self.random.below(40))),
            18 => self.disk.checkpoint(&mut self.collection),
            _ => self.reopen(),
        }
    }

    fn check(&mut self) {
        let row = |collection: &Collection, slot| {
            let record = collection.record(slot);
            let metadata = record.metadata.as_ref().map(|metadata| {
                metadata.iter().map(|(key, value)| (key.to_string(), told(value))).collect()
            });
            let told = Told {
                id: record.id.to_string(),
                document: record.document.as_deref().map(str::to_owned),
                metadata: metadata.unwrap_or_default(),
            };
            Row { embedding: collection.embedding(slot).to_vec(), told }
        };
        let (rows, _) = self.disk.read(&mut self.collection, |collection| {
            let everything = collection.get(&Selection::default(), None, 0).expect("valid");
            everything.iter().map(|&slot| row(collection, slot)).collect::<Vec<Row>>()
        });
        assert_eq!(rows, self.model.0);
        self.collection.check().expect("the graph is sound");

        let query = self.random.vector(DIMENSION);
        for chosen in [Chosen::default(), self.choose(), self.choose()] {
            let Chosen { selection, filter, document_filter } = &chosen;
            let slots = self.collection.get(selection, None, 0).expect("valid");
            let ids: Vec<&str> = slots.iter().map(|s| &*self.collection.record(*s).id).collect();
            let matching = self.model.0.iter().filter(|row| chosen.has(&row.told));
            let expected: Vec<&str> = matching.map(|row| row.told.id.as_str()).collect();
            assert_eq!(ids, expected, "{filter:?} {document_filter:?}");

            let (found, _) = self.disk.read(&mut self.collection, |collection| {
                collection.query(&query, DIMENSION, selection, 5, None).expect("valid")
            });
            let found: Vec<f32> =
                found[0].neighbors.iter().map(|neighbor| neighbor.distance).collect();
            let expected = self.model.nearest(&query, self.space, 5, &chosen);
            assert_eq!(found.len(), expected.len(), "always min(k, matches)");
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
            }
        }
    }
}

fn definition_of(space: Space, is_apart: bool) -> Definition {
    if is_apart { apart(space.as_str()) } else { definition(space.as_str()) }
}

/// How many runs; `MODEL_SEEDS` asks for more than the few that fit into every test run.
fn seeds() -> u64 {
    std::env::var("MODEL_SEEDS").map_or(12, |seeds| seeds.parse().expect("a number"))
}

#[test]
fn random_operations_agree_with_a_plain_list() {
    for (space, apart) in
        [Space::L2, Space::Cosine, Space::Ip].into_iter().flat_map(|s| [(s, false), (s, true)])
    {
        for seed in 0..seeds() {
            let mut run = Run::new(seed, space, apart);
            for step in 0..250 {
                run.step();
                if step % 5 == 0 {
                    run.check();
                }
            }
            run.reopen();
            run.check();
        }
    }
}

#[test]
fn documents_and_offsets_select_in_insertion_order() {
    let mut run = Run::new(7, Space::L2, false);
    (0..40).for_each(|_| run.put(0));
    let json = object(&[("$contains", Json::String("text 3".into()))]);
    let clause = read_document(&json);
    let selection = Selection { document_filter: Some(clause), ..Selection::default() };
    let slots = run.collection.get(&selection, Some(2), 1).expect("valid");
    let ids: Vec<_> =
        slots.iter().map(|&slot| run.collection.record(slot).id.to_string()).collect();
    let matching = run.model.0.iter().filter(|row| judge_document(&json, &row.told));
    let expected: Vec<_> = matching.skip(1).take(2).map(|row| row.told.id.clone()).collect();
    assert_eq!(ids, expected);
    assert_eq!(ids.len(), 2);
}

#[test]
fn a_failed_plan_leaves_everything_as_it_was() {
    let mut run = Run::new(3, Space::Cosine, false);
    (0..20).for_each(|_| run.put(1));
    let sequence = run.collection.sequence();
    let good = [1.0; DIMENSION];
    let mut bad = good;
    bad[2] = f32::NAN;
    let check = |batch, part: &str| {
        let error = run.collection.plan(Operation::Upsert, &batch).expect_err(part);
        assert!(error.message.contains(part), "{error}");
    };
    check(batch(&["a", "b"], &[&good, &bad]), "record \"b\" holds NaN at position 2");
    check(batch(&["a"], &[&[0.0; DIMENSION]]), "all zeros");
    check(batch(&["a"], &[&[1.0; 3]]), "has 3 numbers; collection \"notes\" expects 6");
    check(batch(&["a", "a"], &[&good, &good]), "\"a\" stands at positions 0 and 1");
    check(batch(&["a", ""], &[&good, &good]), "position 1 is empty");
    check(batch(&[], &[]), "no ids");
    check(batch(&["a"], &[]), "no embeddings");
    let mut uneven = batch(&["a", "b"], &[&good, &good]);
    uneven.documents = Some(vec![None]);
    check(uneven, "1 documents for 2 ids");
    let mut metadata = batch(&["a"], &[&good]);
    metadata.metadatas = Some(vec![object(&[])]);
    check(metadata, "metadata of record \"a\" is empty");
    assert_eq!(run.collection.sequence(), sequence);
    run.check();
}

#[test]
fn records_equally_far_come_in_insertion_order_even_where_a_slot_is_used_again() {
    let mut collection = Collection::new(definition("l2"));
    let apply = |collection: &mut Collection, ids: &[&str]| {
        let rows = vec![&[1.0_f32][..]; ids.len()];
        let change = collection.plan(Operation::Add, &batch(ids, &rows)).expect("valid");
        collection.apply(change);
    };
    apply(&mut collection, &["a", "b", "c"]);
    let first = Selection { ids: Some(vec!["a".into()]), ..Selection::default() };
    let (change, _) = collection.plan_delete(&first, None).expect("valid");
    collection.apply(change);
    apply(&mut collection, &["d"]);
    let found = collection.query(&[0.0], 1, &Selection::default(), 9, None).expect("valid");
    let ids: Vec<&str> =
        found[0].neighbors.iter().map(|n| &*collection.record(n.slot).id).collect();
    assert_eq!(ids, ["b", "c", "d"]);
}
