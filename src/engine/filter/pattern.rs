//! Regular expressions. The engine carries no library for them: whoever reads a clause says how to
//! compile one, so that a page which uses none loads none.

use std::fmt;
use std::rc::Rc;

use crate::engine::error::Result;

/// A compiled regular expression.
pub trait Matcher {
    /// Whether it matches anywhere in `text`.
    fn is_match(&self, text: &str) -> bool;
}

/// Compiles a regular expression, or says with `invalid_regex` what is wrong with it.
pub type Compile<'a> = &'a dyn Fn(&str) -> Result<Rc<dyn Matcher>>;

/// A regular expression as written, and compiled.
#[derive(Clone)]
pub struct Pattern {
    source: Box<str>,
    matcher: Rc<dyn Matcher>,
}

impl Pattern {
    /// Compiles `source`.
    ///
    /// # Errors
    /// What `compile` finds wrong.
    pub fn new(source: &str, compile: Compile<'_>) -> Result<Self> {
        Ok(Self { source: source.into(), matcher: compile(source)? })
    }

    /// Whether it matches anywhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Patterns are equal when they are written the same.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}
