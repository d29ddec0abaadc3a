//! A collection: records, their embeddings and the graph over them, as one value in memory.
//!
//! Slots. A record lives in a slot, its embedding in the same slot of `vectors`. A slot is
//! - live: it holds a record (`live`); linked if the graph has it, otherwise in `unlinked`;
//! - a tombstone: its record is gone or has moved, the graph still walks through it;
//! - free: neither; on the free list, to be used again.
//!
//! A linked embedding never changes in place: its record moves to another slot, and the old slot
//! is a tombstone until the graph has been repaired around it.
//!
//! The slot of a record that is not to be seen yet is none of these ([`stage`]).
//!
//! Damage. What cannot be read is lost by name, the rest stays in use ([`lost`]).

mod apart;
mod checkpoint;
mod copy;
mod heir;
mod link;
mod lost;
mod mirror;
mod plan;
mod read;
mod restore;
mod search;
mod stage;
mod verify;

pub use checkpoint::{Checkpoint, NewPage};
pub use heir::Outdated;
pub use mirror::Mirror;
pub use plan::{Batch, Embeddings, Operation};
pub use read::{Found, Selection};
pub use restore::{Opening, Problem};
pub use search::SearchAnswer;
pub use verify::{Health, Stored as StoredParts};

use std::cell::RefCell;

use fixedbitset::FixedBitSet;
use vecino_kernels::apart::GROUP;
use vecino_kernels::hnsw::{Graph, Params, Scratch};
use vecino_kernels::vectors::{QueryMemory, Vectors};

use super::change::{Change, Put, Write};
use super::definition::{Configuration, Definition};
use super::format::{Part, Place};
use super::planner::Planner;
use super::record::{Record, Records};
use checkpoint::Stored;
use lost::LostRecords;
use mirror::Mirrored;
use stage::Stage;

/// Records, embeddings and graph of one collection.
///
/// Reads take `&self`. A write is planned by `&self`, logged by the caller, and applied by
/// [`Collection::apply`], which cannot fail.
pub struct Collection {
    definition: Definition,
    records: Records,
    /// `None` until the first write fixes the dimension, which then survives deleting everything.
    vectors: Option<Vectors>,
    graph: Graph,
    live: FixedBitSet,
    unlinked: FixedBitSet,
    free: Vec<u32>,
    /// Whether a repair of the graph has begun and not ended.
    repairing: bool,
    next_order: u64,
    /// The number of the last change applied; changes are numbered from 1.
    sequence: u64,
    stored: Stored,
    lost: LostRecords,
    stage: Stage,
    planner: Planner,
    /// What is known of the mirrors that help with linking.
    mirrors: Vec<Option<Mirrored>>,
    scratch: RefCell<Scratch>,
    memory: RefCell<QueryMemory>,
}

impl Collection {
    /// An empty collection.
    #[must_use]
    pub fn new(definition: Definition) -> Self {
        Self {
            graph: new_graph(&definition),
            definition,
            records: Records::default(),
            vectors: None,
            live: FixedBitSet::new(),
            unlinked: FixedBitSet::new(),
            free: Vec::new(),
            repairing: false,
            next_order: 0,
            sequence: 0,
            stored: Stored::default(),
            lost: LostRecords::default(),
            stage: Stage::default(),
            planner: Planner::default(),
            mirrors: Vec::new(),
            scratch: RefCell::new(Scratch::new()),
            memory: RefCell::default(),
        }
    }

    /// Name, metadata and configuration.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Takes over a definition made by [`Definition::modified`] from this one. If that changes
    /// how many links a vector has, the graph is built anew in the background.
    pub fn redefine(&mut self, definition: Definition) {
        let (old, new) = (self.definition.configuration, definition.configuration);
        let rebuild = old.max_neighbors != new.max_neighbors;
        if let (Some(vectors), true) = (&mut self.vectors, old.quantization != new.quantization) {
            vectors.quantize(new.quantization);
            self.mirrors.clear();
        }
        self.definition = definition;
        if rebuild {
            self.drop_graph();
        }
    }

    /// Chooses plans by `planner` from now on; tests and measurements move its threshold.
    pub fn set_planner(&mut self, planner: Planner) {
        self.planner = planner;
    }

    /// The number of records.
    #[must_use]
    pub fn count(&self) -> u32 {
        // Far fewer are staged than there are slots.
        self.records.len() - self.stage.slots.len() as u32
    }

    /// Numbers of an embedding; `None` before the first write.
    #[must_use]
    pub fn dimension(&self) -> Option<usize> {
        self.vectors().map(Vectors::dimension)
    }

    /// The embeddings, once there has been a write.
    fn vectors(&self) -> Option<&Vectors> {
        self.vectors.as_ref().filter(|_| !self.stage.fixes_dimension)
    }

    /// The slot of the record `id`, if it can be seen.
    fn find(&self, id: &str) -> Option<u32> {
        self.records.slot(id).filter(|&slot| self.live.contains(slot as usize))
    }

    /// The number of the last change applied; 0 for none.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Records that the graph does not have yet; they are searched exactly.
    #[must_use]
    pub fn unlinked(&self) -> usize {
        self.unlinked.count_ones(..)
    }

    /// The record in `slot`.
    ///
    /// # Panics
    /// If the slot is not live; slots come from [`Collection::get`] and [`Collection::query`].
    #[must_use]
    pub fn record(&self, slot: u32) -> &Record {
        self.records.get(slot).expect("the slot is live")
    }

    /// Have the records in `slots` fetched from memory; see [`Records::fetch`].
    pub fn fetch_records(&self, slots: impl Iterator<Item = u32>) {
        self.records.fetch(slots);
    }

