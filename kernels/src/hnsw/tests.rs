//! The graph under random operations, its invariants checked after each; and what is hard to reach by chance.

use proptest::prelude::*;

use crate::distance::Space;
use crate::exact::exact_search;
use crate::hnsw::{Consolidated, Filter, Graph, Kind, Params, Scratch};
use crate::nearest::Neighbor;
use crate::vectors::{Quantization, QueryMemory, Vectors};

/// A graph, its vectors, and which slots may be used.
struct Model {
    vectors: Vectors,
    graph: Graph,
    free: Vec<u32>,
    scratch: Scratch,
}

impl Model {
    fn new(space: Space, dimension: usize, params: Params, quantization: Quantization) -> Self {
        Self {
            vectors: Vectors::new(space, dimension, quantization),
            graph: Graph::new(params, 1),
            free: Vec::new(),
            scratch: Scratch::new(),
        }
    }

    fn insert(&mut self, vector: &[f32]) -> u32 {
        let slot = self.free.pop().unwrap_or(self.graph.slots());
        self.vectors.set(slot, vector);
        self.graph.insert(&self.vectors, slot);
        slot
    }

    fn consolidate(&mut self, budget: usize) -> bool {
        match self.graph.consolidate(&self.vectors, budget) {
            Consolidated::Unfinished => false,
            Consolidated::Finished(freed) => {
                assert!(freed.iter().all(|&slot| !self.graph.contains(slot)));
                self.free.extend(freed);
                true
            }
        }
    }

    fn live(&self) -> Vec<u32> {
        let graph = &self.graph;
        (0..graph.slots()).filter(|&s| graph.contains(s) && !graph.is_removed(s)).collect()
    }

    /// Search for more neighbors than there are, by the graph and exactly.
    fn both_ways(&mut self, vector: &[f32]) -> (Vec<Neighbor>, Vec<Neighbor>) {
        let mut memory = QueryMemory::default();
        let query = self.vectors.query(vector, &mut memory);
        let k = self.graph.len() + 1;
        let found = self.graph.search(&self.vectors, &query, k, k, &mut self.scratch);
        let live = self.live().into_iter().map(|slot| slot as usize).collect();
        (found, exact_search(&self.vectors, &query, &live, k))
    }

    /// Search for all that `accept` takes, by the graph, starting from one of them, and exactly.
    fn filtered_both_ways(
        &mut self,
        vector: &[f32],
        accept: &dyn Fn(u32) -> bool,
    ) -> (Option<Vec<Neighbor>>, Vec<Neighbor>) {
        let mut memory = QueryMemory::default();
        let query = self.vectors.query(vector, &mut memory);
        let accepted: Vec<u32> = self.live().into_iter().filter(|&slot| accept(slot)).collect();
        let share = accepted.len() as f32 / self.graph.len().max(1) as f32;
        let starts = accepted.get(..1).unwrap_or_default();
        let filter = Filter { accept: &|slot| accepted.contains(&slot), share, starts };
        let k = accepted.len();
        let scratch = &mut self.scratch;
        let found = self.graph.search_filtered(&self.vectors, &query, k, k, filter, scratch);
        let all = accepted.iter().map(|&slot| slot as usize).collect();
        (found, exact_search(&self.vectors, &query, &all, k))
    }

    /// The same graph, stored and put together again.
    fn restored(&self) -> Graph {
        let mut graph = Graph::new(self.graph.params(), 1);
        for slot in 0..self.graph.slots() {
            if let Some(level) = self.graph.level(slot) {
                let levels: Vec<&[u32]> =
                    (0..=level).map(|level| self.graph.neighbors(slot, level)).collect();
                let kind = self.graph.kind(slot).expect("a node has a kind");
                graph
                    .restore_node(slot, kind, self.graph.successor(slot), &levels)
                    .expect("an undamaged node");
            }
        }
        graph.restore_entry_point(self.graph.entry_point()).expect("an undamaged graph");
        graph
    }
}

#[derive(Debug, Clone)]
enum Operation {
    Insert(Vec<f32>),
    /// Remove one of the live nodes: this one, modulo how many there are.
    Remove(usize),
    Consolidate(usize),
    Search(Vec<f32>),
    Restore,
}

