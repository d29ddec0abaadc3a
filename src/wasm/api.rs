//! The class that JavaScript sees.
//!
//! Every method reads its arguments before it returns, so that the caller may change them
//! afterwards, and returns a promise. A promise is rejected with an `Error` that has a string
//! property `code`; nothing is thrown.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::engine::change::Change;
use crate::engine::collection::{Batch, Collection};
use crate::engine::error::Result as EngineResult;
use crate::wasm::convert::{
    from_info, from_infos, from_neighbors, from_records, from_stats, to_batch, to_changes,
    to_collection_metadata, to_configuration, to_count, to_floats, to_include, to_selected,
};
use crate::wasm::database::Database;
use crate::wasm::errors::Result;
use crate::wasm::storage::Storage;

/// A database of collections of records. The names and shapes of arguments and answers are those
/// of the package's TypeScript, which wraps this class.
#[wasm_bindgen(js_name = Database)]
pub struct JsDatabase(Rc<Database>);

#[wasm_bindgen(js_class = Database)]
impl JsDatabase {
    /// Opens the database at `path`, creating it if there is none; without a path, one that lives
    /// in memory only. Resolves with a `Database`.
    pub fn open(path: Option<String>) -> Promise {
        promise(async move {
            let database = Database::open(path.as_deref()).await?;
            Ok(Self(Rc::new(database)).into())
        })
    }

    /// Deletes the database at `path` with everything in it. Whoever has it open loses it.
    pub fn destroy(path: String) -> Promise {
        promise(async move { Storage::destroy(&path).await.map(undefined) })
    }

    /// Whether it outlives the page.
    #[wasm_bindgen(getter)]
    pub fn persistent(&self) -> bool {
        self.0.is_persistent()
    }

    /// Creates a collection. If there is one of this name, `get_or_create` returns it unchanged,
    /// otherwise the code is `already_exists`. Resolves with a `CollectionInfo`.
    #[wasm_bindgen(js_name = createCollection)]
    pub fn create_collection(
        &self,
        name: String,
        metadata: &JsValue,
        configuration: &JsValue,
        get_or_create: Option<bool>,
    ) -> Promise {
        let database = Rc::clone(&self.0);
        let (metadata, configuration) =
            (to_collection_metadata(metadata), to_configuration(configuration));
        promise(async move {
            let (metadata, configuration) = (metadata?, configuration?);
            let get_or_create = get_or_create.unwrap_or(false);
            let created =
                database.create_collection(&name, &metadata, &configuration, get_or_create);
            from_info(&created.await?)
        })
    }

