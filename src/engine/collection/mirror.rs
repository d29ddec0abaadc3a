//! Linking with more than one worker.
//!
//! The others hold a [`Mirror`] each: vectors and graph by slot, no records. It is told which nodes changed, and asked
//! for some unlinked vectors what they are to be linked to; meanwhile this one links others. Whatever comes in
//! between is right: nobody waits for an answer, and one that comes too late is left out. If a mirror is gone, this one
//! links everything.
//!
//! ```text
//! message   dimension | entry point, 0 or one more | vectors: count, then slot and values of each
//!           | nodes: count, then slot and node of each | the slots that links are to be found for
//! answer    slot and found links of each
//! ```

use fixedbitset::FixedBitSet;
use vecino_kernels::Damaged;
use vecino_kernels::hnsw::Graph;
use vecino_kernels::vectors::Vectors;

use super::{Collection, new_graph};
use crate::engine::definition::{Configuration, Definition};
use crate::engine::error::{Code, Error, Result};

/// With fewer nodes, those that are linked at the same time and do not see each other would be too many of them.
const LEAST_NODES: usize = 1_000;
/// Fewer vectors are linked before another worker has started.
const LEAST_UNLINKED: usize = 2_000;
/// A mirror is worth its copy of the vectors for one unlinked vector in so many nodes.
const NODES_PER_UNLINKED: usize = 8;
/// Vectors that a mirror is asked about at a time; to take over the answer takes about a millisecond.
const ASKED: usize = 12;
/// The last vectors are linked here: who asks for links of them would ask for what is nearly done.
const LAST: usize = 64;
/// Words of one message, about: they are written and taken over in about a millisecond.
const MESSAGE_WORDS: usize = 1 << 18;
/// 2^32 over the golden ratio: its multiples are spread evenly.
const STRIDE: u32 = 0x9E37_79B9;

/// What a collection knows of a mirror.
pub(super) struct Mirrored {
    /// Slots whose vectors it has.
    known: FixedBitSet,
    /// Slots whose nodes it does not have as they are now.
    stale: FixedBitSet,
    /// Slots it was asked about, and whether they still have the vectors that they had then.
    asked: Vec<(u32, bool)>,
    /// Its answers that nothing has been made of yet.
    answers: Vec<Vec<u32>>,
    /// Where to look for what it is asked next.
    turn: u32,
}

impl Mirrored {
    /// Tells that the vector in `slot` is another one now.
    pub(super) fn forget(&mut self, slot: u32) {
        if (slot as usize) < self.known.len() {
            self.known.set(slot as usize, false);
        }
        let asked = self.asked.iter_mut().filter(|(asked, _)| *asked == slot);
        asked.for_each(|(_, same)| *same = false);
    }
}

impl Collection {
    /// How many workers are to link, if it is worth having more than this one.
    #[must_use]
    pub fn wants_mirrors(&self) -> Option<u32> {
        self.wants(self.mirrors.iter().any(Option::is_some))
    }

    fn wants(&self, begun: bool) -> Option<u32> {
        let threads = self.definition.configuration.num_threads;
        // A mirror is given a copy of the vectors, which therefore must all be in memory.
        if threads < 2 || self.are_apart() || !self.wants_links() {
            return None;
        }
        let (nodes, unlinked) = (self.graph.len(), self.unlinked());
        let least = LEAST_UNLINKED.max(nodes / NODES_PER_UNLINKED);
        let worth =
            if begun { unlinked >= LAST } else { nodes >= LEAST_NODES && unlinked >= least };
        worth.then_some(threads)
    }

