//! How many of the true nearest neighbors the graph finds.
//!
//! On real embeddings where they are: in the folder `docs` of `VECINO_DATA`, or of `shared/data` beside the
//! repository. Where they are not, the test says so, and generated clusters stand in, with floors of their own.
//! Floors are what was measured, less a small margin; everything is seeded, so that a run repeats exactly.

use std::fs;
use std::path::PathBuf;

use fixedbitset::FixedBitSet;
use half::f16;
use vecino_kernels::distance::Space;
use vecino_kernels::exact::exact_search;
use vecino_kernels::hnsw::{Consolidated, Filter, Graph, Params, Scratch};
use vecino_kernels::nearest::Neighbor;
use vecino_kernels::vectors::{Quantization, Query, QueryMemory, Vectors};

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
        self.quantized(space, Quantization::Int8)
    }

    fn quantized(&self, space: Space, quantization: Quantization) -> Vectors {
        let mut vectors = Vectors::new(space, DIMENSION, quantization);
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
/// true is taken from the data where it is known and asked for, else from exact search over the live slots.
fn recall(data: &Data, vectors: &Vectors, graph: &Graph, queries: usize, known: bool) -> f64 {
    let (mut scratch, mut memory) = (Scratch::new(), QueryMemory::default());
    let live = |slot: &u32| graph.contains(*slot) && !graph.is_removed(*slot);
    let count = (0..graph.slots()).filter(live).count();
    let (mut hits, mut expected) = (0, 0);
    for (n, query) in data.queries.chunks_exact(DIMENSION).take(queries).enumerate() {
        let query = vectors.query(query, &mut memory);
        let nearest: Vec<u32> = match &data.nearest {
            Some(nearest) if known => nearest[n][..K].to_vec(),
            _ => {
                let live = (0..graph.slots()).filter(live).map(|slot| slot as usize).collect();
                slots(&exact_search(vectors, &query, &live, K))
            }
        };
        let found = graph.search(vectors, &query, K, EF, &mut scratch);
        assert_eq!(found.len(), K.min(count), "query {n} found too few");
        assert!(found.is_sorted(), "query {n} is out of order");
        assert!(found.iter().all(|neighbor| live(&neighbor.slot)), "query {n} found too much");
        hits += found.iter().filter(|neighbor| nearest.contains(&neighbor.slot)).count();
        expected += nearest.len();
    }
    hits as f64 / expected as f64
}

fn slots(neighbors: &[Neighbor]) -> Vec<u32> {
    neighbors.iter().map(|neighbor| neighbor.slot).collect()
}

/// As [`recall`], under a filter that takes the slots that `accepted` returns for a query. With it the share of queries
/// that the walk leaves to a scan; these count as found.
fn filtered_recall(
    data: &Data,
    vectors: &Vectors,
    graph: &Graph,
    queries: usize,
    accepted: impl Fn(&Query<'_>) -> FixedBitSet,
) -> (f64, f64) {
    let (mut scratch, mut memory) = (Scratch::new(), QueryMemory::default());
    let (mut hits, mut scans, mut expected) = (0, 0, 0);
    for query in data.queries.chunks_exact(DIMENSION).take(queries) {
        let query = vectors.query(query, &mut memory);
        let accepted = accepted(&query);
        let all: Vec<u32> = accepted.ones().map(|slot| slot as u32).collect();
        let starts: Vec<u32> = all.iter().copied().step_by(all.len() / 64).collect();
        let filter = Filter {
            accept: &|slot| accepted.contains(slot as usize),
            share: all.len() as f32 / graph.len() as f32,
            starts: &starts,
        };
        let nearest = slots(&exact_search(vectors, &query, &accepted, K));
        let found = graph.search_filtered(vectors, &query, K, EF, filter, &mut scratch);
        match found {
            None => (hits, scans) = (hits + K, scans + 1),
            Some(found) => {
                assert!(found.is_sorted() && found.len() == K);
                assert!(found.iter().all(|neighbor| accepted.contains(neighbor.slot as usize)));
                hits += found.iter().filter(|neighbor| nearest.contains(&neighbor.slot)).count();
            }
        }
        expected += K;
    }
    (hits as f64 / expected as f64, f64::from(scans) / queries as f64)
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
    let all = recall(&data, &vectors, &graph, 1000, true);
    assert_floor("cosine", all, if real { 0.985 } else { 0.98 });

    let gone: Vec<u32> = (0..data.slots()).filter(|slot| slot % 2 == 0).collect();
    for &slot in &gone {
        graph.remove(slot);
    }
    let removed = recall(&data, &vectors, &graph, 200, false);
    assert_floor("half removed", removed, 0.985);

    let mut freed = consolidate_all(&mut graph, &vectors);
    freed.sort_unstable();
    assert_eq!(freed, gone);
    graph.check().expect("a sound graph");
    let consolidated = recall(&data, &vectors, &graph, 200, false);
    assert_floor("consolidated", consolidated, 0.975);

    for &slot in &gone {
        graph.insert(&vectors, slot);
    }
    graph.check().expect("a sound graph");
    let again = recall(&data, &vectors, &graph, 1000, true);
    assert_floor("inserted again", again, 0.98);
}

#[test]
fn filters_that_take_some_of_all_and_some_near_the_query_or_far_from_it() {
    let data = Data::load();
    let vectors = data.vectors(Space::Cosine);
    let graph = built(&vectors, data.slots());
    let check =
        |what: &str, accepted: &dyn Fn(&Query<'_>) -> FixedBitSet, floor: f64, most: f64| {
            let (recall, scans) = filtered_recall(&data, &vectors, &graph, 100, accepted);
            assert_floor(what, recall, floor);
            assert!(scans <= most, "{what}: {scans} of the queries are left to a scan");
        };
    let all: FixedBitSet = (0..data.slots() as usize).collect();
    for (divisor, floor) in [(2, 0.98), (5, 0.98), (20, 0.98)] {
        let some = |_: &Query<'_>| all.ones().filter(|slot| slot * 7 % divisor == 1).collect();
        check(&format!("one in {divisor} accepted"), &some, floor, 0.02);
        let count = all.count_ones(..) / divisor;
        let near = |query: &Query<'_>| {
            let found = exact_search(&vectors, query, &all, count);
            found.iter().map(|neighbor| neighbor.slot as usize).collect()
        };
        check(&format!("the nearest {count} accepted"), &near, 0.98, 0.0);
        let far = |query: &Query<'_>| {
            let mut found = near(query);
            found.toggle_range(..);
            found
        };
        check(&format!("all but the nearest {count} accepted"), &far, 0.99, 1.0);
    }
}

/// As good as on the vectors themselves.
#[test]
fn a_bit_a_value() {
    let data = Data::load();
    let mut vectors = data.quantized(Space::Cosine, Quantization::None);
    let graph = built(&vectors, data.slots());
    let full = recall(&data, &vectors, &graph, 1000, true);
    vectors.quantize(Quantization::Binary);
    let coded = recall(&data, &vectors, &graph, 1000, true);
    assert_floor("a bit a value", coded, full - 0.005);
}

#[test]
fn l2_and_inner_product() {
    let mut data = Data::load();
    data.base.truncate(4_000 * DIMENSION);
    for space in [Space::L2, Space::Ip] {
        let vectors = data.vectors(space);
        let graph = built(&vectors, data.slots());
        let recall = recall(&data, &vectors, &graph, 200, false);
        assert_floor(space.as_str(), recall, 0.98);
    }
}

#[test]
fn generated_clusters() {
    let data = Data::generated();
    let vectors = data.vectors(Space::Cosine);
    let graph = built(&vectors, data.slots());
    let recall = recall(&data, &vectors, &graph, 200, false);
    assert_floor("generated clusters", recall, 0.98);
}
