//! The vectors of a collection, by slot, and their distances.

use crate::apart::Apart;
pub use crate::codes::{Code, FillCode, QueryMemory};
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
///
/// They may be *apart*: then their codes are all that is always in memory. What needs a vector that is not there
/// gets something in its place, and is to be done again once the groups that [`Vectors::take_missing`] names are
/// back. Links never need one.
#[derive(Debug)]
pub struct Vectors {
    space: Space,
    /// Empty if they are apart.
    rows: Pages<f32>,
    /// One value a slot in cosine space (see [`distance::inverse_norm`]), otherwise empty, and if they are apart.
    inverse_norms: Vec<f32>,
    /// The vectors once more, to walk on, unless the vectors themselves are walked on.
    codes: Option<Codes>,
    apart: Option<Apart>,
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
            apart: None,
        };
        vectors.quantize(quantization);
        vectors
    }

    /// No vectors yet, which will be kept elsewhere; as [`Vectors::new`].
    ///
    /// # Panics
    /// If `dimension` is 0 or `quantization` is not [`Quantization::Int8`].
    #[must_use]
    pub fn new_apart(space: Space, dimension: usize, quantization: Quantization) -> Self {
        assert!(quantization == Quantization::Int8, "vectors that are apart need codes of bytes");
        let apart = Some(Apart::new(dimension));
        Self { apart, ..Self::new(space, dimension, quantization) }
    }

    /// Whether they are kept elsewhere.
    #[must_use]
    pub fn are_apart(&self) -> bool {
        self.apart.is_some()
    }

    /// Walk on `quantization` from now on. O(vectors).
    ///
    /// # Panics
    /// If the vectors are apart.
    pub fn quantize(&mut self, quantization: Quantization) {
        assert!(!self.are_apart(), "vectors that are apart cannot be coded anew");
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
        self.page_count() * self.rows_per_page()
    }

    /// Put `vector` into `slot`, allocating as needed; what was there is gone.
    ///
    /// # Panics
    /// If the vector's length is not the dimension.
    pub fn set(&mut self, slot: u32, vector: &[f32]) {
        if self.apart.is_some() {
            return self.set_apart(slot, vector);
        }
        self.rows.ensure(slot + 1);
        self.rows.row_mut(slot).copy_from_slice(vector);
        self.derive(slot..slot + 1);
    }

    #[inline(never)]
    fn set_apart(&mut self, slot: u32, vector: &[f32]) {
        assert_eq!(vector.len(), self.dimension(), "a vector of another dimension");
        let (Some(apart), Some(codes)) = (&mut self.apart, &mut self.codes) else { return };
        apart.set(slot, vector);
        let norm = |vector: &[f32]| inverse_norm_in(self.space, vector);
        if codes.set(slot, vector, norm(vector)) {
            // It moves only while all vectors are here.
            for slot in 0..codes.bytes().capacity() {
                if let Some(vector) = apart.get(slot) {
                    codes.derive(slot, vector, norm(vector));
                }
            }
        }
    }

    /// The vector in `slot`, bit for bit as it was given; zeros if there never was one. Empty if it is kept elsewhere;
    /// that it was wanted is noted.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    #[inline]
    pub fn get(&self, slot: u32) -> &[f32] {
        match &self.apart {
            None => self.rows.row(slot),
            Some(apart) => apart.get(slot).unwrap_or_else(|| {
                apart.note(slot);
                &[]
            }),
        }
    }

    /// Whether the vectors in two slots are the same, or, apart, have the same codes.
    #[must_use]
    pub(crate) fn are_equal(&self, a: u32, b: u32) -> bool {
        match (&self.apart, &self.codes) {
            (Some(_), Some(codes)) => codes.are_equal(a, b),
            _ => self.get(a) == self.get(b),
        }
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
        let inverse_norm = inverse_norm_in(self.space, vector);
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
            vector: if self.are_apart() { &[] } else { self.get(slot) },
            inverse_norm: self.inverse_norm(slot),
            coded: coded.unwrap_or_default(),
        }
    }

    /// The distance from `query` to the vector in `slot`. Never NaN for finite vectors. If the vector is kept elsewhere,
    /// what it is at most, as good as certainly.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    pub fn distance(&self, query: &Query<'_>, slot: u32) -> f32 {
        let (a, b) = (query.vector, self.get(slot));
        if a.is_empty() || b.is_empty() {
            return self.bound_or_more(query, slot);
        }
        match self.space {
            Space::L2 => distance::squared_l2(a, b),
            Space::Cosine => {
                let norms = (query.inverse_norm, self.inverse_norm_of(slot, b));
                distance::cosine(distance::dot(a, b), (a, norms.0), (b, norms.1))
            }
            Space::Ip => distance::inner_product(distance::dot(a, b), a, b),
        }
    }

    /// What stands in for a distance that cannot be measured now.
    #[inline(never)]
    fn bound_or_more(&self, query: &Query<'_>, slot: u32) -> f32 {
        let Some(codes) = &self.codes else { return f32::MAX };
        let [estimate] = codes.estimates(&query.coded, [slot]);
        let bound = estimate + codes.likely_error(&query.coded, slot);
        if bound.is_nan() { f32::MAX } else { bound }
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
        codes.is_some_and(|codes| codes.bounds(&query.coded, slot).0 > distance)
    }

    /// What [`Vectors::distance`] from `query` to the vector in `slot` is at most; told from its codes. Infinity if they
    /// do not tell. `query` must come from [`Vectors::query`].
    pub(crate) fn upper_bound(&self, query: &Query<'_>, slot: u32) -> f32 {
        let bound =
            self.codes.as_ref().map_or(f32::NAN, |codes| codes.bounds(&query.coded, slot).1);
        if bound.is_nan() { f32::INFINITY } else { bound }
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
        if self.codes.is_some() && !self.are_apart() {
            self.rows.fetch(slots, f32::to_bits);
        }
    }

    /// How many pages there are; see [`Pages`].
    #[must_use]
    pub fn page_count(&self) -> u32 {
        match self.apart_codes() {
            Some(codes) => codes.bytes().page_count(),
            None => self.rows.page_count(),
        }
    }

    /// Vectors in a page: a power of two.
    #[must_use]
    pub fn rows_per_page(&self) -> u32 {
        self.rows.rows_per_page()
    }

    /// The values of page `n`, vector after vector, unless they are apart.
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

    /// What the codes are differences from, if the vectors are apart.
    #[must_use]
    pub fn center(&self) -> Option<&[f32]> {
        self.apart_codes().map(Codes::center)
    }

    /// The code in `slot`, if the vectors are apart.
    ///
    /// # Panics
    /// If `slot` is at or beyond [`Vectors::capacity`].
    #[must_use]
    pub fn code(&self, slot: u32) -> Option<Code<'_>> {
        self.apart_codes().map(|codes| codes.code(slot))
    }

    /// Put back page `n` of the codes, which are differences from `center`, if the vectors are apart: `fill` is called
    /// with each slot and the place of its code, and returns what belongs to it. It counts as clean.
    ///
    /// # Errors
    /// What `fill` fails with, if `n` is out of range, if another page had another center, or if the vectors are not
    /// apart. What was put back before the failure stays.
    pub fn restore_codes<E: From<Damaged>>(
        &mut self,
        n: u32,
        center: &[f32],
        fill: &mut FillCode<'_, E>,
    ) -> Result<(), E> {
        match &mut self.codes {
            Some(codes) if self.apart.is_some() => codes.restore_page(n, center, fill),
            _ => Err(Damaged("codes without vectors".to_owned()).into()),
        }
    }

    /// Of the vectors in page `n`, which are apart, the codes are not known: each is made when it is put back. The
    /// page counts as changed.
    ///
    /// # Errors
    /// If `n` is out of range.
    pub fn forget_codes(&mut self, n: u32) -> Result<(), Damaged> {
        self.codes.as_mut().map_or(Ok(()), |codes| codes.forget_page(n))
    }

    /// The groups of [`GROUP`](crate::apart::GROUP) slots with vectors that are stored nowhere yet, ascending. None if
    /// they are not apart.
    #[must_use]
    pub fn fresh_groups(&self) -> Vec<u32> {
        self.apart.as_ref().map(Apart::fresh_groups).unwrap_or_default()
    }

    /// Keeps what the codes are differences from as it is from now on: pages of codes are going to be stored.
    pub fn fix_center(&mut self) {
        if let (Some(_), Some(codes)) = (&self.apart, &mut self.codes) {
            codes.fix_center();
        }
    }

    /// Tells that all vectors are stored, if they are apart. New ones are let go of.
    pub fn let_go(&mut self) {
        self.apart.iter_mut().for_each(Apart::let_go);
    }

    /// The groups whose vectors were wanted since the last call and are not in memory, ascending.
    #[must_use]
    pub fn take_missing(&self) -> Vec<u32> {
        self.apart.as_ref().map(Apart::take_missing).unwrap_or_default()
    }

    /// Whether the vector in `slot` is in memory.
    #[must_use]
    pub fn is_here(&self, slot: u32) -> bool {
        self.apart.as_ref().is_none_or(|apart| apart.get(slot).is_some())
    }

    /// Puts a vector that was read into its slot, if they are apart, unless there is one.
    pub fn put_back(&mut self, slot: u32, vector: &[f32]) {
        let (Some(apart), Some(codes)) = (&mut self.apart, &mut self.codes) else { return };
        apart.put_back(slot, vector);
        if codes.is_unknown(slot) {
            let inverse_norm = inverse_norm_in(self.space, vector);
            codes.derive(slot, vector, inverse_norm);
        }
    }

    /// Lets go of most of what was put back.
    pub fn trim(&mut self) {
        self.apart.iter_mut().for_each(Apart::trim);
    }

    /// The numbers of the pages that changed since the last call, ascending; they count as clean from now on. Pages of
    /// codes if the vectors are apart.
    pub fn take_dirty_pages(&mut self) -> Vec<u32> {
        match &mut self.codes {
            Some(codes) if self.apart.is_some() => codes.bytes_mut().take_dirty(),
            _ => self.rows.take_dirty(),
        }
    }

    /// Bytes of the pages that changed since they were last taken.
    #[must_use]
    pub fn dirty_bytes(&self) -> usize {
        match self.apart_codes() {
            Some(codes) => codes.bytes().dirty_pages() * codes.bytes().page_bytes(),
            None => self.rows.dirty_pages() * self.rows.page_bytes(),
        }
    }

    /// Remember every page as changed.
    pub fn mark_all_dirty(&mut self) {
        match &mut self.codes {
            Some(codes) if self.apart.is_some() => codes.bytes_mut().mark_all_dirty(),
            _ => self.rows.mark_all_dirty(),
        }
    }

    /// The codes, if they are all that is always in memory.
    fn apart_codes(&self) -> Option<&Codes> {
        if self.are_apart() { self.codes.as_ref() } else { None }
    }

    /// Bytes allocated.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.rows.memory_bytes()
            + self.inverse_norms.capacity() * size_of::<f32>()
            + self.codes.as_ref().map_or(0, Codes::memory_bytes)
            + self.apart.as_ref().map_or(0, Apart::memory_bytes)
    }

    #[inline]
    fn inverse_norm(&self, slot: u32) -> f32 {
        match self.space {
            Space::Cosine if !self.are_apart() => self.inverse_norms[slot as usize],
            Space::L2 | Space::Cosine | Space::Ip => 0.0,
        }
    }

    /// The inverse of the norm of `vector`, which is in `slot`; in cosine space only.
    #[inline]
    fn inverse_norm_of(&self, slot: u32, vector: &[f32]) -> f32 {
        match self.inverse_norms.get(slot as usize) {
            Some(&inverse_norm) => inverse_norm,
            None => distance::inverse_norm(vector),
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

/// In cosine space the inverse of the norm of `vector`, otherwise 0.
fn inverse_norm_in(space: Space, vector: &[f32]) -> f32 {
    match space {
        Space::Cosine => distance::inverse_norm(vector),
        Space::L2 | Space::Ip => 0.0,
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

    /// Whoever asks gets the same as of vectors that are here, once what it lacked is back; and what it lacks is little.
    #[test]
    fn vectors_that_are_apart_are_searched_by_reading_few_of_them() {
        use crate::exact::exact_search;
        use crate::hnsw::{Graph, Params, Scratch};
        let value = |n: u32| (n as f32 * 1.618_034).sin() * (n as f32 * 0.414_214).cos();
        let row = |slot: u32| -> Vec<f32> { (0..64).map(|n| value(slot * 67 + n)).collect() };
        for space in [Space::L2, Space::Cosine, Space::Ip] {
            let mut here = new(space, 64);
            let mut apart = Vectors::new_apart(space, 64, Quantization::Int8);
            for slot in 0..3000 {
                here.set(slot, &row(slot));
                apart.set(slot, &row(slot));
                if slot == 1999 {
                    apart.fix_center();
                    assert_eq!(apart.fresh_groups().len(), 250);
                    apart.let_go();
                }
            }
            assert!(apart.get(0).is_empty() && !apart.is_here(1999) && apart.is_here(2000));
            assert_eq!(apart.take_missing(), [0]);
            let mut graph = Graph::new(Params::default(), 1);
            (0..3000).for_each(|slot| graph.insert(&apart, slot));
            assert!(apart.take_missing().is_empty(), "links need no vectors");
            let all = (0..3000).collect();
            let mut found = 0;
            for asked in 3000..3050 {
                let (mut memory, mut memory_apart) = Default::default();
                let vector = row(asked);
                let query = here.query(&vector, &mut memory);
                let query_apart = apart.query(&vector, &mut memory_apart);
                let expected = exact_search(&here, &query, &all, 10);
                let mut read = 0;
                let mut scratch = Scratch::new();
                let walked = loop {
                    let scanned = exact_search(&apart, &query_apart, &all, 10);
                    let walked = graph.search(&apart, &query_apart, 10, 100, &mut scratch);
                    let missing = apart.take_missing();
                    if missing.is_empty() {
                        assert_eq!(scanned, expected, "{space:?} {asked}");
                        break walked;
                    }
                    read += missing.len();
                    for slot in missing.iter().flat_map(|group| group * 8..(group + 1) * 8) {
                        apart.put_back(slot, &row(slot));
                    }
                };
                assert!(read < 120, "{space:?} {asked}: {read} groups of 250");
                found += walked.iter().filter(|near| expected.contains(near)).count();
                apart.trim();
            }
            assert!(found >= 490, "{space:?}: {found} of 500");
        }
    }

    #[test]
    fn codes_that_are_put_back_measure_the_same() {
        let mut apart = Vectors::new_apart(Space::Cosine, 3, Quantization::Int8);
        let row = |slot: u32| [slot as f32, 1.0, 2.0];
        (0..600).for_each(|slot| apart.set(slot, &row(slot)));
        apart.fix_center();
        assert_eq!(apart.take_dirty_pages(), [0]);
        let mut restored = Vectors::new_apart(Space::Cosine, 3, Quantization::Int8);
        let center = apart.center().expect("codes").to_vec();
        let mut fill = |slot: u32, place: &mut [i8]| {
            let code = apart.code(slot).expect("codes");
            place.copy_from_slice(code.codes);
            Ok::<_, Damaged>(code.terms)
        };
        restored.restore_codes(0, &center, &mut fill).expect("they fit");
        assert!(restored.take_dirty_pages().is_empty() && restored.fresh_groups().is_empty());
        let estimate = |vectors: &Vectors, a, b| {
            vectors.estimate(&vectors.stored(a, &mut QueryMemory::default()), b)
        };
        assert_eq!(estimate(&restored, 1, 599).to_bits(), estimate(&apart, 1, 599).to_bits());
        assert!(restored.restore_codes(1, &[9.0; 3], &mut fill).is_err(), "another center");
        restored.forget_codes(0).expect("in range");
        assert_eq!(estimate(&restored, 1, 599), f32::MAX);
        [1, 599].into_iter().for_each(|slot| restored.put_back(slot, &row(slot)));
        assert_eq!(estimate(&restored, 1, 599).to_bits(), estimate(&apart, 1, 599).to_bits());
        assert_eq!(restored.take_dirty_pages(), [0]);
        assert!(restored.restore_codes(u32::MAX, &center, &mut fill).is_err());
        let mut here = new(Space::Cosine, 3);
        assert!(here.restore_codes(0, &center, &mut fill).is_err());
    }
}