    /// Begins to fill mirror number `at`, counted from 0, which is empty.
    #[inline]
    pub fn begin_mirror(&mut self, at: usize) {
        if self.mirrors.iter().all(Option::is_none) {
            self.graph.watch_changes(true);
        }
        if self.mirrors.len() <= at {
            self.mirrors.resize_with(at + 1, || None);
        }
        let mut stale = FixedBitSet::new();
        let nodes = (0..self.graph.slots()).filter(|slot| self.graph.contains(*slot));
        nodes.for_each(|slot| stale.grow_and_insert(slot as usize));
        let (known, asked, answers) = (FixedBitSet::new(), Vec::new(), Vec::new());
        self.mirrors[at] = Some(Mirrored { known, stale, asked, answers, turn: at as u32 });
    }

    /// Forgets a mirror; what it was asked is linked here.
    #[inline]
    pub fn end_mirror(&mut self, at: usize) {
        self.mirrors.get_mut(at).into_iter().for_each(|mirror| *mirror = None);
        if self.mirrors.iter().all(Option::is_none) {
            self.graph.watch_changes(false);
        }
    }

    /// Takes an answer of a mirror; nothing changes before [`Collection::mirror_message`]. Returns whether there
    /// is such a mirror: one that was begun with another graph is of no use any more.
    #[inline]
    pub fn mirror_answered(&mut self, at: usize, answer: Vec<u32>) -> bool {
        let mirror = self.mirrors.get_mut(at).and_then(Option::as_mut);
        mirror.is_some_and(|mirror| {
            mirror.answers.push(answer);
            true
        })
    }

    /// Links what a mirror found, and returns what to tell and to ask it next; `None` if that is nothing.
    ///
    /// # Errors
    /// `damaged`, if what it answered is no answer. The mirror is not to be used then.
    #[inline]
    pub fn mirror_message(&mut self, at: usize) -> Result<Option<Vec<u32>>> {
        let Some(mut mirror) = self.mirrors.get_mut(at).and_then(Option::take) else {
            return Ok(None);
        };
        let linked = self.link_found(&mut mirror);
        let changed = self.graph.take_changed();
        mirror.stale.union_with(&changed);
        self.mirrors.iter_mut().flatten().for_each(|other| other.stale.union_with(&changed));
        let message = self.message(&mut mirror);
        self.mirrors[at] = Some(mirror);
        linked.map_err(senseless)?;
        Ok(message)
    }

    fn link_found(&mut self, mirror: &mut Mirrored) -> Result<(), Damaged> {
        let Some(vectors) = &self.vectors else { return Ok(()) };
        for answer in mirror.answers.drain(..) {
            let words = &mut &*answer;
            while let Some(&slot) = words.split_off_first() {
                let asked = mirror.asked.iter().position(|(asked, _)| *asked == slot);
                let same = asked.is_some_and(|asked| mirror.asked.swap_remove(asked).1);
                let wanted = same && self.unlinked.contains(slot as usize);
                self.graph.insert_found(vectors, wanted.then_some(slot), words)?;
                if wanted {
                    self.unlinked.set(slot as usize, false);
                    self.stored.graph_changed();
                }
            }
        }
        Ok(())
    }

    fn message(&self, mirror: &mut Mirrored) -> Option<Vec<u32>> {
        self.wants(true)?;
        let vectors = self.vectors.as_ref()?;
        let (mut nodes, mut sent) = (Vec::new(), 0);
        let (mut given, mut count) = (Vec::new(), 0);
        let mut give = |mirror: &mut Mirrored, slot: u32| {
            mirror.known.grow(slot as usize + 1);
            if !mirror.known.put(slot as usize) {
                given.push(slot);
                given.extend(vectors.get(slot).iter().map(|value| value.to_bits()));
                count += 1;
            }
            given.len()
        };
        for slot in mirror.stale.ones().collect::<Vec<_>>() {
            mirror.stale.set(slot, false);
            let slot = slot as u32;
            nodes.push(slot);
            self.graph.write_node(slot, &mut nodes);
            sent += 1;
            if self.graph.contains(slot) && give(mirror, slot) + nodes.len() > MESSAGE_WORDS {
                break;
            }
        }
        let mut asked = Vec::new();
        // What is found in a graph that is not whole would be of no use.
        while mirror.stale.is_clear() && asked.len() < ASKED {
            let Some(slot) = self.next_asked(mirror) else { break };
            mirror.asked.push((slot, true));
            asked.push(slot);
            give(mirror, slot);
        }
        if sent == 0 && asked.is_empty() {
            return None;
        }
        let entry_point = self.graph.entry_point().map_or(0, |slot| slot + 1);
        let head = [vectors.dimension() as u32, entry_point, count];
        Some([&head[..], &given, &[sent], &nodes, &asked].concat())
    }

