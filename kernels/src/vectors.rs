//! The vectors of a collection, by slot, and their distances.

use crate::damaged::Damaged;
use crate::distance::{self, Space};
use crate::pages::Pages;

/// A page holds about this many bytes: IndexedDB reads pages of one to four MiB fastest.
const PAGE_BYTES: usize = 1 << 20;
/// However long the vectors, a page holds at least this many.
const MIN_ROWS_PER_PAGE: usize = 16;

/// Vectors of one dimension, exactly as given, one a slot.
///
/// In cosine space each slot also has the inverse of its vector's norm; it is derived, never stored.
#[derive(Debug)]
pub struct Vectors {
    space: Space,
    rows: Pages<f32>,
    /// One value a slot in cosine space (see [`distance::inverse_norm`]), otherwise empty.
    inverse_norms: Vec<f32>,
}

/// A vector to measure distances from, with what can be known of it beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    vector: &'a [f32],
    /// In cosine space the inverse of the norm, otherwise unused.
    inverse_norm: f32,
}

impl Vectors {
    /// No vectors yet; they will have `dimension` values each.
    ///
    /// # Panics
    /// If `dimension` is 0.
    #[must_use]
    pub fn new(space: Space, dimension: usize) -> Self {
        assert!(dimension > 0, "a vector needs at least one value");
        let rows = (PAGE_BYTES / size_of::<f32>() / dimension).max(MIN_ROWS_PER_PAGE);
        let rows_per_page = 1 << rows.ilog2();
        Self { space, rows: Pages::new(dimension, rows_per_page), inverse_norms: Vec::new() }
    }

    /// How distances are measured.
    #[must_use]
    pub fn space(&self) -> Space {
        self.space
    }

