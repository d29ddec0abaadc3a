//! Errors as JavaScript sees them: an `Error` with its own string property `code`.

use std::ops::Deref;

use js_sys::{JsString, Reflect};
use wasm_bindgen::JsValue;

use crate::engine;

/// The codes that only a browser can cause. The codes about data are
/// [`engine::error::Code`]; together they are the public list.
pub(crate) mod code {
    /// An argument has the wrong shape or value.
    pub(crate) const INVALID_ARGUMENT: &str = "invalid_argument";
    /// A `where` or `whereDocument` clause cannot be understood.
    pub(crate) const INVALID_FILTER: &str = "invalid_filter";
    /// A metadata key or value is not of a supported type.
    pub(crate) const INVALID_METADATA: &str = "invalid_metadata";
    /// A configuration key or value cannot be understood.
    pub(crate) const INVALID_CONFIGURATION: &str = "invalid_configuration";
    /// No collection has this name or id.
    pub(crate) const NOT_FOUND: &str = "not_found";
    /// The database was closed, here or by another tab that needs it to itself.
    pub(crate) const CLOSED: &str = "closed";
    /// The browser's storage failed.
    pub(crate) const STORAGE: &str = "storage";
    /// The browser gives this site no more space.
    pub(crate) const STORAGE_FULL: &str = "storage_full";
    /// There is no IndexedDB here, or the browser does not allow it.
    pub(crate) const STORAGE_UNAVAILABLE: &str = "storage_unavailable";
    /// Stored bytes do not match their checksum or their format.
    pub(crate) const DAMAGED: &str = "damaged";
    /// Stored bytes were written by a newer version.
    pub(crate) const UNSUPPORTED_VERSION: &str = "unsupported_version";
    /// A defect in this package.
    pub(crate) const INTERNAL: &str = "internal";
}

/// An error of the shell or, converted, of the engine. Boxed, because every result that may be one
/// is as large as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error(Box<Details>);

/// What an [`Error`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    /// The stable name for programs.
    pub(crate) code: &'static str,
    /// What was wrong and what was expected, for people.
    pub(crate) message: String,
}

/// The shell's results.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with `code` that says `message`.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Details { code, message: message.into() }))
    }
}

impl From<engine::error::Error> for Error {
    fn from(mut error: engine::error::Error) -> Self {
        Self::new(error.code.as_str(), std::mem::take(&mut error.message))
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let value = js_sys::Error::new(&error.message);
        let code: JsValue = JsString::from(error.code).into();
        // A fresh `Error` is extensible, so that this cannot fail.
        let _ = Reflect::set(&value, &JsValue::from_str("code"), &code);
        value.into()
    }
}