/// Few different vectors, so that there are many equal ones and many equal distances.
fn vector() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![Just(-1.0_f32), Just(0.5), Just(1.0), Just(2.0)], 3)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => vector().prop_map(Operation::Insert),
        4 => any::<usize>().prop_map(Operation::Remove),
        2 => (1_usize..30).prop_map(Operation::Consolidate),
        2 => vector().prop_map(Operation::Search),
        1 => Just(Operation::Restore),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn small_graphs_stay_sound_and_find_everything(
        space in prop_oneof![Just(Space::L2), Just(Space::Cosine), Just(Space::Ip)],
        m in 2_usize..9,
        quantization in prop_oneof![Just(Quantization::None), Just(Quantization::Int8)],
        operations in prop::collection::vec(operation(), 1..120),
    ) {
        let mut model = Model::new(space, 3, Params { m, ef_construction: 20 }, quantization);
        for operation in operations {
            match operation {
                Operation::Insert(vector) => {
                    model.insert(&vector);
                }
                Operation::Remove(n) => {
                    let live = model.live();
                    if !live.is_empty() {
                        model.graph.remove(live[n % live.len()]);
                    }
                }
                Operation::Consolidate(budget) => {
                    model.consolidate(budget);
                }
                Operation::Search(vector) => {
                    let (found, expected) = model.both_ways(&vector);
                    prop_assert_eq!(found, expected);
                    let (found, expected) = model.filtered_both_ways(&vector, &|slot| slot % 3 == 0);
                    prop_assert!(found.is_none() || found == Some(expected));
                }
                Operation::Restore => model.graph = model.restored(),
            }
            let checked = model.graph.check();
            prop_assert!(checked.is_ok(), "{checked:?}");
        }
        while !model.consolidate(usize::MAX) || model.graph.removed_count() > 0 {}
        prop_assert_eq!(model.graph.check(), Ok(()));
        let (found, expected) = model.both_ways(&[0.1, 0.2, 0.3]);
        prop_assert_eq!(found, expected);
    }
}

/// Values between -1 and 1 that look random, the same in every run.
fn random_vectors(count: usize, dimension: usize) -> Vec<Vec<f32>> {
    let mut state = 0x1234_5678_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f32::from(u16::try_from(state >> 16).expect("sixteen bits")) / 32768.0 - 1.0
    };
    (0..count).map(|_| (0..dimension).map(|_| next()).collect()).collect()
}

fn model_of(count: usize) -> Model {
    let mut model = Model::new(Space::L2, 8, Params::default(), Quantization::Int8);
    for vector in random_vectors(count, 8) {
        model.insert(&vector);
    }
    model
}

#[test]
fn an_empty_graph_finds_nothing() {
    let mut model = Model::new(Space::L2, 2, Params::default(), Quantization::Int8);
    assert_eq!(model.graph.entry_point(), None);
    model.vectors.set(0, &[0.0, 0.0]);
    assert_eq!(model.both_ways(&[1.0, 1.0]).0, []);
    assert!(model.consolidate(1));
    model.graph.check().expect("an empty graph is sound");
}

#[test]
fn equal_graphs_for_equal_insertions() {
    let (a, b) = (model_of(500), model_of(500));
    assert!((0..500).all(|slot| {
        (0..3).all(|level| a.graph.neighbors(slot, level) == b.graph.neighbors(slot, level))
    }));
}

#[test]
fn everything_can_be_removed_and_inserted_again() {
    let mut model = model_of(300);
    for slot in 0..300 {
        model.graph.remove(slot);
        model.graph.check().expect("sound while it empties");
    }
    assert_eq!((model.graph.len(), model.graph.removed_count()), (0, 300));
    // New nodes among tombstones only, found nevertheless.
    for vector in random_vectors(50, 8) {
        model.insert(&vector);
    }
    let (found, expected) = model.both_ways(&[0.0; 8]);
    assert_eq!((found.len(), found), (50, expected));
    while !model.consolidate(7) {
        model.graph.check().expect("sound between slices");
    }
    assert_eq!((model.graph.len(), model.graph.removed_count(), model.free.len()), (50, 0, 300));
    for vector in random_vectors(400, 8) {
        model.insert(&vector);
    }
    model.graph.check().expect("sound with reused slots");
    assert_eq!(model.graph.slots(), 450);
}

#[test]
fn hundreds_of_equal_vectors_are_all_found() {
    let mut model = model_of(200);
    for _ in 0..500 {
        model.insert(&[0.25; 8]);
    }
    let (found, expected) = model.both_ways(&[0.25; 8]);
    assert_eq!((found.len(), found), (700, expected));
    // One of the last, when nothing else is accepted; some of them, past those that are not.
    let (found, expected) = model.filtered_both_ways(&[0.25; 8], &|slot| slot == 690);
    assert_eq!((found.map_or(0, |found| found.len()), expected.len()), (1, 1));
    let (found, expected) = model.filtered_both_ways(&[0.25; 8], &|slot| slot % 7 == 0);
    assert_eq!(found, Some(expected));
    // All that are accepted are elsewhere.
    assert_eq!(model.filtered_both_ways(&[0.25; 8], &|slot| slot < 200).0, None);
    // The linked one and half of the others go; an heir takes over.
    for slot in (200..700).filter(|slot| slot % 2 == 0 || *slot < 210) {
        model.graph.remove(slot);
        model.graph.check().expect("sound without the linked one");
    }
    // Stored at any moment of a round, the graph finds everything; the next round begins anew.
    for budget in (50..2000).step_by(50) {
        model.consolidate(budget);
        model.graph = model.restored();
        model.graph.check().expect("sound when stored half-way");
        let (found, expected) = model.both_ways(&[0.25; 8]);
        assert_eq!(found, expected);
    }
    let free = (0..700).filter(|&slot| !model.graph.contains(slot)).count();
    assert_eq!((model.graph.removed_count(), free), (0, 255));
}

