//! Linking with a mirror: the graph is as good as one that a single worker links, and sound whatever happens between
//! a question and its answer.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::collections::{BTreeMap, VecDeque};

use half::f16;
use support::{Random, hnsw};
use vecino::engine::collection::{Batch, Collection, Embeddings, Mirror, Operation, Selection};
use vecino::engine::definition::{Changes, Definition, Scope};
use vecino::engine::json::Json;
use vecino::engine::planner::{Explanation, Planner};

/// Messages that a mirror has at a time.
const AHEAD: usize = 3;

fn definition(threads: i64, space: &str) -> Definition {
    let configuration =
        hnsw(&[("space", Json::String(space.into())), ("num_threads", Json::Int(threads))]);
    let scope = Scope { tenant: "t".into(), database: "d".into() };
    Definition::new("id".into(), scope, "notes", (0, 42), &Json::Null, &configuration)
        .expect("valid")
}

fn put(collection: &mut Collection, ids: impl Iterator<Item = usize>, data: Vec<f32>) {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let dimension = data.len() / ids.len();
    let embeddings = Some(Embeddings { data, dimension });
    let batch = Batch { ids, embeddings, ..Batch::default() };
    let change = collection.plan(Operation::Upsert, &batch).expect("valid");
    collection.apply(change);
}

/// A mirror that answers one message later than it could.
struct Helper {
    at: usize,
    mirror: Mirror,
    answers: VecDeque<Vec<u32>>,
    found: usize,
    told: usize,
}

impl Helper {
    fn begin(collection: &mut Collection, at: usize) -> Self {
        collection.begin_mirror(at);
        let mirror = Mirror::new(collection.definition().clone());
        let mut helper = Self { at, mirror, answers: VecDeque::new(), found: 0, told: 0 };
        helper.tell(collection);
        helper
    }

    /// Hands the oldest answer over; says whether anybody wanted it.
    fn hand_over(&mut self, collection: &mut Collection) -> bool {
        let answer = self.answers.pop_front();
        answer.is_none_or(|answer| collection.mirror_answered(self.at, answer))
    }

    fn tell(&mut self, collection: &mut Collection) {
        while self.answers.len() < AHEAD {
            let before = collection.unlinked();
            let message = collection.mirror_message(self.at).expect("an answer is an answer");
            self.found += before - collection.unlinked();
            let Some(message) = message else { break };
            let answer = self.mirror.answer(&message).expect("a message is a message");
            self.told += 1;
            if self.told.is_multiple_of(32) && !answer.is_empty() {
                self.mirror.check().expect("it is told what it needs before it is asked");
            }
            self.answers.push_back(answer);
        }
    }
}

/// Links everything, so many steps between two answers of each mirror; returns how many vectors the mirrors linked.
fn link(collection: &mut Collection, steps: usize) -> usize {
    let mut helpers: Vec<Helper> = Vec::new();
    while collection.link(steps) {
        let threads = collection.wants_mirrors().unwrap_or(1) as usize;
        if helpers.is_empty() && threads > 1 {
            helpers = (0..threads - 1).map(|at| Helper::begin(collection, at)).collect();
        }
        for helper in &mut helpers {
            assert!(helper.hand_over(collection));
            helper.tell(collection);
        }
    }
    collection.check().expect("sound");
    assert_eq!(collection.unlinked(), 0);
    helpers.iter().map(|helper| helper.found).sum()
}

struct Data {
    dimension: usize,
    base: Vec<f32>,
    queries: Vec<f32>,
}