    /// Resolves with the `CollectionInfo` of this name; the code is `not_found` if there is none.
    #[wasm_bindgen(js_name = getCollection)]
    pub fn get_collection(&self, name: String) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { from_info(&database.collection(&name).await?) })
    }

    /// Resolves with an array of `CollectionInfo`, oldest first.
    #[wasm_bindgen(js_name = listCollections)]
    pub fn list_collections(&self, limit: Option<f64>, offset: Option<f64>) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move {
            let limit = limit.map(|limit| to_count(limit, "limit")).transpose()?;
            let offset = to_count(offset.unwrap_or(0.0), "offset")?;
            from_infos(&database.list_collections(limit, offset).await?)
        })
    }

    /// Resolves with the number of collections.
    #[wasm_bindgen(js_name = countCollections)]
    pub fn count_collections(&self) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { Ok(database.count_collections().await?.into()) })
    }

    /// Deletes a collection and its records; the code is `not_found` if there is none.
    #[wasm_bindgen(js_name = deleteCollection)]
    pub fn delete_collection(&self, name: String) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.delete_collection(&name).await.map(undefined) })
    }

    /// Changes the name, the metadata (as a whole) or the configuration. Resolves with the new
    /// `CollectionInfo`.
    #[wasm_bindgen(js_name = modifyCollection)]
    pub fn modify_collection(&self, id: String, changes: &JsValue) -> Promise {
        let database = Rc::clone(&self.0);
        let changes = to_changes(changes);
        promise(async move { from_info(&database.modify_collection(&id, &changes?).await?) })
    }

    /// Adds records; those whose id exists already are skipped.
    pub fn add(&self, id: String, batch: &JsValue) -> Promise {
        self.put(id, batch, Collection::plan_add)
    }

    /// Adds records, and updates those whose id exists already.
    pub fn upsert(&self, id: String, batch: &JsValue) -> Promise {
        self.put(id, batch, Collection::plan_upsert)
    }

    /// Updates records; those whose id does not exist are skipped.
    pub fn update(&self, id: String, batch: &JsValue) -> Promise {
        self.put(id, batch, Collection::plan_update)
    }

    /// Deletes the selected records. Resolves with their number.
    pub fn delete(&self, id: String, selection: &JsValue) -> Promise {
        let database = Rc::clone(&self.0);
        let selected = to_selected(selection);
        promise(async move {
            let selected = selected?;
            Ok(database.delete(&id, &selected.selection, selected.limit).await?.into())
        })
    }

    /// Resolves with the `GetColumns` of the selected records in insertion order.
    pub fn get(&self, id: String, selection: &JsValue, include: &JsValue) -> Promise {
        let database = Rc::clone(&self.0);
        let (selected, include) = (to_selected(selection), to_include(include));
        promise(async move {
            let (selected, include) = (selected?, include?);
            let get = |collection: &Collection| {
                let slots = collection.get(&selected.selection, selected.limit, selected.offset)?;
                from_records(collection, &slots, include)
            };
            database.read(&id, get).await
        })
    }

    /// Resolves with the `QueryColumns` of the records nearest to each of the embeddings, which are
    /// n x `dimension` numbers.
    pub fn query(
        &self,
        id: String,
        embeddings: &JsValue,
        dimension: f64,
        selection: &JsValue,
        n_results: f64,
        include: &JsValue,
    ) -> Promise {
        let database = Rc::clone(&self.0);
        let queries = to_floats(embeddings, "the embeddings of the query");
        let (selected, include) = (to_selected(selection), to_include(include));
        promise(async move {
            let (queries, selected, include) = (queries?, selected?, include?);
            let dimension = to_count(dimension, "dimension")? as usize;
            let n_results = to_count(n_results, "nResults")? as usize;
            let query = |collection: &Collection| {
                let answers =
                    collection.query(&queries, dimension, &selected.selection, n_results)?;
                from_neighbors(collection, &answers, include)
            };
            database.read(&id, query).await
        })
    }

    /// Resolves with the number of records.
    pub fn count(&self, id: String) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.read(&id, |collection| Ok(collection.count().into())).await })
    }

    /// Works in the background for about so many milliseconds: linking and checkpoints. Resolves
    /// with whether work is left.
    pub fn work(&self, milliseconds: f64) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { Ok(database.work(milliseconds).await?.into()) })
    }

    /// Resolves with `{ records, unlinked, collections, loadedCollections, memoryBytes, wasmBytes }`;
    /// records and memory are those of the collections that have been used since opening.
    pub fn stats(&self) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { from_stats(&database.stats().await?) })
    }

    /// Waits for the calls under way and lets go of everything. Later calls have the code `closed`.
    pub fn close(&self) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move {
            database.close().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    fn put(
        &self,
        id: String,
        batch: &JsValue,
        plan: fn(&Collection, Batch) -> EngineResult<Change>,
    ) -> Promise {
        let database = Rc::clone(&self.0);
        let batch = to_batch(batch);
        promise(async move { database.put(&id, batch?, plan).await.map(undefined) })
    }
}

/// Boxed, so that the module has the code that drives a promise once and not for every method.
fn promise(answer: impl Future<Output = Result<JsValue>> + 'static) -> Promise {
    let answer: Pin<Box<dyn Future<Output = Result<JsValue>>>> = Box::pin(answer);
    future_to_promise(async move { answer.await.map_err(JsValue::from) })
}

fn undefined((): ()) -> JsValue {
    JsValue::UNDEFINED
}
