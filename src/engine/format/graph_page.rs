//! Pages of the graph: the links of the nodes in a range of slots.
//!
//! ```text
//! count u32 | nodes     each: slot u32, kind u8 (0 linked, 1 twin, 2 removed), successor?,
//!                       level count u8, per level: count u32, neighbors u32 ...
//! ```

use vecino_kernels::hnsw::{Graph, Kind as NodeKind};

use super::codec::{Reader, Writer};
use super::frame::{self, HEADER, Kind, damage};
use crate::engine::error::Result;

/// A node of the graph as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNode<'a> {
    /// Its slot.
    pub slot: u32,
    /// Whether it is linked, a twin or a tombstone.
    pub kind: NodeKind,
    /// The node after it in the ring through all nodes.
    pub successor: Option<u32>,
    /// Its neighbors on each of its levels, level 0 first.
    pub levels: &'a [&'a [u32]],
}

/// The bytes of a page that holds the nodes of `graph` in `slots`.
#[must_use]
pub fn encode_graph_page(graph: &Graph, slots: std::ops::Range<u32>) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::GraphPage, 4 + slots.len() * 150));
    out.u32(0);
    let mut count = 0_u32;
    for slot in slots {
        let (Some(kind), Some(level)) = (graph.kind(slot), graph.level(slot)) else { continue };
        count += 1;
        out.u32(slot);
        out.u8(match kind {
            NodeKind::Linked => 0,
            NodeKind::Twin => 1,
            NodeKind::Removed => 2,
        });
        out.option(graph.successor(slot), Writer::u32);
        out.u8(level + 1);
        for level in 0..=level {
            let neighbors = graph.neighbors(slot, level);
            out.count(neighbors.len());
            out.u32s(neighbors);
        }
    }
    out.0[HEADER..HEADER + 4].copy_from_slice(&count.to_le_bytes());
    frame::seal(Kind::GraphPage, out.0)
}

/// Calls `node` for each node of a page. Nothing is allocated for a node.
///
/// # Errors
/// `damaged`, `unsupported_version`, and what `node` fails with.
pub fn decode_graph_page(
    bytes: &[u8],
    node: &mut dyn FnMut(&StoredNode<'_>) -> Result<()>,
) -> Result<()> {
    let mut reader = Reader(frame::open(Kind::GraphPage, bytes)?);
    let mut links = Vec::new();
    for _ in 0..reader.count(7)? {
        let slot = reader.u32()?;
        let kind = match reader.u8()? {
            0 => NodeKind::Linked,
            1 => NodeKind::Twin,
            2 => NodeKind::Removed,
            _ => return Err(damage("a node of the graph has an unknown kind")),
        };
        let successor = reader.option(Reader::u32)?;
        let count = usize::from(reader.u8()?);
        let mut ends = [0; u8::MAX as usize];
        links.clear();
        for end in &mut ends[..count] {
            let count = reader.count(4)?;
            reader.u32s_into(&mut links, count)?;
            *end = links.len();
        }
        let mut levels = [&[][..]; u8::MAX as usize];
        let mut start = 0;
        for (level, end) in levels.iter_mut().zip(&ends[..count]) {
            *level = &links[start..*end];
            start = *end;
        }
        node(&StoredNode { slot, kind, successor, levels: &levels[..count] })?;
    }
    reader.end()
}