/// 6,000 real embeddings and 1,000 queries where they are (see `recall.rs`), else generated clusters.
fn data() -> Data {
    let folder = std::env::var_os("VECINO_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        Into::into,
    );
    let read = |name: &str, rows: usize| -> Option<Vec<f32>> {
        let bytes = std::fs::read(folder.join("docs").join(name)).ok()?;
        let (pairs, _) = bytes.as_chunks();
        Some(pairs.iter().take(rows * 384).map(|&b| f16::from_le_bytes(b).to_f32()).collect())
    };
    if let (Some(base), Some(queries)) = (read("base.f16", 6_000), read("queries.f16", 1_000)) {
        return Data { dimension: 384, base, queries };
    }
    let mut random = Random(5);
    let centers: Vec<Vec<f32>> = (0..150).map(|_| random.vector(64)).collect();
    let mut around = |count: usize| -> Vec<f32> {
        (0..count)
            .flat_map(|at| {
                let center = centers[at * 7 % 150].clone();
                center.into_iter().map(|x| x + 0.5 * random.number()).collect::<Vec<_>>()
            })
            .collect()
    };
    Data { dimension: 64, base: around(6_000), queries: around(1_000) }
}

fn built(data: &Data, threads: i64, steps: usize) -> (Collection, usize) {
    let mut collection = Collection::new(definition(threads, "cosine"));
    collection.set_planner(Planner { exact_numbers: 0, ..Planner::default() });
    for (at, rows) in data.base.chunks(500 * data.dimension).enumerate() {
        put(&mut collection, (0..500).map(|row| at * 500 + row), rows.to_vec());
    }
    let found = link(&mut collection, steps);
    (collection, found)
}

/// For each query ten slots, and how they were found.
fn answers(collection: &Collection, data: &Data, ef: u32) -> Vec<(Vec<u32>, Explanation)> {
    let selection = Selection::default();
    let found = collection.query(&data.queries, data.dimension, &selection, 10, Some(ef));
    let slots = |found: &[vecino_kernels::nearest::Neighbor]| {
        found.iter().map(|neighbor| neighbor.slot).collect()
    };
    let found = found.expect("valid queries");
    found.iter().map(|found| (slots(&found.neighbors), found.explanation)).collect()
}

#[test]
fn a_graph_linked_with_mirrors_is_as_good() {
    let data = data();
    let recall = |collection: &Collection| {
        let (found, exact) = (answers(collection, &data, 50), answers(collection, &data, 0));
        let hits = found.iter().zip(&exact).map(|((found, how), (exact, _))| {
            assert!(how.walked > 0, "{how:?}");
            found.iter().filter(|slot| exact.contains(slot)).count()
        });
        hits.sum::<usize>() as f64 / (10 * found.len()) as f64
    };
    let (single, found) = built(&data, 1, 8);
    assert_eq!(found, 0);
    let alone = recall(&single);
    let mut last = None;
    for (threads, steps) in [(2, 12), (2, 12), (3, 12)] {
        let (collection, found) = built(&data, threads, steps);
        // Half of them, or two thirds, after the first 1,000 and until the last few.
        let most = 5_000 * (threads as usize - 1) / threads as usize;
        assert!((most * 9 / 10..=most).contains(&found), "{found} of 6000 with {threads}");
        let together = recall(&collection);
        eprintln!("recall@10 at ef 50: {alone:.4} alone, {together:.4} by {threads} workers");
        assert!(together > alone - 0.005, "{together} by {threads} workers, {alone} by one");
        let answers = answers(&collection, &data, 50);
        if let Some(last) = last.take_if(|_| threads == 2) {
            assert!(last == answers, "the same exchange gives the same graph");
        }
        last = Some(answers);
    }
}