    /// An unlinked slot that no mirror was asked about. They are taken from all over: records that come one after the
    /// other are often alike, and those that are linked at the same time are not linked to each other.
    fn next_asked(&self, mirror: &mut Mirrored) -> Option<u32> {
        // This worker links the lowest.
        let (lowest, slots) = (self.unlinked.minimum()? as u32, self.records.capacity());
        mirror.turn = mirror.turn.wrapping_add(STRIDE);
        let share = (u64::from(mirror.turn) * u64::from(slots - lowest)) >> 32;
        let first = lowest + share as u32;
        let is_asked = |slot| {
            let others = self.mirrors.iter().flatten().flat_map(|other| &other.asked);
            mirror.asked.iter().chain(others).any(|(asked, _)| *asked == slot)
        };
        let free = |slot: &u32| self.unlinked.contains(*slot as usize) && !is_asked(*slot);
        (first..slots).chain(lowest..first).find(free)
    }
}

/// The vectors and the graph of a collection in another worker, which finds links there.
pub struct Mirror {
    definition: Definition,
    graph: Graph,
    vectors: Option<Vectors>,
}

impl Mirror {
    /// An empty one of a collection with this definition.
    #[must_use]
    #[inline]
    pub fn new(definition: Definition) -> Self {
        Self { graph: new_graph(&definition), definition, vectors: None }
    }

    /// Takes over what a message tells and returns the answer to what it asks.
    ///
    /// # Errors
    /// `damaged`, if it is no message. The mirror is not to be used then.
    #[inline]
    pub fn answer(&mut self, message: &[u32]) -> Result<Vec<u32>> {
        self.take_over(message).map_err(senseless)
    }

    fn take_over(&mut self, message: &[u32]) -> Result<Vec<u32>, Damaged> {
        let words = &mut &*message;
        let dimension = take(words)? as usize;
        let entry_point = take(words)?.checked_sub(1);
        let Configuration { space, quantization, .. } = self.definition.configuration;
        let vectors =
            self.vectors.get_or_insert_with(|| Vectors::new(space, dimension.max(1), quantization));
        for _ in 0..take(words)? {
            let slot = take(words)?;
            let values = words.split_off(..vectors.dimension()).ok_or_else(too_short)?;
            let values: Vec<f32> = values.iter().map(|bits| f32::from_bits(*bits)).collect();
            vectors.set(slot, &values);
        }
        for _ in 0..take(words)? {
            let slot = take(words)?;
            self.graph.read_node(slot, words)?;
        }
        self.graph.set_entry_point(entry_point);
        let mut answer = Vec::new();
        for slot in *words {
            answer.push(*slot);
            self.graph.find_links(vectors, *slot, &mut answer);
        }
        Ok(answer)
    }

    /// Whether its graph is what it has to be when every change has been told; what is wrong otherwise.
    ///
    /// # Errors
    /// The first broken invariant, in words.
    pub fn check(&self) -> Result<(), String> {
        self.graph.check()
    }
}

fn take(words: &mut &[u32]) -> Result<u32, Damaged> {
    words.split_off_first().copied().ok_or_else(too_short)
}

fn too_short() -> Damaged {
    Damaged("a message to a mirror ends too early".to_owned())
}

fn senseless(damaged: Damaged) -> Error {
    Error::new(Code::Damaged, damaged.0)
}
