//! What several tests need: a seeded generator, a disk in memory, short ways to build batches.
#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod filters;
pub(crate) mod pair;

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use vecino::engine::change::Change;
use vecino::engine::collection::{Batch, Collection, Embeddings};
use vecino::engine::definition::{Definition, Residence, Scope};
use vecino::engine::format::{PageKey, encode_change};
use vecino::engine::json::Json;

/// SplitMix64 (Steele, Lea, Flood 2014): every test run draws the same numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// From -1 to 1.
    pub(crate) fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    pub(crate) fn vector(&mut self, dimension: usize) -> Vec<f32> {
        (0..dimension).map(|_| self.number()).collect()
    }
}

/// Any finite value, extreme ones among them.
pub(crate) fn finite() -> impl Strategy<Value = f32> {
    prop_oneof![
        3 => -1.0_f32..1.0,
        1 => proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL | proptest::num::f32::ZERO,
        1 => prop_oneof![Just(f32::MAX), Just(f32::MIN), Just(f32::MIN_POSITIVE), Just(-0.0)],
    ]
}

/// A `{ hnsw: ... }` configuration.
pub(crate) fn hnsw(entries: &[(&str, Json)]) -> Json {
    let entries = entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
    Json::Object(vec![("hnsw".into(), Json::Object(entries))])
}

pub(crate) fn definition(space: &str) -> Definition {
    let configuration = hnsw(&[("space", Json::String(space.into()))]);
    let scope = Scope { tenant: "default_tenant".into(), database: "default_database".into() };
    let lots = (1_700_000_000_000, 42);
    Definition::new("id".into(), scope, "notes", lots, &Json::Null, &configuration).expect("valid")
}

/// Of a collection whose embeddings are left in storage.
pub(crate) fn apart(space: &str) -> Definition {
    let mut definition = definition(space);
    definition.configuration.embeddings = Residence::Stored;
    definition
}

pub(crate) fn batch(ids: &[&str], rows: &[&[f32]]) -> Batch {
    Batch {
        ids: ids.iter().map(|id| (*id).into()).collect(),
        embeddings: rows
            .first()
            .map(|first| Embeddings { data: rows.concat(), dimension: first.len() }),
        ..Batch::default()
    }
}

pub(crate) fn object(entries: &[(&str, Json)]) -> Json {
    Json::Object(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

/// What IndexedDB would hold of one collection.
#[derive(Default, Clone, PartialEq, Debug)]
pub(crate) struct Disk {
    pub(crate) manifest: Option<Vec<u8>>,
    pub(crate) pages: HashMap<PageKey, Vec<u8>>,
    /// Groups of embeddings.
    pub(crate) groups: BTreeMap<u32, Vec<u8>>,
    pub(crate) log: Vec<(u64, Vec<u8>)>,
    /// Bytes of the pages that the last checkpoint wrote.
    pub(crate) written: usize,
}

impl Disk {
    /// Plan, commit, apply: what the shell does with a change.
    pub(crate) fn write(&mut self, collection: &mut Collection, change: Change) {
        if change.is_empty() {
            return;
        }
        self.log.push((collection.sequence() + 1, encode_change(&change)));
        collection.apply(change);
    }

    pub(crate) fn checkpoint(&mut self, collection: &mut Collection) {
        self.flip(collection, true);
    }

    /// A checkpoint of a collection of which pages are missing.
    pub(crate) fn checkpoint_of_damaged(&mut self, collection: &mut Collection) {
        self.flip(collection, false);
    }

    fn flip(&mut self, collection: &mut Collection, sound: bool) {
        let named = self.manifest.as_deref().map_or(Ok(Vec::new()), Collection::checkpoint_pages);
        let named = named.unwrap_or_default();
        let checkpoint = collection.checkpoint();
        for key in &checkpoint.obsolete {
            let stored = self.pages.remove(key).is_some();
            assert!(stored || !sound, "obsolete page {key} was stored");
        }
        self.written = 0;
        for (key, page) in checkpoint.pages {
            let bytes = collection.encode_page(&page);
            self.written += bytes.len();
            // A manifest that is gone leaves pages behind that nothing names any more.
            let old = self.pages.insert(key, bytes);
            assert!(old.is_none() || !(sound || named.contains(&key)), "page key {key} is new");
        }
        for (group, is_merged) in checkpoint.groups {
            let old = self.groups.get(&group).filter(|_| is_merged);
            let new =
                collection.encode_group(group, old.map(Vec::as_slice)).expect("of this version");
            self.groups.remove(&group);
            self.groups.extend(new.map(|bytes| (group, bytes)));
        }
        self.manifest = Some(checkpoint.manifest);
        self.log.retain(|(sequence, _)| *sequence > checkpoint.sequence);
        collection.checkpoint_committed();
    }

    /// Reads as the shell does: again and again until all embeddings that this takes are in memory. Returns how many
    /// groups were read as well.
    pub(crate) fn read<T>(
        &self,
        collection: &mut Collection,
        read: impl Fn(&Collection) -> T,
    ) -> (T, usize) {
        let mut groups = 0;
        loop {
            drop(collection.missing());
            let answer = read(collection);
            let missing = collection.missing();
            if missing.is_empty() {
                collection.trim();
                return (answer, groups);
            }
            groups += missing.len();
            for group in missing {
                let bytes = self.groups.get(&group).map(Vec::as_slice);
                if !collection.take_group(group, bytes).expect("of this version") {
                    collection.lose_group(group);
                }
            }
        }
    }

    /// What is stored under each key that the manifest names.
    pub(crate) fn named_pages(&self) -> Vec<Option<Vec<u8>>> {
        let named = self.manifest.as_deref().map_or(Ok(Vec::new()), Collection::checkpoint_pages);
        named.unwrap_or_default().iter().map(|key| self.pages.get(key).cloned()).collect()
    }

    pub(crate) fn open(&self, definition: Definition) -> Collection {
        let opened = Collection::open(
            definition,
            self.manifest.as_deref(),
            self.named_pages(),
            self.log.clone(),
        );
        let (collection, warning) = opened.expect("what was stored opens");
        assert_eq!(warning, None);
        collection
    }
}
