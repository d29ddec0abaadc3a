//! Pages of records: those in a range of slots.
//!
//! ```text
//! count u32 | records     each: slot u32, order u64, id, document?, uri?, metadata?
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind};
use crate::engine::error::Result;
use crate::engine::record::Record;

/// The bytes of a page that holds `records`.
#[must_use]
pub fn encode_record_page<'a>(records: impl Iterator<Item = (u32, &'a Record)> + Clone) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::RecordPage, 256));
    out.count(records.clone().count());
    for (slot, record) in records {
        out.u32(slot);
        out.u64(record.order);
        out.text(&record.id);
        out.option(record.document.as_deref(), Writer::text);
        out.option(record.uri.as_deref(), Writer::text);
        out.option(record.metadata.as_ref(), Writer::metadata);
    }
    frame::seal(Kind::RecordPage, out.0)
}

/// Reads the records of a page, each with its slot.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_record_page(bytes: &[u8]) -> Result<Vec<(u32, Record)>> {
    let mut reader = Reader(frame::open(Kind::RecordPage, bytes)?);
    let count = reader.count(19)?;
    let mut records = Vec::with_capacity(count);
    let mut keys = Vec::new();
    for _ in 0..count {
        let slot = reader.u32()?;
        let record = Record {
            order: reader.u64()?,
            id: reader.text()?.into(),
            document: reader.option(|reader| Ok(reader.text()?.into()))?,
            uri: reader.option(|reader| Ok(reader.text()?.into()))?,
            metadata: reader.option(|reader| reader.metadata(&mut keys))?,
        };
        records.push((slot, record));
    }
    reader.end()?;
    Ok(records)
}
