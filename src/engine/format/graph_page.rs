//! Pages of the graph: the links of the nodes in a range of slots.
//!
//! ```text
//! count u32 | nodes     each: slot u32, kind u8 (0 linked, 1 twin, 2 removed), successor?,
//!                       level count u8, per level: count u32, neighbors u32 ...
//! ```

use vecino_kernels::hnsw::Kind as NodeKind;

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::error::Result;

/// A node of the graph as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNode {
    /// Its slot.
    pub slot: u32,
    /// Whether it is linked, a twin or a tombstone.
    pub kind: NodeKind,
    /// The node after it in the ring through all nodes.
    pub successor: Option<u32>,
    /// Its neighbors on each of its levels, level 0 first.
    pub levels: Vec<Vec<u32>>,
}

/// The bytes of a page that holds `nodes`.
#[must_use]
pub fn encode_graph_page(nodes: &[StoredNode]) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::GraphPage, 4 + nodes.len() * 150));
    out.count(nodes.len());
    for node in nodes {
        out.u32(node.slot);
        out.u8(match node.kind {
            NodeKind::Linked => 0,
            NodeKind::Twin => 1,
            NodeKind::Removed => 2,
        });
        out.option(node.successor, Writer::u32);
        out.u8(u8::try_from(node.levels.len()).expect("levels are few"));
        for neighbors in &node.levels {
            out.count(neighbors.len());
            out.u32s(neighbors);
        }
    }
    frame::seal(Kind::GraphPage, out.0)
}

/// Reads the nodes of a page.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_graph_page(bytes: &[u8]) -> Result<Vec<StoredNode>> {
    let mut reader = Reader(frame::open(Kind::GraphPage, bytes)?);
    let count = reader.count(7)?;
    let mut nodes = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = reader.u32()?;
        let kind = match reader.u8()? {
            0 => NodeKind::Linked,
            1 => NodeKind::Twin,
            2 => NodeKind::Removed,
            _ => return Err(damage("a node of the graph has an unknown kind")),
        };
        let successor = reader.option(Reader::u32)?;
        let levels = reader.u8()?;
        let levels = (0..levels)
            .map(|_| {
                let count = reader.count(4)?;
                reader.u32s(count)
            })
            .collect::<Result<_>>()?;
        nodes.push(StoredNode { slot, kind, successor, levels });
    }
    reader.end()?;
    Ok(nodes)
}
