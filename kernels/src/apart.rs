//! Vectors that are kept elsewhere, and those of them that are in memory all the same: new ones, until they are
//! stored, and some that were read back.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// So many slots one after the other are stored, and read back, together.
pub const GROUP: u32 = 8;

/// Of vectors that were read back so many bytes stay in memory for the next reads.
const READ_BYTES: usize = 2 << 20;

/// Memory for new vectors is taken so many bytes at a time. It lies together then, and makes room for something large once
/// it is given back: of single groups only holes would be left between the small things that came with them.
const NEW_BYTES: usize = 512 << 10;

/// The vectors of a collection in groups of [`GROUP`] slots, as far as they are in memory.
///
/// Whoever asks for one that is not gets none, and the group is noted: it is to be read back, and what was
/// asked for is to be done again.
#[derive(Debug)]
pub(crate) struct Apart {
    dimension: usize,
    groups: Vec<Option<Box<Group>>>,
    /// The groups that were read back, in the order in which they go again; some have gone already.
    read: VecDeque<u32>,
    missing: RefCell<Vec<u32>>,
    /// Memory for the next groups of new vectors.
    spare: Vec<Box<[f32]>>,
}

#[derive(Debug)]
struct Group {
    /// One bit a slot whose vector is here.
    present: u8,
    /// One bit a slot whose vector is stored nowhere yet.
    fresh: u8,
    /// Whether it was used since it was last passed over by [`Apart::trim`].
    used: Cell<bool>,
    values: Box<[f32]>,
}

impl Apart {
    pub(crate) fn new(dimension: usize) -> Self {
        Self {
            dimension,
            groups: Vec::new(),
            read: VecDeque::new(),
            missing: RefCell::default(),
            spare: Vec::new(),
        }
    }

    /// The vector in `slot`, if it is in memory.
    pub(crate) fn get(&self, slot: u32) -> Option<&[f32]> {
        let group = self.groups.get((slot / GROUP) as usize)?.as_deref()?;
        group.used.set(true);
        let start = (slot % GROUP) as usize * self.dimension;
        (group.present & bit(slot) != 0).then(|| &group.values[start..start + self.dimension])
    }

    /// Notes that the vector in `slot` is wanted.
    pub(crate) fn note(&self, slot: u32) {
        self.missing.borrow_mut().push(slot / GROUP);
    }

    /// The groups that were wanted since the last call, ascending.
    pub(crate) fn take_missing(&self) -> Vec<u32> {
        let mut missing = self.missing.take();
        crate::sort::sort_by(&mut missing, &|a, b| a.cmp(&b));
        missing.dedup();
        missing
    }

