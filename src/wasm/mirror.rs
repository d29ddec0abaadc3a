//! What passes between a collection and its mirrors in other workers.

use js_sys::{Array, Uint8Array, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::collection::Mirror;
use crate::engine::format::{decode_definition, encode_definition};
use crate::wasm::database::Database;
use crate::wasm::errors::{Error, Result, code};

impl Database {
    /// The key of a collection that is worth linking with more than one worker, and with how many.
    pub(crate) fn wants_mirrors(&self) -> Option<Array> {
        self.loaded().iter().find_map(|replica| {
            let threads = replica.collection().ok()?.wants_mirrors()?;
            Some(Array::of2(&replica.id().into(), &threads.into()))
        })
    }

    /// Takes what mirror number `at` of a collection answered: undefined begins it, null ends it. Returns the
    /// arguments of the next [`Database::assist`] there, undefined if there is nothing to ask at the moment, and null
    /// if that mirror is of no use any more.
    pub(crate) fn exchange(&self, id: &str, at: usize, answer: &JsValue) -> Result<JsValue> {
        let _call = self.enter()?;
        let Some(replica) = self.find(id).filter(|replica| replica.is_loaded()) else {
            return Ok(JsValue::NULL);
        };
        let mut collection = replica.collection_mut()?;
        if answer.is_null() {
            collection.end_mirror(at);
            return Ok(JsValue::NULL);
        }
        if answer.is_undefined() {
            collection.begin_mirror(at);
        } else if !collection.mirror_answered(at, to_words(answer)?) {
            return Ok(JsValue::NULL);
        }
        // A checkpoint is under way: nothing may change until its pages are written.
        if self.is_working() {
            return Ok(JsValue::UNDEFINED);
        }
        Ok(collection.mirror_message(at)?.map_or(JsValue::UNDEFINED, |message| {
            let definition = encode_definition(collection.definition());
            let definition: JsValue = Uint8Array::from(&*definition).into();
            Array::of2(&definition, &Uint32Array::from(&*message)).into()
        }))
    }

    /// Does as the mirror of another worker's collection what a message asks; returns the answer.
    pub(crate) fn assist(&self, definition: &JsValue, message: &JsValue) -> Result<JsValue> {
        let mut mirror = self.mirror.borrow_mut();
        if mirror.is_none() {
            let definition = Uint8Array::new(definition).to_vec();
            *mirror = Some(Mirror::new(decode_definition(&definition)?));
        }
        let mirror = mirror.as_mut().expect("there is one now");
        let answer = mirror.answer(&to_words(message)?)?;
        Ok(Uint32Array::from(&*answer).into())
    }
}

fn to_words(value: &JsValue) -> Result<Vec<u32>> {
    let words = value.dyn_ref::<Uint32Array>().map(Uint32Array::to_vec);
    words.ok_or_else(|| Error::new(code::INTERNAL, "a mirror's message is not a Uint32Array"))
}
