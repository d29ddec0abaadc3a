//! How many of the true nearest neighbors the graph finds.
//!
//! On real embeddings where they are: in the folder `docs` of `VECINO_DATA`, or of `shared/data` beside the
//! repository. Where they are not, the test says so, and generated clusters stand in, with floors of their own.
//! Floors are what was measured, less a small margin; everything is seeded, so that a run repeats exactly.

use std::fs;
use std::path::PathBuf;

use half::f16;
use vecino_kernels::distance::Space;
use vecino_kernels::exact::exact_search;
use vecino_kernels::hnsw::{Consolidated, Graph, Params, Scratch};
use vecino_kernels::vectors::{Quantization, QueryMemory, Vectors};

const DIMENSION: usize = 384;
const K: usize = 10;
const EF: usize = 100;

struct Data {
    base: Vec<f32>,
    queries: Vec<f32>,
    /// For each query the 100 nearest rows by cosine, if they are known.
    nearest: Option<Vec<Vec<u32>>>,
}

impl Data {
    /// The first 10,000 real embeddings and 1,000 queries, or generated ones.
    fn load() -> Self {
        Self::real().unwrap_or_else(|| {
            eprintln!("the real embeddings are missing (VECINO_DATA): generated clusters stand in");
            Self::generated()
        })
    }

    fn real() -> Option<Self> {
        let data = std::env::var_os("VECINO_DATA").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        );
        let read = |name: &str| fs::read(data.join("docs").join(name)).ok();
        let floats = |bytes: Vec<u8>| -> Vec<f32> {
            let (pairs, _) = bytes.as_chunks();
            pairs.iter().map(|&pair| f16::from_le_bytes(pair).to_f32()).collect()
        };
        let mut base = read("base.f16")?;
        base.truncate(10_000 * DIMENSION * 2);
        let nearest = read("gt_cosine_top100_first10k.i32")?;
        let rows: Vec<u32> = nearest.as_chunks().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
        Some(Self {
            base: floats(base),
            queries: floats(read("queries.f16")?),
            nearest: Some(rows.chunks(100).map(<[u32]>::to_vec).collect()),
        })
    }

    /// 4,000 vectors in 200 clusters, and 200 queries from the same clusters.
    fn generated() -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        // About normal: the sum of four uniform values.
        let mut noise = move || -> f32 {
            (0..4)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state >> 40) as f32 / (1 << 24) as f32 - 0.5
                })
                .sum()
        };
        let centers: Vec<f32> = (0..200 * DIMENSION).map(|_| noise()).collect();
        let mut around = |count: usize| -> Vec<f32> {
            (0..count)
                .flat_map(|i| centers.chunks_exact(DIMENSION).nth(i * 7 % 200).expect("one of 200"))
                .map(|x| x + 0.6 * noise())
                .collect()
        };
        let base = around(4_000);
        Self { base, queries: around(200), nearest: None }
    }

    fn vectors(&self, space: Space) -> Vectors {
        let mut vectors = Vectors::new(space, DIMENSION, Quantization::Int8);
        for (slot, row) in (0..).zip(self.base.chunks_exact(DIMENSION)) {
            vectors.set(slot, row);
        }
        vectors
    }

    fn slots(&self) -> u32 {
        u32::try_from(self.base.len() / DIMENSION).expect("few rows")
    }

    fn is_real(&self) -> bool {
        self.nearest.is_some()
    }
}

fn built(vectors: &Vectors, slots: u32) -> Graph {
    let mut graph = Graph::new(Params { m: 16, ef_construction: 100 }, 42);
    for slot in 0..slots {
        graph.insert(vectors, slot);
    }
    graph.check().expect("a sound graph");
    graph
}

