//! Fixed-width rows in pages that grow without copying, and the memory of which pages changed.

use std::hint::black_box;

use crate::aligned::{Aligned, CACHE_LINE};
use crate::damaged::Damaged;

/// A page in pieces has pieces of at most so many bytes: they find room in what was freed, where whole pages would not.
const PIECE_BYTES: usize = 64 << 10;

/// Rows of `row_len` values each, stored in pages of `rows_per_page` rows.
///
/// Growing allocates new pages and leaves the old ones where they are: nothing is copied, and no moment needs
/// room for everything twice. A page is also the unit of a checkpoint: pages written to since the last
/// [`Pages::take_dirty`] are *dirty*.
#[derive(Debug)]
pub struct Pages<T> {
    /// Pages, or the pieces of which they consist.
    pieces: Vec<Aligned<T>>,
    /// One flag a page.
    dirty: Vec<bool>,
    row_len: usize,
    /// `rows_per_page` is `1 << shift`.
    shift: u32,
    /// A piece has `1 << piece_shift` rows.
    piece_shift: u32,
}

impl<T: Copy + Default> Pages<T> {
    /// No rows yet; rows will have `row_len` values.
    ///
    /// # Panics
    /// If `row_len` is 0 or `rows_per_page` is not a power of two.
    #[must_use]
    pub fn new(row_len: usize, rows_per_page: u32) -> Self {
        assert!(row_len > 0, "a row needs at least one value");
        assert!(
            rows_per_page.is_power_of_two(),
            "rows a page must be a power of two, not {rows_per_page}"
        );
        Self {
            pieces: Vec::new(),
            dirty: Vec::new(),
            row_len,
            shift: rows_per_page.trailing_zeros(),
            piece_shift: rows_per_page.trailing_zeros(),
        }
    }

    /// The same, with pages in pieces, which lie anywhere in memory: what needs a whole page must not be called.
    ///
    /// # Panics
    /// As [`Pages::new`].
    #[must_use]
    pub(crate) fn in_pieces(row_len: usize, rows_per_page: u32) -> Self {
        let pages = Self::new(row_len, rows_per_page);
        let rows = (PIECE_BYTES / size_of::<T>() / row_len).max(1);
        Self { piece_shift: rows.ilog2().min(pages.shift), ..pages }
    }

    /// Values in a row.
    #[must_use]
    pub fn row_len(&self) -> usize {
        self.row_len
    }

    /// Rows in a page.
    #[must_use]
    pub fn rows_per_page(&self) -> u32 {
        1 << self.shift
    }

    /// How many rows have memory; a multiple of [`Pages::rows_per_page`].
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.page_count() << self.shift
    }

    /// The page that holds `row`.
    #[must_use]
    #[inline]
    pub fn page_of(&self, row: u32) -> u32 {
        row >> self.shift
    }

    /// The values of `row`; default values if it was never written.
    ///
    /// # Panics
    /// If `row` is at or beyond [`Pages::capacity`].
    #[must_use]
    #[inline]
    pub fn row(&self, row: u32) -> &[T] {
        let start = self.offset(row);
        self.pieces[(row >> self.piece_shift) as usize].part(start, self.row_len)
    }

    /// Have the values of `rows` fetched from memory, all at once instead of one after the other when they are used.
    /// WebAssembly has no instruction for that, but nothing waits for loads whose values are not used yet. `bits`
    /// makes something of a value that the compiler cannot leave out.
    ///
    /// # Panics
    /// If a row is at or beyond [`Pages::capacity`].
    #[inline]
    pub(crate) fn fetch(&self, rows: &[u32], bits: impl Fn(T) -> u32) {
        let mut seen = 0;
        for &row in rows {
            for line in self.row(row).chunks((CACHE_LINE / size_of::<T>()).max(1)) {
                seen ^= bits(line[0]);
            }
        }
        black_box(seen);
    }

    /// The values of `row`, to be changed; its page becomes dirty.
    ///
    /// # Panics
    /// If `row` is at or beyond [`Pages::capacity`].
    #[inline]
    pub fn row_mut(&mut self, row: u32) -> &mut [T] {
        let start = self.offset(row);
        self.dirty[(row >> self.shift) as usize] = true;
        &mut self.pieces[(row >> self.piece_shift) as usize][start..start + self.row_len]
    }

    /// Allocate pages until there is room for `rows` rows. New rows hold default values.
    ///
    /// # Panics
    /// If that many rows would not be countable in a u32.
    pub fn ensure(&mut self, rows: u32) {
        let pages = rows.div_ceil(self.rows_per_page());
        assert!(
            pages.checked_mul(self.rows_per_page()).is_some(),
            "{rows} rows are more than a collection can hold"
        );
        while self.page_count() < pages {
            for _ in 0..1 << (self.shift - self.piece_shift) {
                self.pieces.push(Aligned::new(self.row_len << self.piece_shift));
            }
            self.dirty.push(false);
        }
    }

    /// How many pages there are.
    #[must_use]
    pub fn page_count(&self) -> u32 {
        u32::try_from(self.dirty.len()).expect("ensure keeps rows countable in a u32")
    }

    /// The values of page `n`, row after row.
    ///
    /// # Panics
    /// If there is no page `n`, or pages are in pieces.
    #[must_use]
    pub fn page(&self, n: u32) -> &[T] {
        assert_eq!(self.shift, self.piece_shift, "{IN_PIECES}");
        &self.pieces[n as usize]
    }

    /// Page `n`, allocated if need be, to be put back as [`Pages::page`] gave it; it counts as clean.
    ///
    /// # Errors
    /// If `n` is out of range.
    ///
    /// # Panics
    /// If pages are in pieces.
    pub fn restore_page(&mut self, n: u32) -> Result<&mut [T], Damaged> {
        assert_eq!(self.shift, self.piece_shift, "{IN_PIECES}");
        self.ensure_clean(n)?;
        Ok(&mut self.pieces[n as usize])
    }

    /// Allocates page `n` if need be; it counts as clean.
    ///
    /// # Errors
    /// If `n` is out of range.
    pub(crate) fn ensure_clean(&mut self, n: u32) -> Result<(), Damaged> {
        let Some(rows) = n.checked_add(1).and_then(|pages| pages.checked_mul(self.rows_per_page()))
        else {
            return Err(Damaged(format!("page number {n} is out of range")));
        };
        self.ensure(rows);
        self.dirty[n as usize] = false;
        Ok(())
    }

    /// Remember every page as changed.
    pub fn mark_all_dirty(&mut self) {
        self.dirty.fill(true);
    }

    /// The numbers of the pages that changed since the last call, ascending; they count as clean from now on.
    pub fn take_dirty(&mut self) -> Vec<u32> {
        let taken = (0..).zip(&self.dirty).filter(|&(_, &dirty)| dirty).map(|(n, _)| n).collect();
        self.dirty.fill(false);
        taken
    }

    /// How many pages changed since the last [`Pages::take_dirty`].
    #[must_use]
    pub fn dirty_pages(&self) -> usize {
        count(&self.dirty)
    }

    /// Bytes of a page's rows.
    #[must_use]
    pub fn page_bytes(&self) -> usize {
        self.page_len() * size_of::<T>()
    }

    /// Bytes allocated for rows.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.dirty.len() * self.page_bytes()
    }

    fn page_len(&self) -> usize {
        self.row_len << self.shift
    }

    #[inline]
    fn offset(&self, row: u32) -> usize {
        (row & ((1 << self.piece_shift) - 1)) as usize * self.row_len
    }
}