    /// The embedding in `slot`, exactly as it was given; empty if it is [`missing`](Collection::missing).
    ///
    /// # Panics
    /// If the slot is not live.
    #[must_use]
    pub fn embedding(&self, slot: u32) -> &[f32] {
        self.vectors.as_ref().expect("a live slot has an embedding").get(slot)
    }

    /// Bytes on the heap, for statistics.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.records.memory_bytes()
            + self.vectors.as_ref().map_or(0, Vectors::memory_bytes)
            + self.graph.memory_bytes()
    }

    /// Whether slots, records and graph fit together; what is wrong otherwise. O(records + links).
    ///
    /// # Errors
    /// The first broken invariant, in words.
    pub fn check(&self) -> Result<(), String> {
        self.graph.check()?;
        let mut free = FixedBitSet::new();
        self.free.iter().for_each(|slot| free.grow_and_insert(*slot as usize));
        if free.count_ones(..) != self.free.len() {
            return Err("a slot is twice on the free list".to_owned());
        }
        let mut staged = FixedBitSet::new();
        self.stage.slots.iter().for_each(|slot| staged.grow_and_insert(*slot as usize));
        for slot in 0..self.records.capacity() {
            let at = slot as usize;
            let (live, linked) = (self.live.contains(at), self.graph.contains(slot));
            let removed = linked && self.graph.is_removed(slot);
            if staged.contains(at) {
                if live || linked || free.contains(at) || self.records.get(slot).is_none() {
                    return Err(format!("slot {slot} is staged and something else"));
                }
                continue;
            }
            let sound = live == self.records.get(slot).is_some()
                && self.unlinked.contains(at) == (live && !linked)
                && removed == (linked && !live)
                && free.contains(at) <= (!live && !linked)
                // A repair under way hands its slots over when it ends.
                && (self.repairing || free.contains(at) >= (!live && !linked));
            if !sound {
                return Err(format!(
                    "slot {slot} is not what it should be: live, linked, removed, free or none of these"
                ));
            }
        }
        Ok(())
    }

    /// Carries out a planned change. O(1) a record; linking comes later ([`Collection::link`]).
    pub fn apply(&mut self, change: Change) {
        self.stage(change);
        self.reveal();
    }

    /// What [`Collection::stage`] has left.
    fn carry_out(&mut self, change: Change) {
        let mut embeddings = change.embeddings.chunks_exact((change.dimension as usize).max(1));
        for write in change.writes {
            match write {
                Write::Delete(id) => self.delete(&id),
                Write::Put(put) => {
                    let embedding = if put.embedding { embeddings.next() } else { None };
                    self.put(put, embedding);
                }
            }
        }
    }

    fn delete(&mut self, id: &str) {
        self.lost.forget(id);
        if let Some(slot) = self.records.slot(id) {
            self.vacate(slot);
        }
    }

    fn put(&mut self, put: Put, embedding: Option<&[f32]>) {
        if put.created {
            // Only where its deletion is lost is it there all the same.
            self.delete(&put.id);
        } else if self.records.slot(&put.id).is_none() {
            // What it changes is lost, or so is the change that created it.
            return self.lose(&put.id, Part::Change, Place::Log(self.sequence, self.sequence));
        }
        let old = self.records.slot(&put.id);
        let mut slot = old;
        let mut record = match old {
            Some(at) if embedding.is_some() && self.graph.contains(at) => {
                slot = None;
                self.vacate(at)
            }
            Some(at) => self.records.take(at),
            None => None,
        }
        .unwrap_or_else(|| self.new_record(&put.id));
        fill(&mut record, put);
        let slot = slot.unwrap_or_else(|| self.occupy());
        if let (Some(vectors), Some(embedding)) = (&mut self.vectors, embedding) {
            vectors.set(slot, embedding);
            self.mirrors.iter_mut().flatten().for_each(|mirror| mirror.forget(slot));
        }
        self.records.put(slot, record);
        self.stored.record_changed(slot);
    }

    /// An empty record, the last in order.
    fn new_record(&mut self, id: &str) -> Record {
        let order = self.next_order;
        self.next_order += 1;
        Record { id: id.into(), order, document: None, uri: None, metadata: None }
    }

    /// Makes a free slot, or a new one, live.
    fn occupy(&mut self) -> u32 {
        let slot = self.take_slot();
        self.make_live(slot);
        slot
    }

    /// Takes a slot from the free ones, or a new one.
    fn take_slot(&mut self) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.records.capacity());
        self.records.ensure(slot + 1);
        slot
    }

    fn make_live(&mut self, slot: u32) {
        self.live.grow_and_insert(slot as usize);
        self.unlinked.grow_and_insert(slot as usize);
    }

    /// Takes the record out of a live slot, which becomes a tombstone or free.
    fn vacate(&mut self, slot: u32) -> Option<Record> {
        self.live.set(slot as usize, false);
        self.stored.record_changed(slot);
        if self.are_apart() {
            self.stored.group_vacated(slot / GROUP);
        }
        if self.graph.contains(slot) {
            self.graph.remove(slot);
        } else {
            self.unlinked.set(slot as usize, false);
            self.free.push(slot);
        }
        self.records.take(slot)
    }
}

/// Replaces the parts of `record` that are given.
fn fill(record: &mut Record, put: Put) {
    if let Some(document) = put.document {
        record.document = Some(document.into());
    }
    if let Some(uri) = put.uri {
        record.uri = Some(uri.into());
    }
    if let Some(metadata) = put.metadata {
        record.metadata = metadata;
    }
}

fn new_graph(definition: &Definition) -> Graph {
    let Configuration { max_neighbors, ef_construction, .. } = definition.configuration;
    let params = Params { m: max_neighbors as usize, ef_construction: ef_construction as usize };
    Graph::new(params, definition.seed)
}
