//! Regular expressions for the filters of Vecino: Rust's syntax with all of Unicode, in time linear
//! in the text, as Chroma's server matches them.
//!
//! A module of its own because of its size, most of which is Unicode's tables and none of which a
//! page needs that filters without regular expressions. `js/regex.ts` loads it on first use.

use wasm_bindgen::prelude::wasm_bindgen;

/// A compiled pattern.
#[wasm_bindgen]
pub struct Regex(regex::Regex);

#[wasm_bindgen]
impl Regex {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// What is wrong with it and where, in words.
    #[wasm_bindgen(constructor)]
    pub fn new(pattern: &str) -> Result<Regex, String> {
        regex::Regex::new(pattern).map(Self).map_err(|error| error.to_string())
    }

    /// Whether it matches anywhere in `text`, which is UTF-8.
    ///
    /// # Errors
    /// When it is not.
    #[wasm_bindgen(js_name = isMatch)]
    pub fn is_match(&self, text: &[u8]) -> Result<bool, String> {
        let text = str::from_utf8(text).map_err(|error| error.to_string())?;
        Ok(self.0.is_match(text))
    }
}
