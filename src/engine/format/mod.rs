//! Bytes: how changes, pages and manifests are written down and read back.
//!
//! Everything stored is a frame: a header with kind, format version and checksum, then a body of
//! little-endian numbers and length-prefixed texts. Nothing outside this module knows bytes.
//!
//! ```text
//! frame     magic "VC" | kind u8 | format_version u8 | checksum u64 | body
//! checksum  XXH64 of the body, seeded with kind and version
//! ```
//!
//! A reader checks the kind, the version and the checksum before it looks at the body, and every
//! length against the bytes that are left, so damaged bytes are an error and never a panic or a
//! huge allocation. Every released version stays readable. Every version has the same header: a version
//! that is too new is told from one that is damaged by its checksum.
//!
//! What cannot be derived is written so that the rest says what is lost when a part cannot be read:
//! a log entry has a checksum of its own over its ids, pages of records have their ids beside them in
//! pages of ids, and a manifest is written twice.

mod change;
mod code_page;
mod codec;
mod definition;
mod embedding_group;
mod frame;
mod graph_page;
mod id_page;
mod manifest;
mod namespaces;
mod record_page;
mod vector_page;

pub use change::{Touched, decode_change, decode_touched, encode_change};
pub use code_page::{decode_code_page, encode_code_page};
pub use definition::{decode_definition, encode_definition};
pub use embedding_group::{
    decode_embedding_group, encode_embedding_group, inspect_embedding_group,
};
pub use frame::{FORMAT_VERSION, digest};
pub use graph_page::{StoredNode, decode_graph_page, encode_graph_page};
pub use id_page::{decode_id_page, encode_id_page};
pub use manifest::{
    Content, Lost, Manifest, NO_PAGE, Page, PageKey, Part, Place, decode_manifest, encode_manifest,
    is_whole_manifest,
};
pub use namespaces::{decode_namespaces, encode_namespaces};
pub use record_page::{decode_record_page, encode_record_page};
pub use vector_page::{decode_vector_page, encode_vector_page};
