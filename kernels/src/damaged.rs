//! The one error of this crate: stored bytes that cannot be what was stored.

/// What is wrong with a page or a node that was read back, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged(pub String);
