//! Sorting by what numbers stand for.

use std::cmp::Ordering;

/// Sorts `items` by `compare`, nearly free where they are sorted already; the order of equal ones is
/// not kept. O(n log n) however they come.
///
/// A heap sort, one for every order: the standard library's sort would be two kilobytes of the module
/// for each. It is for what is sorted once an answer, not for what is sorted while walking.
pub fn sort_by(items: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    if items.is_sorted_by(|a, b| compare(*a, *b).is_le()) {
        return;
    }
    for at in (0..items.len() / 2).rev() {
        sift(items, at, compare);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sift(&mut items[..end], 0, compare);
    }
}

/// Moves the item at `at` down until no child is greater.
fn sift(heap: &mut [u32], mut at: usize, compare: &dyn Fn(u32, u32) -> Ordering) {
    loop {
        let mut child = 2 * at + 1;
        if child + 1 < heap.len() && compare(heap[child], heap[child + 1]).is_lt() {
            child += 1;
        }
        if child >= heap.len() || compare(heap[at], heap[child]).is_ge() {
            return;
        }
        heap.swap(at, child);
        at = child;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut state = 1_u32;
        for length in (0..40).chain([1000, 1023, 1024]) {
            for range in [1, 3, u32::MAX] {
                let mut items: Vec<u32> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 3) % range
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort_by(|a, b| b.cmp(a));
                sort_by(&mut items, &|a, b| b.cmp(&a));
                assert_eq!(items, expected);
                sort_by(&mut items, &|a, b| a.cmp(&b));
                assert!(items.is_sorted());
            }
        }
    }
}
