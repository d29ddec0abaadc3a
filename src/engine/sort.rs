//! Sorting by what numbers stand for.

use std::cmp::Ordering;

/// Sorts `items` by `compare`. One function for every order: a sort of its own for each would be
/// two kilobytes of the module a time. Nearly free where `items` is sorted already.
pub fn sort_by(items: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    items.sort_unstable_by(|a, b| compare(*a, *b));
}
