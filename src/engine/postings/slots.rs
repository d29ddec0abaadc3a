//! A set of slots that is small for one slot, for a few and for most of them.

use fixedbitset::FixedBitSet;

/// A list becomes bits when these are smaller: one bit for each slot up to the highest, against 32
/// for each slot listed. Bits become a list again at a quarter of that.
const SLOTS_PER_LISTED: usize = 32;
/// Shorter lists stay lists: a set has fixed costs too.
const SHORT: usize = 16;

/// A set of slots. Never empty: whoever removes the last one drops the set.
#[derive(Debug)]
pub(super) enum Slots {
    /// Most values of a key whose values are all different have one record; they need no heap.
    One(u32),
    Many(Box<Many>),
}

#[derive(Debug)]
pub(super) enum Many {
    /// In ascending order.
    List(Vec<u32>),
    /// Bits, and how many of them are set.
    Bits(FixedBitSet, usize),
}

impl Slots {
    /// Adds `slot`, if it is not there already.
    pub(super) fn insert(&mut self, slot: u32) {
        match self {
            Self::One(only) if *only == slot => {}
            Self::One(only) => {
                let list = vec![slot.min(*only), slot.max(*only)];
                *self = Self::Many(Box::new(Many::List(list)));
            }
            Self::Many(many) => many.insert(slot),
        }
    }

    /// Removes `slot`, if it is there. Returns whether the set is empty now.
    pub(super) fn remove(&mut self, slot: u32) -> bool {
        match self {
            Self::One(only) => *only == slot,
            Self::Many(many) => many.remove(slot),
        }
    }

    /// Adds all slots to `set`, which has room for them.
    pub(super) fn add_to(&self, set: &mut FixedBitSet) {
        match self {
            Self::One(only) => set.insert(*only as usize),
            Self::Many(many) => match &**many {
                Many::List(list) => list.iter().for_each(|slot| set.insert(*slot as usize)),
                Many::Bits(bits, _) => set.union_with(bits),
            },
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Many(many) => {
                size_of::<Many>()
                    + match &**many {
                        Many::List(list) => list.capacity() * size_of::<u32>(),
                        Many::Bits(bits, _) => bits.len() / 8,
                    }
            }
        }
    }
}

impl Many {
    fn insert(&mut self, slot: u32) {
        match self {
            Self::List(list) => {
                if let Err(at) = list.binary_search(&slot) {
                    list.insert(at, slot);
                }
                let highest = list[list.len() - 1] as usize;
                if list.len() > SHORT.max(highest / SLOTS_PER_LISTED) {
                    let mut bits = FixedBitSet::with_capacity(highest + 1);
                    list.iter().for_each(|slot| bits.insert(*slot as usize));
                    *self = Self::Bits(bits, list.len());
                }
            }
            Self::Bits(bits, count) => {
                *count += usize::from(!bits.contains(slot as usize));
                bits.grow_and_insert(slot as usize);
            }
        }
    }

    fn remove(&mut self, slot: u32) -> bool {
        match self {
            Self::List(list) => {
                if let Ok(at) = list.binary_search(&slot) {
                    list.remove(at);
                }
                list.is_empty()
            }
            Self::Bits(bits, count) => {
                if bits.contains(slot as usize) {
                    bits.set(slot as usize, false);
                    *count -= 1;
                }
                let empty = *count == 0;
                if *count * 4 * SLOTS_PER_LISTED < bits.len() {
                    let list = bits.ones().map(|slot| u32::try_from(slot).expect("slots are u32"));
                    *self = Self::List(list.collect());
                }
                empty
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_set_holds_the_same_in_every_form_while_it_grows_and_shrinks() {
        let mut seed = 1_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        let mut set = Slots::One(7);
        let mut model = BTreeSet::from([7]);
        let (mut grown, mut shrunk) = (0, 0);
        for step in 0..200_000 {
            let slot = u32::try_from(draw(3_000)).expect("small");
            let was_bits = matches!(&set, Slots::Many(many) if matches!(**many, Many::Bits(..)));
            // Waves, with repetitions of both.
            if draw(1_000) < if step / 20_000 % 2 == 0 { 700 } else { 1 } {
                set.insert(slot);
                model.insert(slot);
            } else {
                model.remove(&slot);
                let empty = set.remove(slot);
                assert_eq!(empty, model.is_empty(), "step {step}");
                if empty {
                    set = Slots::One(slot); // As its owner would: the next insertion starts anew.
                    model.insert(slot);
                }
            }
            let is_bits = matches!(&set, Slots::Many(many) if matches!(**many, Many::Bits(..)));
            grown += usize::from(is_bits && !was_bits);
            shrunk += usize::from(was_bits && !is_bits);
            if step % 64 == 0 || is_bits != was_bits {
                let mut slots = FixedBitSet::with_capacity(3_000);
                set.add_to(&mut slots);
                assert!(slots.ones().eq(model.iter().map(|slot| *slot as usize)), "step {step}");
            }
        }
        assert!(grown >= 3 && shrunk >= 3, "became bits {grown} times, a list {shrunk} times");
    }
}
