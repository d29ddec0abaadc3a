//! Collection definitions.
//!
//! ```text
//! id | name | created u64 | seed u64 | metadata? | space u8 | ef_construction u32 | ef_search u32 | max_neighbors u32
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::definition::{Configuration, Definition};
use crate::engine::distance::Space;
use crate::engine::error::Result;

/// The bytes of a definition.
#[must_use]
pub fn encode_definition(definition: &Definition) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Definition, 128));
    out.text(&definition.id);
    out.text(&definition.name);
    out.u64(definition.created);
    out.u64(definition.seed);
    out.option(definition.metadata.as_ref(), Writer::metadata);
    out.u8(match definition.configuration.space {
        Space::L2 => 0,
        Space::Cosine => 1,
        Space::Ip => 2,
    });
    out.u32(definition.configuration.ef_construction);
    out.u32(definition.configuration.ef_search);
    out.u32(definition.configuration.max_neighbors);
    frame::seal(Kind::Definition, out.0)
}

/// Reads a definition.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_definition(bytes: &[u8]) -> Result<Definition> {
    let mut reader = Reader(frame::open(Kind::Definition, bytes)?);
    let definition = Definition {
        id: reader.text()?.to_owned(),
        name: reader.text()?.to_owned(),
        created: reader.u64()?,
        seed: reader.u64()?,
        metadata: reader.option(Reader::metadata)?,
        configuration: Configuration {
            space: match reader.u8()? {
                0 => Space::L2,
                1 => Space::Cosine,
                2 => Space::Ip,
                _ => return Err(damage("a collection has an unknown space")),
            },
            ef_construction: reader.u32()?,
            ef_search: reader.u32()?,
            max_neighbors: reader.u32()?,
        },
    };
    reader.end()?;
    Ok(definition)
}
