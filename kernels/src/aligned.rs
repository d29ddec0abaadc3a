//! Memory that begins where a cache line does: rows in it touch as few lines as they can.

use std::ops::{Deref, DerefMut};

/// Memory is fetched in pieces of this many bytes, nearly everywhere.
pub(crate) const CACHE_LINE: usize = 64;

/// A slice that begins at a cache line. Allocators align to 8 or 16 bytes, so that a row of a whole number of lines would
/// lie on one more, and walks would wait for that one.
#[derive(Debug)]
pub(crate) struct Aligned<T> {
    /// Up to a line longer than the slice, since it may begin anywhere.
    memory: Box<[T]>,
    /// Memory does not move while it is allocated, so this stays right.
    first: usize,
    len: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// `len` default values.
    pub(crate) fn new(len: usize) -> Self {
        let memory = vec![T::default(); len + CACHE_LINE / size_of::<T>()].into_boxed_slice();
        let first = memory.as_ptr().align_offset(CACHE_LINE);
        Self { memory, first, len }
    }

    /// `len` values from `start` on, with one check of bounds instead of two; they must be within the slice.
    #[inline]
    pub(crate) fn part(&self, start: usize, len: usize) -> &[T] {
        &self.memory[self.first + start..self.first + start + len]
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.memory[self.first..self.first + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.first..self.first + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_at_a_cache_line() {
        let check = |values: &[u8]| assert_eq!(values.as_ptr().align_offset(CACHE_LINE), 0);
        let all: Vec<_> = (1..100).map(Aligned::<u8>::new).collect();
        all.iter().for_each(|values| check(values));
        let mut floats = Aligned::<f32>::new(7);
        assert_eq!(floats.as_ptr().align_offset(CACHE_LINE), 0);
        floats[6] = 1.0;
        assert_eq!(*floats, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(Aligned::<f32>::new(0).len(), 0);
    }
}
