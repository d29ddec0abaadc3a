//! The vectors of a collection, by slot, and their distances.

pub use crate::codes::QueryMemory;
use crate::codes::{CodedQuery, Codes, Kind, Sieve};
use crate::damaged::Damaged;
use crate::distance::{self, Space};
use crate::nearest::Neighbor;
use crate::pages::Pages;

/// A page holds about this many bytes: IndexedDB reads pages of one to four MiB fastest.
const PAGE_BYTES: usize = 1 << 20;
/// However long the vectors, a page holds at least this many.
const MIN_ROWS_PER_PAGE: usize = 16;
/// So many codes are read at a time.
const SIDE_BY_SIDE: usize = 2;

/// Vectors of one dimension, exactly as given, one a slot.
///
/// In cosine space each slot also has the inverse of its vector's norm; it is derived, never stored.
#[derive(Debug)]
pub struct Vectors {
    space: Space,
    rows: Pages<f32>,
    /// One value a slot in cosine space (see [`distance::inverse_norm`]), otherwise empty.
    inverse_norms: Vec<f32>,
    /// The vectors once more, to walk on, unless the vectors themselves are walked on.
    codes: Option<Codes>,
}

/// What a walk measures distances on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quantization {
    /// The vectors as they are.
    None,
    /// A byte a value beside the vectors, which take part in the end only: a quarter more memory, about twice as
    /// fast. The default.
    #[default]
    Int8,
    /// A bit a value, as in RaBitQ (arXiv 2405.12497): a sixth of what int8 adds, and several times less to fetch. A
    /// walk keeps twice as many, and links are chosen on the vectors, so that recall stays; linking takes longer.
    Binary,
}

/// A vector to measure distances from, with what can be known of it beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    vector: &'a [f32],
    /// In cosine space the inverse of the norm, otherwise unused.
    inverse_norm: f32,
    coded: CodedQuery<'a>,
}

impl Quantization {
    /// All there are.
    const ALL: [Self; 3] = [Self::None, Self::Int8, Self::Binary];

    /// The stable name: `none`, `int8` or `binary`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Int8 => "int8",
            Self::Binary => "binary",
        }
    }

    /// The quantization called `name`, or `None` if there is none; the inverse of [`Quantization::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

impl Vectors {
    /// No vectors yet; they will have `dimension` values each.
    ///
    /// # Panics
    /// If `dimension` is 0.
    #[must_use]
    pub fn new(space: Space, dimension: usize, quantization: Quantization) -> Self {
        assert!(dimension > 0, "a vector needs at least one value");
        let rows = (PAGE_BYTES / size_of::<f32>() / dimension).max(MIN_ROWS_PER_PAGE);
        let rows_per_page = 1 << rows.ilog2();
        let mut vectors = Self {
            space,
            rows: Pages::new(dimension, rows_per_page),
            inverse_norms: Vec::new(),
            codes: None,
        };
        vectors.quantize(quantization);
        vectors
    }

    /// Walk on `quantization` from now on. O(vectors).
    pub fn quantize(&mut self, quantization: Quantization) {
        let kind = match quantization {
            Quantization::None => None,
            Quantization::Int8 => Some(Kind::Bytes),
            Quantization::Binary => Some(Kind::Signs),
        };
        let rows_per_page = self.rows.rows_per_page();
        self.codes = kind.map(|kind| Codes::new(kind, self.space, self.dimension(), rows_per_page));
        self.derive(0..self.rows.capacity());
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

    /// Prepare `vector` for measuring distances from it; `memory` keeps its codes.
    ///
    /// # Panics
    /// If the vector's length is not the dimension.
    #[must_use]
    pub fn query<'a>(&self, vector: &'a [f32], memory: &'a mut QueryMemory) -> Query<'a> {
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
        let coded = self.codes.as_ref().map(|codes| codes.query(vector, inverse_norm, memory));
        Query { vector, inverse_norm, coded: coded.unwrap_or_default() }
    }

    /// The vector in `slot` as a query.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    pub fn stored<'a>(&'a self, slot: u32, memory: &'a mut QueryMemory) -> Query<'a> {
        let coded = self.codes.as_ref().map(|codes| codes.stored(slot, memory));
        Query {
            vector: self.get(slot),
            inverse_norm: self.inverse_norm(slot),
            coded: coded.unwrap_or_default(),
        }
    }