    /// Values in a vector.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.rows.row_len()
    }

    /// How many slots have memory.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.rows.capacity()
    }

    /// Put `vector` into `slot`, allocating as needed; what was there is gone.
    ///
    /// # Panics
    /// If the vector's length is not the dimension.
    pub fn set(&mut self, slot: u32, vector: &[f32]) {
        self.rows.ensure(slot + 1);
        self.rows.row_mut(slot).copy_from_slice(vector);
        self.derive(slot..slot + 1);
    }

    /// The vector in `slot`, bit for bit as it was given; zeros if there never was one.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn get(&self, slot: u32) -> &[f32] {
        self.rows.row(slot)
    }

    /// Prepare `vector` for measuring distances from it.
    ///
    /// # Panics
    /// If the vector's length is not the dimension.
    #[must_use]
    pub fn query<'a>(&self, vector: &'a [f32]) -> Query<'a> {
        assert_eq!(
            vector.len(),
            self.dimension(),
            "a query of {} values for vectors of {}",
            vector.len(),
            self.dimension()
        );
        let inverse_norm = match self.space {
            Space::Cosine => distance::inverse_norm(vector),
            Space::L2 | Space::Ip => 0.0,
        };
        Query { vector, inverse_norm }
    }

    /// The vector in `slot` as a query.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn stored(&self, slot: u32) -> Query<'_> {
        Query { vector: self.get(slot), inverse_norm: self.inverse_norm(slot) }
    }

    /// The distance from `query` to the vector in `slot`. Never NaN for finite vectors.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn distance(&self, query: &Query<'_>, slot: u32) -> f32 {
        let [distance] = self.distances_to(query, [slot]);
        distance
    }

    /// The distance between the vectors in slots `a` and `b`.
    ///
    /// # Panics
    /// If a slot is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn between(&self, a: u32, b: u32) -> f32 {
        self.distance(&self.stored(a), b)
    }

    /// Call `found(slot, distance)` for each of `slots` in order. Faster than one call of [`Vectors::distance`]
    /// each: several vectors are fetched from memory at a time. The distances have the same bits.
    ///
    /// # Panics
    /// If a slot is at or beyond [`Vectors::capacity`].
    #[inline]
    pub fn distances(&self, query: &Query<'_>, slots: &[u32], mut found: impl FnMut(u32, f32)) {
        let (pairs, last) = slots.as_chunks::<2>();
        for pair in pairs {
            let distances = self.distances_to(query, *pair);
            found(pair[0], distances[0]);
            found(pair[1], distances[1]);
        }
        for &slot in last {
            found(slot, self.distance(query, slot));
        }
    }

    #[inline]
    fn distances_to<const N: usize>(&self, query: &Query<'_>, slots: [u32; N]) -> [f32; N] {
        let rows = slots.map(|slot| self.get(slot));
        let a = query.vector;
        match self.space {
            Space::L2 => distance::squared_l2_rows(a, rows),
            Space::Cosine => {
                let mut distances = distance::dot_rows(a, rows);
                for n in 0..N {
                    let b = (rows[n], self.inverse_norms[slots[n] as usize]);
                    distances[n] = distance::cosine(distances[n], (a, query.inverse_norm), b);
                }
                distances
            }
            Space::Ip => {
                let mut distances = distance::dot_rows(a, rows);
                for n in 0..N {
                    distances[n] = distance::inner_product(distances[n], a, rows[n]);
                }
                distances
            }
        }
    }

    /// How many pages there are; see [`Pages`].
    #[must_use]
    pub fn page_count(&self) -> u32 {
        self.rows.page_count()
    }

    /// Vectors in a page: a power of two.
    #[must_use]
    pub fn rows_per_page(&self) -> u32 {
        self.rows.rows_per_page()
    }

    /// The values of page `n`, vector after vector.
    ///
    /// # Panics
    /// If there is no page `n`.
    #[must_use]
    pub fn page(&self, n: u32) -> &[f32] {
        self.rows.page(n)
    }

    /// Put back page `n` as [`Vectors::page`] gave it: `fill` writes its values. It counts as clean.
    ///
    /// # Errors
    /// What `fill` fails with, or if `n` is out of range. Then the page holds zeros.
    pub fn restore_page<E: From<Damaged>>(
        &mut self,
        n: u32,
        fill: &mut dyn FnMut(&mut [f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let page = self.rows.restore_page(n)?;
        let filled = fill(page);
        if filled.is_err() {
            page.fill(0.0);
        }
        let rows = self.rows.rows_per_page();
        self.derive(n * rows..(n + 1) * rows);
        filled
    }

    /// The numbers of the pages that changed since the last call, ascending; they count as clean from now on.
    pub fn take_dirty_pages(&mut self) -> Vec<u32> {
        self.rows.take_dirty()
    }

    /// Bytes of the pages that changed since they were last taken.
    #[must_use]
    pub fn dirty_bytes(&self) -> usize {
        self.rows.dirty_pages() * self.rows.page_bytes()
    }

    /// Remember every page as changed.
    pub fn mark_all_dirty(&mut self) {
        self.rows.mark_all_dirty();
    }

    /// Bytes allocated.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes() + self.inverse_norms.capacity() * size_of::<f32>()
    }

    #[inline]
    fn inverse_norm(&self, slot: u32) -> f32 {
        match self.space {
            Space::Cosine => self.inverse_norms[slot as usize],
            Space::L2 | Space::Ip => 0.0,
        }
    }

    /// Bring what is derived from the vectors of `slots` up to date.
    #[inline(never)]
    fn derive(&mut self, slots: std::ops::Range<u32>) {
        if self.space == Space::Cosine {
            self.inverse_norms.resize(self.rows.capacity() as usize, 0.0);
            for slot in slots {
                self.inverse_norms[slot as usize] = distance::inverse_norm(self.rows.row(slot));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back_bit_for_bit() {
        let mut vectors = Vectors::new(Space::Cosine, 3);
        let given = [3.0e-39, -0.0, 1.0e30];
        vectors.set(70_000, &given);
        assert_eq!(vectors.get(70_000).map_bits(), given.map_bits());
        assert!(vectors.capacity() > 70_000);
    }

    trait MapBits {
        fn map_bits(&self) -> Vec<u32>;
    }
    impl MapBits for [f32] {
        fn map_bits(&self) -> Vec<u32> {
            self.iter().map(|x| x.to_bits()).collect()
        }
    }

    #[test]
    fn a_page_is_about_a_mebibyte_and_a_power_of_two() {
        for (dimension, rows) in [(1, 262_144), (384, 512), (1536, 128), (1_000_000, 16)] {
            assert_eq!(Vectors::new(Space::L2, dimension).rows_per_page(), rows, "{dimension}");
        }
    }

    #[test]
    fn each_space_measures_as_documented() {
        let (a, b) = ([3.0, 4.0], [4.0, 3.0]);
        for (space, expected) in [(Space::L2, 2.0), (Space::Cosine, 0.04), (Space::Ip, -23.0)] {
            let mut vectors = Vectors::new(space, 2);
            vectors.set(0, &a);
            vectors.set(1, &b);
            assert!((vectors.between(0, 1) - expected).abs() < 1e-6, "{space:?}");
            assert_eq!(vectors.between(0, 1), vectors.distance(&vectors.query(&a), 1));
        }
    }

    #[test]
    fn extreme_vectors_have_a_cosine_too() {
        let extremes: [[f32; 3]; 7] = [
            [0.0, 0.0, 0.0],
            [1.0, 1.0, 1.0],
            [f32::MAX, f32::MAX, f32::MAX],
            [f32::MIN, f32::MAX, f32::MAX],
            [1e-45, 1e-45, 1e-45],
            [1e-38, -1e-38, 0.0],
            [1e20, 1e-20, 1.0],
        ];
        for space in [Space::L2, Space::Cosine, Space::Ip] {
            let mut vectors = Vectors::new(space, 3);
            for (slot, vector) in (0..).zip(&extremes) {
                vectors.set(slot, vector);
            }
            for (a, b) in (0..7).flat_map(|a| (0..7).map(move |b| (a, b))) {
                let distance = vectors.between(a, b);
                assert!(!distance.is_nan(), "{space:?} {a} {b}");
                if space == Space::Cosine {
                    let expected = if a == 0 || b == 0 {
                        1.0
                    } else if a == b {
                        0.0
                    } else {
                        distance
                    };
                    assert!((distance - expected).abs() < 1e-6, "{a} {b}: {distance}");
                }
            }
        }
    }

    #[test]
    fn restored_pages_measure_the_same() {
        let mut vectors = Vectors::new(Space::Cosine, 2);
        vectors.set(0, &[1.0, 2.0]);
        vectors.set(200_000, &[2.0, 1.0]);
        assert_eq!(vectors.take_dirty_pages(), [0, 1]);
        let mut restored = Vectors::new(Space::Cosine, 2);
        for n in 0..vectors.page_count() {
            let mut fill = |page: &mut [f32]| {
                page.copy_from_slice(vectors.page(n));
                Ok::<_, Damaged>(())
            };
            restored.restore_page(n, &mut fill).expect("in range");
        }
        assert_eq!(restored.between(0, 200_000), vectors.between(0, 200_000));
        assert!(restored.take_dirty_pages().is_empty());
        let fails = &mut |_: &mut [f32]| Err(Damaged(String::new()));
        assert!(restored.restore_page(0, fails).is_err());
        assert_eq!(restored.get(0), [0.0; 2]);
        assert!(restored.restore_page(u32::MAX, fails).is_err());
    }
}