#[test]
fn a_warm_search_keeps_its_memory() {
    let model = model_of(2000);
    let (mut scratch, mut memory) = (Scratch::new(), QueryMemory::default());
    let mut search = |value: f32| {
        let query = [value; 8];
        let query = model.vectors.query(&query, &mut memory);
        model.graph.search(&model.vectors, &query, 10, 50, &mut scratch);
        scratch.memory_bytes()
    };
    let warm = (0..200).map(|n| search(n as f32 / 200.0)).max();
    assert_eq!(Some(search(0.5)), warm);
}

#[test]
fn only_touched_pages_are_dirty() {
    let mut model = model_of(2100);
    assert_eq!(model.graph.take_dirty_pages(), [0, 1, 2]);
    assert!(model.graph.take_dirty_pages().is_empty());
    let lonely = (1024..2048).find(|&slot| model.graph.level(slot) == Some(0));
    model.graph.remove(lonely.expect("most are on level 0 only"));
    assert_eq!(model.graph.take_dirty_pages(), [1]);
    let restored = model.restored().take_dirty_pages();
    assert!(restored.is_empty());
    model.graph.mark_all_dirty();
    assert_eq!(model.graph.take_dirty_pages(), [0, 1, 2]);
}

#[test]
fn damage_is_named_and_never_panics() {
    let fresh = || Graph::new(Params { m: 2, ef_construction: 10 }, 1);
    let node = |kind, levels: &[&[u32]]| {
        let error = fresh().restore_node(7, kind, None, levels).expect_err("damaged");
        error.0.clone()
    };
    assert_eq!(node(Kind::Linked, &[]), "node 7 has 0 levels, expected 1 to 16");
    assert_eq!(node(Kind::Linked, &[&[][..]; 17]), "node 7 has 17 levels, expected 1 to 16");
    assert_eq!(node(Kind::Removed, &[&[1, 7]]), "node 7 links to itself on level 0");
    assert_eq!(node(Kind::Twin, &[&[], &[]]), "the twin 7 is on level 1, expected 0");
    let many = "node 7 has 3 links on level 1, expected 2 at most";
    assert_eq!(node(Kind::Linked, &[&[1], &[1, 2, 3]]), many);

    let restore = |nodes: &[Stored], entry_point| -> Result<(), String> {
        let mut graph = fresh();
        for &(slot, kind, successor, levels) in nodes {
            graph
                .restore_node(slot, kind, Some(successor), levels)
                .map_err(|error| error.0.clone())?;
        }
        graph.restore_entry_point(entry_point).map_err(|error| error.0.clone())?;
        graph.check()
    };
    let one: Stored = (0, Kind::Linked, 1, &[&[1]]);
    let two: Stored = (1, Kind::Linked, 0, &[&[0], &[]]);
    assert_eq!(restore(&[one, two], Some(1)), Ok(()));
    let said = |nodes: &[Stored], entry| restore(nodes, entry).expect_err("damaged");
    assert_eq!(said(&[one, one], None), "node 0 is stored twice");
    assert_eq!(said(&[one], Some(0)), "a link leads to node 1, expected one below 1");
    assert_eq!(said(&[one, two], None), "no entry point for 2 nodes");
    assert_eq!(said(&[one, two], Some(9)), "the entry point 9 has no node");
    assert_eq!(said(&[one, two], Some(0)), "the entry point 0 is on level 0, expected 1");
    let removed: Stored = (1, Kind::Removed, 0, &[&[], &[]]);
    assert_eq!(said(&[one, removed], Some(1)), "the entry point 1 is removed");
    let astray: Stored = (0, Kind::Twin, 0, &[&[]]);
    let broken = "the ring comes past 2 live nodes, expected 2 and then 1";
    assert_eq!(said(&[astray, two], Some(1)), broken);
    let linked: Stored = (0, Kind::Twin, 1, &[&[1]]);
    assert_eq!(said(&[linked, two], Some(1)), "the twin 0 has links");
}

/// A stored node: slot, kind, successor, links by level.
type Stored = (u32, Kind, u32, &'static [&'static [u32]]);

#[test]
fn senseless_links_are_found() {
    let mut graph = Graph::new(Params { m: 2, ef_construction: 10 }, 1);
    graph.restore_node(2, Kind::Linked, Some(0), &[&[1], &[0]]).expect("in bounds");
    graph.restore_node(0, Kind::Linked, Some(2), &[&[2]]).expect("in bounds");
    let found = graph.restore_entry_point(Some(2)).expect_err("a link leads nowhere");
    assert_eq!(found.0, "node 2 on level 0 links to 1, which has no node");
}
