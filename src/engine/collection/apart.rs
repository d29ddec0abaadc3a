//! Embeddings that are left in the browser's storage; in memory are their codes.
//!
//! They are stored in groups of [`GROUP`] slots, which a checkpoint writes. Until then new ones are in memory. A read
//! that needs others gets nothing in their place, and the groups are noted: its answer counts only if
//! [`Collection::missing`] is empty, and otherwise these groups are to be given to [`Collection::take_group`] and
//! the read is to be done again.
//!
//! A group belongs to the slots of one checkpoint. Slots of two tabs differ as soon as both have written, so one
//! tab's groups are of no use to another that has not loaded that checkpoint.

use std::ops::Range;

use vecino_kernels::apart::GROUP;
use vecino_kernels::sort::sort_by;
use vecino_kernels::vectors::Vectors;

use super::Collection;
use crate::engine::definition::{Configuration, Definition, Residence};
use crate::engine::error::{Code, Error, Result};
use crate::engine::format::{Part, Place, decode_embedding_group, encode_embedding_group};

impl Collection {
    /// Whether the embeddings are left in storage.
    #[must_use]
    pub fn are_apart(&self) -> bool {
        self.definition.configuration.embeddings == Residence::Stored
    }

    /// The groups of embeddings that reads since the last call would have needed; their answers are wrong unless this
    /// is empty.
    #[must_use]
    pub fn missing(&self) -> Vec<u32> {
        self.vectors.as_ref().map(Vectors::take_missing).unwrap_or_default()
    }

    /// Takes in what is stored of a group, for the next reads. Returns whether it has everything that is not in memory.
    ///
    /// # Errors
    /// `unsupported_version`.
    pub fn take_group(&mut self, group: u32, bytes: Option<&[u8]>) -> Result<bool> {
        let Self { vectors: Some(vectors), live, .. } = self else { return Ok(true) };
        if let Some(bytes) = bytes {
            let read = decode_embedding_group(bytes, vectors.dimension(), &mut |place, row| {
                let slot = group * GROUP + place;
                if live.contains(slot as usize) {
                    vectors.put_back(slot, row);
                }
            });
            if let Err(error) = read
                && error.code != Code::Damaged
            {
                return Err(error);
            }
        }
        Ok(self.lacking(group).is_empty())
    }

    /// Leaves out the records whose embeddings the stored group does not have; [`Collection::take_group`] has been given it.
    /// Returns what a developer is told.
    pub fn lose_group(&mut self, group: u32) -> Option<Error> {
        for slot in self.lacking(group) {
            let id = self.record(slot).id.clone();
            self.lose(&id, Part::Embedding, Place::Group(group.into()));
        }
        self.warning()
    }

    /// The bytes of a group of the checkpoint under way; `None` if nothing in it is in use. `old` is what is stored of
    /// it, where [`Checkpoint::groups`](super::Checkpoint::groups) asks for that. What cannot be read of it is missing
    /// in the new one as well.
    ///
    /// # Errors
    /// `unsupported_version`.
    pub fn encode_group(&self, group: u32, old: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        let Some(vectors) = &self.vectors else { return Ok(None) };
        let mut stored: [Option<Vec<f32>>; GROUP as usize] = Default::default();
        if let Some(old) = old {
            let keep = &mut |place: u32, row: &[f32]| stored[place as usize] = Some(row.to_vec());
            match decode_embedding_group(old, vectors.dimension(), keep) {
                Err(error) if error.code != Code::Damaged => return Err(error),
                _ => {}
            }
        }
        let mut rows = [None; GROUP as usize];
        for (slot, (row, stored)) in slots(group).zip(rows.iter_mut().zip(&stored)) {
            if self.live.contains(slot as usize) {
                *row =
                    if vectors.is_here(slot) { Some(vectors.get(slot)) } else { stored.as_deref() };
            }
        }
        let some = rows.iter().any(Option::is_some);
        Ok(some.then(|| encode_embedding_group(vectors.dimension(), &rows)))
    }

    /// Leaves out the records whose embeddings are in none of the stored groups, of which `bits` says what each has, and
    /// names these groups.
    pub(super) fn compare_groups(
        &mut self,
        bits: &[(u64, Option<u8>)],
    ) -> Vec<(u32, &'static str)> {
        let mut wrong = Vec::new();
        if !self.are_apart() {
            return wrong;
        }
        for group in 0..self.records.capacity().div_ceil(GROUP) {
            let stored = bits.binary_search_by_key(&u64::from(group), |(group, _)| *group);
            let stored = stored.ok().map(|at| bits[at].1);
            let has = stored.flatten().unwrap_or(0);
            let lost = |slot: &u32| has >> (slot % GROUP) & 1 == 0;
            let lacking: Vec<u32> = self.lacking(group).into_iter().filter(lost).collect();
            if !lacking.is_empty() {
                let is_there = stored.is_some();
                wrong.push((group, if is_there { "damaged" } else { "missing" }));
            }
            for slot in lacking {
                let id = self.record(slot).id.clone();
                self.lose(&id, Part::Embedding, Place::Group(group.into()));
            }
        }
        wrong
    }

    /// Lets go of most of the embeddings that were taken in.
    pub fn trim(&mut self) {
        self.vectors.iter_mut().for_each(Vectors::trim);
    }

    /// The groups that a checkpoint has to write, each with whether it has to know what is stored of it.
    pub(super) fn changed_groups(&self) -> Vec<(u32, bool)> {
        let Some(vectors) = &self.vectors else { return Vec::new() };
        let used = |group: u32| slots(group).any(|slot| self.live.contains(slot as usize));
        let vacated = self.stored.vacated_groups.ones().map(|group| group as u32);
        let mut groups = vectors.fresh_groups();
        groups.extend(vacated.filter(|group| !used(*group)));
        sort_by(&mut groups, &|a, b| a.cmp(&b));
        groups.dedup();
        groups.into_iter().map(|group| (group, !self.lacking(group).is_empty())).collect()
    }

    /// Live slots of a group whose embeddings are not in memory.
    fn lacking(&self, group: u32) -> Vec<u32> {
        let Some(vectors) = &self.vectors else { return Vec::new() };
        let lacks = |slot: &u32| self.live.contains(*slot as usize) && !vectors.is_here(*slot);
        slots(group).filter(lacks).collect()
    }
}

/// No vectors yet, of a collection that is defined so.
pub(super) fn new_vectors(definition: &Definition, dimension: usize) -> Vectors {
    let Configuration { space, quantization, embeddings, .. } = definition.configuration;
    match embeddings {
        Residence::Memory => Vectors::new(space, dimension, quantization),
        Residence::Stored => Vectors::new_apart(space, dimension, quantization),
    }
}

fn slots(group: u32) -> Range<u32> {
    group * GROUP..(group + 1) * GROUP
}
