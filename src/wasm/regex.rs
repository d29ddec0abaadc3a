//! Regular expressions, which JavaScript compiles in a module of their own.
//!
//! The Unicode tables alone would double the engine; most pages never use a regular expression. The
//! text crosses between the two memories as bytes, without becoming a JavaScript string.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::error::{Code, Error, Result};
use crate::engine::filter::Matcher;

thread_local! {
    /// Makes a [`JsRegex`] of a pattern, or throws what is wrong with it.
    static COMPILER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// A compiled pattern.
    type JsRegex;

    /// Whether it matches in the UTF-8 text at this place of the engine's memory.
    #[wasm_bindgen(method, structural, js_name = isMatch)]
    fn is_match(this: &JsRegex, address: usize, length: usize) -> bool;

    /// Gives its memory back.
    #[wasm_bindgen(method, structural)]
    fn free(this: &JsRegex);
}

/// Says who compiles regular expressions from now on: `(pattern: string, memory: WebAssembly.Memory)
/// => { isMatch(address: number, length: number): boolean; free(): void }`, which throws a string if
/// it cannot. Until then clauses with a regular expression are refused.
#[wasm_bindgen(js_name = setRegexCompiler)]
pub fn set_regex_compiler(compiler: Function) {
    COMPILER.replace(Some(compiler));
}

struct Compiled(JsRegex);

impl Matcher for Compiled {
    fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_ptr() as usize, text.len())
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// Compiles `source`.
pub(crate) fn compile(source: &str) -> Result<Rc<dyn Matcher>> {
    let invalid = |message: String| Err(Error::new(Code::InvalidRegex, message));
    let Some(compiler) = COMPILER.with_borrow(Clone::clone) else {
        return invalid("regular expressions are not loaded".to_owned());
    };
    match compiler.call2(&JsValue::NULL, &source.into(), &wasm_bindgen::memory()) {
        Ok(regex) => Ok(Rc::new(Compiled(regex.unchecked_into()))),
        Err(reason) => {
            let reason = reason.as_string().unwrap_or_default();
            invalid(format!("the regular expression \"{source}\" cannot be compiled: {reason}"))
        }
    }
}
