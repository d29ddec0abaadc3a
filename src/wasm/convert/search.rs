//! Searches between JavaScript and the engine.

use std::borrow::Cow;

use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::JsValue;

use super::answers::{Keys, from_metadata, from_text, set};
use super::arguments::to_array;
use super::json::{Role, to_json};
use crate::engine::collection::{Collection, SearchAnswer};
use crate::engine::metadata::Metadata;
use crate::engine::rank::{Search, Select, Wanted};
use crate::wasm::errors::Result;
use crate::wasm::regex::compile;

/// Reads an array of `{ filter?, rank?, group_by?, limit?, select? }`, as `toPayload` of the
/// package's `Search` makes them, with an embedding in place of every text.
pub(crate) fn to_searches(value: &JsValue) -> Result<Vec<Search>> {
    let read = |(at, search): (usize, JsValue)| {
        let json = to_json(&search, Role::Filter, &|| format!("searches[{at}]"))?;
        Ok(Search::from_json(&json, &compile)?)
    };
    to_array(value, "searches")?.iter().enumerate().map(read).collect()
}

/// For each search `{ ids, documents?, embeddings?, dimension, metadatas?, scores?, select }` with
/// the columns that it selects. A score that is no number is null.
pub(crate) fn from_answers(
    collection: &Collection,
    searches: &[Search],
    answers: &[SearchAnswer],
) -> Result<JsValue> {
    let mut keys = Keys::default();
    let columns = Array::new();
    for (search, answer) in searches.iter().zip(answers) {
        let answer = from_answer(collection, &search.select, answer, &mut keys)?;
        columns.push(&answer);
    }
    Ok(columns.into())
}

fn from_answer(
    collection: &Collection,
    select: &Select,
    SearchAnswer { slots, scores }: &SearchAnswer,
    keys: &mut Keys,
) -> Result<Object> {
    let answer = Object::new();
    let column = |name: &str, cell: &mut dyn FnMut(u32) -> JsValue| {
        let column = Array::new();
        slots.iter().for_each(|slot| {
            column.push(&cell(*slot));
        });
        set(&answer, name, &column)
    };
    column("ids", &mut |slot| JsValue::from_str(&collection.record(slot).id))?;
    if select.document {
        column("documents", &mut |slot| from_text(collection.record(slot).document.as_deref()))?;
    }
    if let Some(wanted) = &select.metadata {
        column("metadatas", &mut |slot| {
            let metadata = collection.record(slot).metadata.as_ref();
            match metadata.and_then(|metadata| part(metadata, wanted)) {
                Some(metadata) => from_metadata(&metadata, keys).into(),
                None => JsValue::NULL,
            }
        })?;
    }
    if select.embedding {
        let rows: Vec<&[f32]> = slots.iter().map(|slot| collection.embedding(*slot)).collect();
        set(&answer, "embeddings", &Float32Array::from(rows.concat().as_slice()))?;
    }
    if let (true, Some(scores)) = (select.score, scores) {
        let number = |score: &f32| match score.is_nan() {
            true => JsValue::NULL,
            false => JsValue::from_f64(f64::from(*score)),
        };
        set(&answer, "scores", &scores.iter().map(number).collect::<Array>())?;
    }
    let names = select.names.iter().map(|name| JsValue::from_str(name));
    set(&answer, "select", &names.collect::<Array>())?;
    let dimension = collection.dimension().unwrap_or(0) as f64;
    set(&answer, "dimension", &dimension.into())?;
    Ok(answer)
}

/// What is wanted of a record's metadata; `None` if it has none of it.
fn part<'a>(metadata: &'a Metadata, wanted: &Wanted) -> Option<Cow<'a, Metadata>> {
    let Wanted::Keys(keys) = wanted else { return Some(Cow::Borrowed(metadata)) };
    let entries = metadata.iter().filter(|(key, _)| keys.iter().any(|name| **name == ***key));
    let entries = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    Metadata::new(entries).map(Cow::Owned)
}
