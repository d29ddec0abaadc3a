//! Bytes: how changes, pages and manifests are written down and read back.
//!
//! Everything stored is a frame: a header with kind, format version and checksum, then a body of
//! little-endian numbers and length-prefixed texts. Nothing outside this module knows bytes.
//!
//! ```text
//! frame     magic "VC" | kind u8 | format_version u8 | checksum u64 | body
//! checksum  XXH3-64 of the body, seeded with kind and version
//! ```
//!
//! A reader checks the kind, the version and the checksum before it looks at the body, and every
//! length against the bytes that are left, so damaged bytes are an error and never a panic or a
//! huge allocation. Every released version stays readable.

mod change;
mod codec;
mod definition;
mod frame;
mod graph_page;
mod manifest;
mod namespaces;
mod record_page;
mod vector_page;

pub use change::{decode_change, encode_change};
pub use definition::{decode_definition, encode_definition};
pub use frame::FORMAT_VERSION;
pub use graph_page::{StoredNode, decode_graph_page, encode_graph_page};
pub use manifest::{Manifest, NO_PAGE, PageKey, decode_manifest, encode_manifest};
pub use namespaces::{decode_namespaces, encode_namespaces};
pub use record_page::{decode_record_page, encode_record_page};
pub use vector_page::{decode_vector_page, encode_vector_page};
