//! The one error type of the engine: a stable code for programs, a message for people.

use std::fmt;
use std::ops::{Deref, DerefMut};

use vecino_kernels::Damaged;

/// What kind of mistake it was. The names are part of the public interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// An argument has the wrong shape or value.
    InvalidArgument,
    /// An embedding's length is not the collection's dimension.
    DimensionMismatch,
    /// One call names the same id twice.
    DuplicateId,
    /// An embedding or metadata value is NaN or infinite.
    NonFinite,
    /// A vector of length zero in a collection whose space is cosine.
    ZeroVector,
    /// A `where` or `whereDocument` clause cannot be understood.
    InvalidFilter,
    /// A regular expression cannot be compiled.
    InvalidRegex,
    /// A configuration key or value cannot be understood.
    InvalidConfiguration,
    /// A metadata key or value is not of a supported type.
    InvalidMetadata,
    /// A collection's or a database's name breaks the rule for names.
    InvalidName,
    /// No tenant, database or collection has this name or id.
    NotFound,
    /// A tenant, database or collection of this name exists.
    AlreadyExists,
    /// A collection is to be created in a database that does not exist.
    UnknownDatabase,
    /// Stored bytes do not match their checksum or their format.
    Damaged,
    /// Stored bytes were written by a newer version.
    UnsupportedVersion,
}

impl Code {
    /// The stable name, as JavaScript sees it in `error.code`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::DimensionMismatch => "dimension_mismatch",
            Self::DuplicateId => "duplicate_id",
            Self::NonFinite => "non_finite",
            Self::ZeroVector => "zero_vector",
            Self::InvalidFilter => "invalid_filter",
            Self::InvalidRegex => "invalid_regex",
            Self::InvalidConfiguration => "invalid_configuration",
            Self::InvalidMetadata => "invalid_metadata",
            Self::InvalidName => "invalid_name",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::UnknownDatabase => "unknown_database",
            Self::Damaged => "damaged",
            Self::UnsupportedVersion => "unsupported_version",
        }
    }
}

/// An error of the engine. Boxed, because every result that may be one is as large as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

/// What an [`Error`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The stable code.
    pub code: Code,
    /// What was wrong, what was expected, and which record.
    pub message: String,
}

impl Error {
    /// An error with `code` that says `message`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Details { code, message: message.into() }))
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Damaged> for Error {
    fn from(Damaged(what): Damaged) -> Self {
        Self::new(Code::Damaged, what)
    }
}

/// The engine's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;
