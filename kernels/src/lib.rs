//! The loops that time is spent in: distances between vectors, the nearest of them exactly or through
//! a graph, and finding a text in documents.
//!
//! A crate of its own for two reasons. It sees slots, distances and an `accept` closure and cannot come to
//! see more: records are on the other side of the fence. And it is compiled for speed, while the rest
//! of the module, which runs once a call, is compiled for size (see `Cargo.toml`). What is generic
//! is compiled where it is called; so what is called from outside is not, and takes `&dyn Fn`.
//!
//! ```text
//! distance   l2, cosine, ip
//! apart      vectors that are kept elsewhere, as far as they are in memory
//! aligned    memory that begins at a cache line
//! pages      fixed-width rows that grow without being copied
//! vectors    one vector a slot, and the distances between them
//! codes      the vectors once more in a byte or a bit a value, to walk on
//! nearest    the k nearest so far
//! exact      measure every vector
//! quick      measure those that a bit a value does not prove too far
//! hnsw       walk a graph over them
//! sort       sorting by what numbers stand for
//! text       whether a text occurs in a document
//! ```
#![deny(unsafe_code)]

mod aligned;
pub mod apart;
mod codes;
mod damaged;
pub mod distance;
pub mod exact;
pub mod hnsw;
pub mod nearest;
pub mod pages;
pub mod quick;
pub mod sort;
pub mod text;
pub mod vectors;

pub use damaged::Damaged;
