//! The tenants and databases that were created.
//!
//! ```text
//! tenants: count u32, name ... | databases: count u32, (id | tenant | name) ...
//! ```

use super::codec::{Reader, Writer};
use super::frame::{self, Kind};
use crate::engine::catalog::{Database, Namespaces};
use crate::engine::error::Result;

/// The bytes of a list of tenants and databases.
#[must_use]
pub fn encode_namespaces(namespaces: &Namespaces) -> Vec<u8> {
    let mut out = Writer(frame::begin(Kind::Namespaces, 128));
    out.count(namespaces.tenants.len());
    for tenant in &namespaces.tenants {
        out.text(tenant);
    }
    out.count(namespaces.databases.len());
    for Database { id, tenant, name } in &namespaces.databases {
        out.text(id);
        out.text(tenant);
        out.text(name);
    }
    frame::seal(Kind::Namespaces, out.0)
}

/// Reads a list of tenants and databases.
///
/// # Errors
/// `damaged`, `unsupported_version`.
pub fn decode_namespaces(bytes: &[u8]) -> Result<Namespaces> {
    let mut reader = Reader(frame::open(Kind::Namespaces, bytes)?);
    let mut namespaces = Namespaces::default();
    for _ in 0..reader.count(4)? {
        namespaces.tenants.push(reader.text()?.to_owned());
    }
    for _ in 0..reader.count(12)? {
        let id = reader.text()?.to_owned();
        let tenant = reader.text()?.to_owned();
        let name = reader.text()?.to_owned();
        namespaces.databases.push(Database { id, tenant, name });
    }
    reader.end()?;
    Ok(namespaces)
}