    /// Puts in a vector that is stored nowhere yet.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32]) {
        let start = (slot % GROUP) as usize * self.dimension;
        if self.spare.is_empty() {
            let count = (NEW_BYTES / (self.group_len() * size_of::<f32>())).max(1);
            self.spare = (0..count).map(|_| vec![0.0; self.group_len()].into()).collect();
            // The first is used first.
            self.spare.reverse();
        }
        let group = self.group(slot / GROUP);
        group.present |= bit(slot);
        group.fresh |= bit(slot);
        group.values[start..start + vector.len()].copy_from_slice(vector);
    }

    /// Puts in a vector that was read back, unless there is one already.
    pub(crate) fn put_back(&mut self, slot: u32, vector: &[f32]) {
        let start = (slot % GROUP) as usize * self.dimension;
        let group = self.group(slot / GROUP);
        let is_new = group.present == 0;
        if group.present & bit(slot) == 0 {
            group.present |= bit(slot);
            group.values[start..start + vector.len()].copy_from_slice(vector);
        }
        if is_new {
            self.read.push_back(slot / GROUP);
        }
    }

    /// The groups with vectors that are stored nowhere yet, ascending.
    pub(crate) fn fresh_groups(&self) -> Vec<u32> {
        let fresh =
            |group: &Option<Box<Group>>| group.as_ref().is_some_and(|group| group.fresh != 0);
        (0..).zip(&self.groups).filter(|(_, group)| fresh(group)).map(|(n, _)| n).collect()
    }

    /// Everything is stored: lets go of what is new.
    pub(crate) fn let_go(&mut self) {
        self.spare = Vec::new();
        for group in &mut self.groups {
            if group.as_ref().is_some_and(|group| group.fresh != 0) {
                *group = None;
            }
        }
    }

    /// Lets go of what was read back longest ago and not used since, until the rest is small.
    pub(crate) fn trim(&mut self) {
        let most = READ_BYTES / (self.group_len() * size_of::<f32>());
        for _ in 0..2 * self.read.len() {
            if self.read.len() <= most {
                return;
            }
            let Some(n) = self.read.pop_front() else { return };
            match &mut self.groups[n as usize] {
                Some(group) if group.fresh == 0 && group.used.replace(false) => {
                    self.read.push_back(n);
                }
                // It goes with the others of its group once these are stored.
                Some(group) if group.fresh != 0 => {}
                group => *group = None,
            }
        }
    }

    /// Bytes allocated.
    pub(crate) fn memory_bytes(&self) -> usize {
        let groups = self.groups.iter().flatten().map(|group| size_of_val(&*group.values));
        groups.sum::<usize>()
            + self.spare.len() * self.group_len() * size_of::<f32>()
            + self.groups.capacity() * size_of::<Option<Box<Group>>>()
    }

    fn group(&mut self, n: u32) -> &mut Group {
        let at = n as usize;
        if self.groups.len() <= at {
            self.groups.resize_with(at + 1, || None);
        }
        let len = self.group_len();
        let Self { groups, spare, .. } = self;
        groups[at].get_or_insert_with(|| {
            Box::new(Group {
                present: 0,
                fresh: 0,
                used: Cell::new(false),
                values: spare.pop().unwrap_or_else(|| vec![0.0; len].into()),
            })
        })
    }

    /// Numbers of a group.
    fn group_len(&self) -> usize {
        self.dimension * GROUP as usize
    }
}

fn bit(slot: u32) -> u8 {
    1 << (slot % GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_stays_until_it_is_stored_and_is_not_overwritten() {
        let mut apart = Apart::new(2);
        apart.set(9, &[1.0, 2.0]);
        apart.put_back(8, &[3.0, 4.0]);
        apart.put_back(9, &[0.0, 0.0]);
        assert_eq!((apart.get(8), apart.get(9)), (Some(&[3.0, 4.0][..]), Some(&[1.0, 2.0][..])));
        assert_eq!((apart.get(10), apart.get(0), apart.get(99)), (None, None, None));
        assert_eq!(apart.fresh_groups(), [1]);
        apart.let_go();
        assert!(apart.get(8).is_none() && apart.get(9).is_none());
        assert!(apart.fresh_groups().is_empty());
    }

    #[test]
    fn what_is_wanted_is_told_once() {
        let apart = Apart::new(1);
        [70, 3, 5, 71].into_iter().for_each(|slot| apart.note(slot));
        assert_eq!(apart.take_missing(), [0, 8]);
        assert!(apart.take_missing().is_empty());
    }

    #[test]
    fn what_was_read_back_and_used_stays_longest_and_never_more_than_so_many_bytes() {
        let dimension = 1024;
        let most = (READ_BYTES / (dimension * GROUP as usize * 4)) as u32;
        let mut apart = Apart::new(dimension);
        let vector = vec![1.0; dimension];
        for n in 0..2 * most {
            apart.put_back(n * GROUP, &vector);
            apart.trim();
            assert!(n < 1 || apart.get(0).is_some(), "used each time");
        }
        let there = (0..2 * most).filter(|n| apart.get(n * GROUP).is_some()).count();
        assert!(there as u32 <= most && there > 1, "{there}");
        assert!(apart.get((2 * most - 1) * GROUP).is_some());
        assert!(apart.memory_bytes() <= READ_BYTES + 64 * 1024);
    }
}