    /// The distance from `query` to the vector in `slot`. Never NaN for finite vectors.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    pub fn distance(&self, query: &Query<'_>, slot: u32) -> f32 {
        let (a, b) = (query.vector, self.get(slot));
        match self.space {
            Space::L2 => distance::squared_l2(a, b),
            Space::Cosine => {
                let norms = (query.inverse_norm, self.inverse_norms[slot as usize]);
                distance::cosine(distance::dot(a, b), (a, norms.0), (b, norms.1))
            }
            Space::Ip => distance::inner_product(distance::dot(a, b), a, b),
        }
    }

    /// About the distance from `query` to the vector in `slot`, from its codes. Never NaN for finite vectors; the same
    /// for equal vectors.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn estimate(&self, query: &Query<'_>, slot: u32) -> f32 {
        let [estimate] = self.estimates_of(query, [slot]);
        estimate
    }

    /// Call `found(slot, estimate)` for each of `slots` in order. Faster than one call of [`Vectors::estimate`]
    /// each: several codes are fetched from memory at a time. The estimates have the same bits.
    ///
    /// # Panics
    /// If a slot is at or beyond [`Vectors::capacity`].
    #[inline]
    pub fn estimates(&self, query: &Query<'_>, slots: &[u32], mut found: impl FnMut(u32, f32)) {
        self.fetch(query, slots);
        let (groups, last) = slots.as_chunks::<SIDE_BY_SIDE>();
        for group in groups {
            let estimates = self.estimates_of(query, *group);
            for n in 0..SIDE_BY_SIDE {
                found(group[n], estimates[n]);
            }
        }
        for &slot in last {
            found(slot, self.estimate(query, slot));
        }
    }

    #[inline(never)]
    fn estimates_of<const N: usize>(&self, query: &Query<'_>, slots: [u32; N]) -> [f32; N] {
        let mut estimates = match &self.codes {
            Some(codes) => codes.estimates(&query.coded, slots),
            None => [f32::NAN; N],
        };
        for n in 0..N {
            if estimates[n].is_nan() {
                estimates[n] = self.distance(query, slots[n]);
            }
        }
        estimates
    }

    /// Whether the vector in `slot` is certainly farther from `query` than `distance`, as [`Vectors::distance`]
    /// would find; told from its codes. `query` must come from [`Vectors::query`].
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn is_farther(&self, query: &Query<'_>, slot: u32, distance: f32) -> bool {
        let codes = self.codes.as_ref();
        codes.is_some_and(|codes| codes.lower_bound(&query.coded, slot) > distance)
    }

    /// Whether `found`, an estimate, may turn out to be nearer to `query` than `distance`, as good as certainly; see
    /// [`Codes::likely_error`]. What cannot be coded was measured already, so that no error is right for it as well.
    #[inline]
    pub(crate) fn may_be_nearer(&self, query: &Query<'_>, found: &Neighbor, distance: f32) -> bool {
        let codes = self.codes.as_ref();
        let error = codes.map_or(0.0, |codes| codes.likely_error(&query.coded, found.slot));
        found.distance - error <= distance
    }

    /// How many times as many a walk has to keep as it would if it measured, to find the same.
    pub(crate) fn keep(&self, ef: usize) -> usize {
        match self.codes.as_ref().map(Codes::kind) {
            Some(Kind::Signs) => ef.saturating_mul(2),
            _ => ef,
        }
    }

    /// Whether a scan from `query` can go by codes of a bit a value; see [`crate::quick`].
    #[must_use]
    pub fn has_sieve(&self, query: &Query<'_>) -> bool {
        self.sieve(query).is_some()
    }

    /// What a scan from `query` passes over vectors by, if there is anything that is as good as certain.
    pub(crate) fn sieve<'a>(&'a self, query: &'a Query<'_>) -> Option<Sieve<'a>> {
        self.codes.as_ref()?.sieve(&query.coded)
    }

    /// Have what estimates from `query` are told from fetched from memory; see [`Pages::fetch`].
    #[inline(never)]
    pub(crate) fn fetch(&self, query: &Query<'_>, slots: &[u32]) {
        match &self.codes {
            Some(codes) if !query.coded.is_none() => codes.fetch(slots),
            _ => self.rows.fetch(slots, f32::to_bits),
        }
    }

    /// Have the vectors in `slots` fetched from memory, if a walk has not touched them; see [`Pages::fetch`].
    #[inline(never)]
    pub(crate) fn fetch_vectors(&self, slots: &[u32]) {
        if self.codes.is_some() {
            self.rows.fetch(slots, f32::to_bits);
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
        self.rows.memory_bytes()
            + self.inverse_norms.capacity() * size_of::<f32>()
            + self.codes.as_ref().map_or(0, Codes::memory_bytes)
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
            for slot in slots.clone() {
                self.inverse_norms[slot as usize] = distance::inverse_norm(self.rows.row(slot));
            }
        }
        if let Some(mut codes) = self.codes.take() {
            let mut moved = false;
            for slot in slots {
                moved |= codes.set(slot, self.rows.row(slot), self.inverse_norm(slot));
            }
            if moved {
                for slot in 0..self.rows.capacity() {
                    codes.derive(slot, self.rows.row(slot), self.inverse_norm(slot));
                }
            }
            self.codes = Some(codes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(space: Space, dimension: usize) -> Vectors {
        Vectors::new(space, dimension, Quantization::Int8)
    }

    fn between(vectors: &Vectors, a: u32, b: u32) -> f32 {
        vectors.distance(&vectors.stored(a, &mut QueryMemory::default()), b)
    }

    #[test]
    fn vectors_come_back_bit_for_bit() {
        let mut vectors = new(Space::Cosine, 3);
        let given = [3.0e-39, -0.0, 1.0e30];
        vectors.set(70_000, &given);
        assert_eq!(vectors.get(70_000).map_bits(), given.map_bits());
        assert!(vectors.capacity() > 70_000);
    }

    /// Otherwise the end of a walk would pass over neighbors, or measure all that it found.
    #[test]
    fn what_may_be_nearer_is_told_to_within_a_percent() {
        let value = |n: u32| (n as f32 * 1.618_034).sin() * (n as f32 * 0.414_214).cos();
        for space in [Space::L2, Space::Cosine, Space::Ip] {
            let mut vectors = new(space, 128);
            let row = |slot: u32| -> Vec<f32> { (0..128).map(|n| value(slot * 131 + n)).collect() };
            (0..200).for_each(|slot| vectors.set(slot, &row(slot)));
            for asked in 200..250 {
                let (mut memory, vector) = (QueryMemory::default(), row(asked));
                let query = vectors.query(&vector, &mut memory);
                for slot in 0..200 {
                    let found = Neighbor { distance: vectors.estimate(&query, slot), slot };
                    let distance = vectors.distance(&query, slot);
                    let size = distance::dot(&vector, &vector);
                    let percent = if space == Space::Cosine { 0.01 } else { 0.01 * size };
                    let may = |distance| vectors.may_be_nearer(&query, &found, distance);
                    assert!(may(distance) && !may(distance - percent), "{space:?} {asked} {slot}");
                }
            }
        }
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
            assert_eq!(new(Space::L2, dimension).rows_per_page(), rows, "{dimension}");
        }
    }

    #[test]
    fn each_space_measures_as_documented() {
        let (a, b) = ([3.0, 4.0], [4.0, 3.0]);
        for (space, expected) in [(Space::L2, 2.0), (Space::Cosine, 0.04), (Space::Ip, -23.0)] {
            let mut vectors = new(space, 2);
            vectors.set(0, &a);
            vectors.set(1, &b);
            assert!((between(&vectors, 0, 1) - expected).abs() < 1e-6, "{space:?}");
            assert_eq!(
                between(&vectors, 0, 1),
                vectors.distance(&vectors.query(&a, &mut QueryMemory::default()), 1)
            );
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
            let mut vectors = new(space, 3);
            for (slot, vector) in (0..).zip(&extremes) {
                vectors.set(slot, vector);
            }
            for (a, b) in (0..7).flat_map(|a| (0..7).map(move |b| (a, b))) {
                let distance = between(&vectors, a, b);
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
        let mut vectors = new(Space::Cosine, 2);
        vectors.set(0, &[1.0, 2.0]);
        vectors.set(200_000, &[2.0, 1.0]);
        assert_eq!(vectors.take_dirty_pages(), [0, 1]);
        let mut restored = new(Space::Cosine, 2);
        for n in 0..vectors.page_count() {
            let mut fill = |page: &mut [f32]| {
                page.copy_from_slice(vectors.page(n));
                Ok::<_, Damaged>(())
            };
            restored.restore_page(n, &mut fill).expect("in range");
        }
        assert_eq!(between(&restored, 0, 200_000), between(&vectors, 0, 200_000));
        assert!(restored.take_dirty_pages().is_empty());
        let fails = &mut |_: &mut [f32]| Err(Damaged(String::new()));
        assert!(restored.restore_page(0, fails).is_err());
        assert_eq!(restored.get(0), [0.0; 2]);
        assert!(restored.restore_page(u32::MAX, fails).is_err());
    }
}
