//! Collection definitions.
//!
//! ```text
//! id | tenant | database | name | created u64 | seed u64 | metadata? | measure u8 | ef_construction u32
//! | ef_search u32 | max_neighbors u32 | resize_factor f64 | sync_threshold u32 | extra?
//! | public id, only if it is another one or something follows; empty if it is none
//! | num_threads u32, only if it is more than 1
//! ```
//!
//! `measure` is the number of the space, four times that of the quantization, and [`STORED`] more where the embeddings
//! are in the browser's storage only.

use vecino_kernels::distance::Space;
use vecino_kernels::vectors::Quantization;

use super::codec::{Reader, Writer};
use super::frame::{self, Kind, damage};
use crate::engine::definition::{Configuration, Definition, Residence, Scope};
use crate::engine::error::Result;

const STORED: u8 = 128;

/// The bytes of a definition.
#[must_use]
pub fn encode_definition(definition: &Definition) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Definition, 128));
    out.text(&definition.id);
    out.text(&definition.scope.tenant);
    out.text(&definition.scope.database);
    out.text(&definition.name);
    out.u64(definition.created);
    out.u64(definition.seed);
    out.option(definition.metadata.as_ref(), Writer::metadata);
    out.u8(match definition.configuration.space {
        Space::L2 => 0,
        Space::Cosine => 1,
        Space::Ip => 2,
    } + match definition.configuration.quantization {
        Quantization::Int8 => 0,
        Quantization::None => 4,
        Quantization::Binary => 8,
    } + match definition.configuration.embeddings {
        Residence::Memory => 0,
        Residence::Stored => STORED,
    });
    out.u32(definition.configuration.ef_construction);
    out.u32(definition.configuration.ef_search);
    out.u32(definition.configuration.max_neighbors);
    out.u64(definition.configuration.resize_factor.to_bits());
    out.u32(definition.configuration.sync_threshold);
    out.option(definition.extra.as_deref(), Writer::text);
    let threads = definition.configuration.num_threads;
    if definition.public_id.is_some() || threads > 1 {
        out.text(definition.public_id.as_deref().unwrap_or_default());
    }
    if threads > 1 {
        out.u32(threads);
    }
    frame::seal(Kind::Definition, out.0)
}

/// Reads a definition.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_definition(bytes: &[u8]) -> Result<Definition> {
    let mut reader = Reader(frame::open(Kind::Definition, bytes)?);
    let mut definition = Definition {
        id: reader.text()?.to_owned(),
        scope: Scope { tenant: reader.text()?.to_owned(), database: reader.text()?.to_owned() },
        name: reader.text()?.to_owned(),
        created: reader.u64()?,
        seed: reader.u64()?,
        metadata: reader.option(|reader| reader.metadata(&mut Vec::new()))?,
        configuration: configuration(&mut reader)?,
        extra: reader.option(Reader::text)?.map(str::to_owned),
        public_id: match reader.0 {
            [] => None,
            _ => Some(reader.text()?.to_owned()).filter(|id| !id.is_empty()),
        },
    };
    if !reader.0.is_empty() {
        definition.configuration.num_threads = reader.u32()?;
    }
    reader.end()?;
    Ok(definition)
}

fn configuration(reader: &mut Reader<'_>) -> Result<Configuration> {
    let measure = reader.u8()?;
    Ok(Configuration {
        space: match measure % 4 {
            0 => Space::L2,
            1 => Space::Cosine,
            2 => Space::Ip,
            _ => return Err(damage("a collection has an unknown space")),
        },
        embeddings: if measure < STORED { Residence::Memory } else { Residence::Stored },
        quantization: match measure % STORED / 4 {
            0 => Quantization::Int8,
            1 => Quantization::None,
            2 => Quantization::Binary,
            _ => return Err(damage("a collection has an unknown quantization")),
        },
        ef_construction: reader.u32()?,
        ef_search: reader.u32()?,
        max_neighbors: reader.u32()?,
        resize_factor: f64::from_bits(reader.u64()?),
        sync_threshold: reader.u32()?,
        num_threads: 1,
    })
}