#[test]
fn what_changes_between_a_question_and_its_answer_is_left_out() {
    for seed in 0..12 {
        let mut random = Random(seed);
        let space = ["l2", "cosine", "ip"][seed as usize % 3];
        let mut collection = Collection::new(definition(3, space));
        collection.set_planner(Planner { exact_numbers: 0, ..Planner::default() });
        // Few values, so that there are many equal vectors.
        let vector = |random: &mut Random| -> Vec<f32> {
            (0..4).map(|_| [-1.0, 0.5, 1.0, 2.0][random.below(4)] + 0.25).collect()
        };
        let mut truth = BTreeMap::new();
        let mut helpers: [Option<Helper>; 2] = [None, None];
        let mut handed_over = 0;
        for _ in 0..1_500 {
            match random.below(12) {
                0..3 => {
                    let first = random.below(600);
                    let count = 1 + random.below(40);
                    let rows: Vec<_> = (0..count).map(|_| vector(&mut random)).collect();
                    truth.extend((first..).zip(rows.iter().cloned()));
                    put(&mut collection, first..first + count, rows.concat());
                }
                3 => {
                    let first = random.below(600);
                    let gone = first..first + 1 + random.below(40);
                    truth.retain(|id, _| !gone.contains(id));
                    let ids = Some(gone.map(|id| id.to_string()).collect());
                    let selection = Selection { ids, ..Selection::default() };
                    let (change, _) = collection.plan_delete(&selection, None).expect("valid");
                    collection.apply(change);
                }
                4..6 => drop(collection.link(random.below(20))),
                6 => helpers[random.below(2)] = None,
                7 if random.below(60) == 0 => {
                    let quantization = ["none", "int8"][random.below(2)];
                    let configuration = Json::Object(vec![(
                        "quantization".into(),
                        Json::String(quantization.into()),
                    )]);
                    let (metadata, name, extra) = (Json::Null, None, None);
                    let changes = Changes { name, metadata, configuration, extra };
                    let new = collection.definition().modified(&changes).expect("valid");
                    collection.redefine(new);
                }
                7 => {
                    let at = random.below(2);
                    helpers[at] = None;
                    collection.end_mirror(at);
                }
                _ => {
                    let at = random.below(2);
                    let Some(helper) = &mut helpers[at] else {
                        helpers[at] = Some(Helper::begin(&mut collection, at));
                        continue;
                    };
                    if helper.hand_over(&mut collection) {
                        helper.tell(&mut collection);
                        handed_over += helper.found;
                        helper.found = 0;
                    } else {
                        helpers[at] = None;
                    }
                }
            }
            collection.check().expect("sound");
        }
        assert!(handed_over > 300, "seed {seed}: {handed_over}");
        while collection.link(100) {}
        assert_eq!(collection.count() as usize, truth.len());
        // With as many candidates as there are records a walk finds all of them.
        let query = vector(&mut random);
        let k = truth.len();
        let all = |ef| {
            let found = collection.query(&query, 4, &Selection::default(), k, Some(ef));
            found.expect("valid").remove(0).neighbors
        };
        let (walked, scanned) = (all(10_000), all(0));
        assert_eq!((walked.len(), &walked), (k, &scanned), "seed {seed}");
        for neighbor in scanned {
            let id: usize = collection.record(neighbor.slot).id.parse().expect("a number");
            assert_eq!(collection.embedding(neighbor.slot), truth[&id], "seed {seed}, id {id}");
        }
    }
}

#[test]
fn an_answer_that_is_none_is_refused_and_everything_is_linked_all_the_same() {
    let mut random = Random(1);
    let mut collection = Collection::new(definition(2, "l2"));
    collection.set_planner(Planner { exact_numbers: 0, ..Planner::default() });
    put(&mut collection, 0..3_500, random.vector(3_500 * 8));
    collection.link(900);
    assert_eq!(collection.wants_mirrors(), None, "too few nodes");
    collection.link(200);
    assert_eq!(collection.wants_mirrors(), Some(2));
    let mut helper = Helper::begin(&mut collection, 0);
    while helper.answers.iter().all(Vec::is_empty) {
        helper.hand_over(&mut collection);
        helper.tell(&mut collection);
    }
    let mut answer = helper.answers.pop_back().expect("it was asked");
    answer.pop();
    assert!(collection.mirror_answered(0, answer));
    let error = collection.mirror_message(0).expect_err("cut off");
    assert_eq!(error.code.as_str(), "damaged");
    assert!(helper.mirror.answer(&[8, 1, 1, 0]).is_err(), "a message that is cut off");
    collection.end_mirror(0);
    assert!(!collection.mirror_answered(0, Vec::new()));
    assert_eq!(collection.mirror_message(0), Ok(None));
    while collection.link(100) {}
    assert_eq!((collection.unlinked(), collection.check()), (0, Ok(())));
    put(&mut collection, 3_500..5_000, random.vector(1_500 * 8));
    assert_eq!(collection.wants_mirrors(), None, "too few vectors");
}