const IN_PIECES: &str = "a page in pieces is not one slice";

/// One for all kinds of pages.
#[inline(never)]
fn count(dirty: &[bool]) -> usize {
    dirty.iter().map(|dirty| usize::from(*dirty)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_place_while_pages_grow() {
        let mut pages = Pages::<u32>::new(3, 4);
        for row in 0..10 {
            pages.ensure(row + 1);
            pages.row_mut(row).copy_from_slice(&[row, row * 2, row * 3]);
        }
        assert_eq!((pages.page_count(), pages.capacity()), (3, 12));
        for row in 0..10 {
            assert_eq!(pages.row(row), [row, row * 2, row * 3]);
        }
        assert_eq!(pages.row(11), [0, 0, 0]);
        assert_eq!(pages.memory_bytes(), 3 * 4 * 3 * 4);
    }

    #[test]
    fn growing_leaves_old_pages_where_they_are() {
        let mut pages = Pages::<f32>::new(2, 2);
        pages.ensure(1);
        let before = pages.page(0).as_ptr();
        pages.ensure(1000);
        assert_eq!(before, pages.page(0).as_ptr());
    }

    #[test]
    fn pages_in_pieces_hold_the_same_rows() {
        let mut pages = Pages::<u32>::in_pieces(100, 1024);
        pages.ensure(1025);
        assert!(pages.pieces.len() > 2 && pages.pieces.iter().all(|p| p.len() * 4 <= PIECE_BYTES));
        for row in 0..2048 {
            pages.row_mut(row).fill(row);
        }
        assert_eq!(
            (pages.page_count(), pages.capacity(), pages.take_dirty()),
            (2, 2048, vec![0, 1])
        );
        assert!((0..2048).all(|row| pages.row(row) == [row; 100]));
        assert_eq!(pages.memory_bytes(), 2048 * 100 * 4);
        pages.row_mut(1024);
        pages.ensure_clean(1).expect("in range");
        assert!(pages.take_dirty().is_empty() && pages.ensure_clean(u32::MAX).is_err());
        let one = Pages::<u32>::in_pieces(1 << 20, 4);
        assert_eq!(one.piece_shift, 0);
    }

    #[test]
    fn only_written_pages_are_dirty() {
        let mut pages = Pages::<u32>::new(1, 2);
        pages.ensure(8);
        assert!(pages.take_dirty().is_empty());
        pages.row_mut(5)[0] = 1;
        pages.row_mut(0)[0] = 1;
        assert_eq!((pages.dirty_pages(), pages.page_bytes()), (2, 8));
        assert_eq!(pages.take_dirty(), [0, 2]);
        assert!(pages.take_dirty().is_empty());
        pages.mark_all_dirty();
        assert_eq!(pages.take_dirty(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_page_can_be_put_back() {
        let mut pages = Pages::<u32>::new(2, 2);
        pages.restore_page(1).expect("in range").copy_from_slice(&[1, 2, 3, 4]);
        assert_eq!((pages.row(1), pages.row(3)), (&[0, 0][..], &[3, 4][..]));
        assert!(pages.take_dirty().is_empty());
        assert!(pages.restore_page(u32::MAX).is_err());
    }
}