/// The share of the true ten nearest among the ten found, on average over the first `queries` queries. What is
/// true is taken from the data where it is known and asked for, else from exact search over the live slots that
/// `accept` takes.
fn recall(
    data: &Data,
    vectors: &Vectors,
    graph: &Graph,
    queries: usize,
    known: bool,
    accept: impl Fn(u32) -> bool,
) -> f64 {
    let (mut scratch, mut memory) = (Scratch::new(), QueryMemory::default());
    let live = |slot: &u32| graph.contains(*slot) && !graph.is_removed(*slot) && accept(*slot);
    let accepted = (0..graph.slots()).filter(live).count();
    let (mut hits, mut expected) = (0, 0);
    for (n, query) in data.queries.chunks_exact(DIMENSION).take(queries).enumerate() {
        let query = vectors.query(query, &mut memory);
        let nearest: Vec<u32> = match &data.nearest {
            Some(nearest) if known => nearest[n][..K].to_vec(),
            _ => {
                let live = (0..graph.slots()).filter(live).map(|slot| slot as usize).collect();
                exact_search(vectors, &query, &live, K)
            }
            .iter()
            .map(|neighbor| neighbor.slot)
            .collect(),
        };
        let found = graph.search(vectors, &query, EF, EF, &accept, &mut scratch);
        assert_eq!(found.len(), EF.min(accepted), "query {n} found too few");
        assert!(found.is_sorted(), "query {n} is out of order");
        assert!(found.iter().all(|neighbor| live(&neighbor.slot)), "query {n} found too much");
        hits += found.iter().take(K).filter(|neighbor| nearest.contains(&neighbor.slot)).count();
        expected += nearest.len();
    }
    hits as f64 / expected as f64
}

fn assert_floor(what: &str, recall: f64, floor: f64) {
    eprintln!("recall@{K} at ef {EF}, {what}: {recall:.4} (floor {floor})");
    assert!(recall >= floor, "{what}: recall {recall}, expected {floor} or more");
}

fn consolidate_all(graph: &mut Graph, vectors: &Vectors) -> Vec<u32> {
    loop {
        match graph.consolidate(vectors, 1000) {
            Consolidated::Unfinished => {}
            Consolidated::Finished(freed) => return freed,
        }
    }
}

#[test]
fn cosine_as_built_and_after_removing_half() {
    let data = Data::load();
    let real = data.is_real();
    let vectors = data.vectors(Space::Cosine);
    let mut graph = built(&vectors, data.slots());
    let all = recall(&data, &vectors, &graph, 1000, true, |_| true);
    assert_floor("cosine", all, if real { 0.985 } else { 0.98 });

    let filtered = recall(&data, &vectors, &graph, 100, false, |slot| slot % 20 == 3);
    assert_floor("one in twenty accepted", filtered, 0.99);
    let few = recall(&data, &vectors, &graph, 10, false, |slot| slot % 200 == 3);
    assert_floor("fewer accepted than asked for", few, 1.0);

    let gone: Vec<u32> = (0..data.slots()).filter(|slot| slot % 2 == 0).collect();
    for &slot in &gone {
        graph.remove(slot);
    }
    let removed = recall(&data, &vectors, &graph, 200, false, |_| true);
    assert_floor("half removed", removed, 0.985);

    let mut freed = consolidate_all(&mut graph, &vectors);
    freed.sort_unstable();
    assert_eq!(freed, gone);
    graph.check().expect("a sound graph");
    let consolidated = recall(&data, &vectors, &graph, 200, false, |_| true);
    assert_floor("consolidated", consolidated, 0.975);

    for &slot in &gone {
        graph.insert(&vectors, slot);
    }
    graph.check().expect("a sound graph");
    let again = recall(&data, &vectors, &graph, 1000, true, |_| true);
    assert_floor("inserted again", again, 0.98);
}

#[test]
fn l2_and_inner_product() {
    let mut data = Data::load();
    data.base.truncate(4_000 * DIMENSION);
    for space in [Space::L2, Space::Ip] {
        let vectors = data.vectors(space);
        let graph = built(&vectors, data.slots());
        let recall = recall(&data, &vectors, &graph, 200, false, |_| true);
        assert_floor(space.as_str(), recall, 0.98);
    }
}

#[test]
fn generated_clusters() {
    let data = Data::generated();
    let vectors = data.vectors(Space::Cosine);
    let graph = built(&vectors, data.slots());
    let recall = recall(&data, &vectors, &graph, 200, false, |_| true);
    assert_floor("generated clusters", recall, 0.98);
}
