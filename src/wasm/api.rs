//! The class that JavaScript sees.
//!
//! Every method reads its arguments before it returns, so that the caller may change them
//! afterwards - batches of records excepted - and returns a promise. A promise is rejected with an `Error` that has a string
//! property `code`; nothing is thrown.
//!
//! JavaScript names the method in [`JsDatabase::call`]: with an export for each, the code that takes
//! arguments over would be there as often, in the module and in its glue.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise, Uint32Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::engine::collection::{Collection, Operation};
use crate::wasm::convert::{
    Selected, from_answers, from_database, from_databases, from_definition, from_definitions,
    from_indexing_status, from_neighbors, from_records, from_stats, to_batch, to_changes, to_count,
    to_floats, to_include, to_new_collection, to_scope, to_searches, to_selected,
};
use crate::wasm::database::{Database, Read};
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::host::Host;
use crate::wasm::indexeddb::Mode;
use crate::wasm::random;
use crate::wasm::replica::Plan;
use crate::wasm::storage::{self, Storage};

/// A database of collections of records. The names and shapes of arguments and answers are those
/// of the package's TypeScript, which wraps this class.
#[wasm_bindgen(js_name = Database)]
pub struct JsDatabase(Rc<Database>);

#[wasm_bindgen(js_class = Database)]
impl JsDatabase {
    /// Opens the database at `path`, creating it if there is none; without a path, one that lives
    /// in memory only. If it is `strict`, every write waits for the disk. Resolves with a `Database`.
    pub fn open(path: Option<String>, strict: bool, host: Host) -> Promise {
        promise(async move {
            let database = Database::open(path.as_deref(), strict, host).await?;
            Ok(Self(Rc::new(database)).into())
        })
    }

    /// Deletes the database at `path` with everything in it. Whoever has it open loses it.
    pub fn destroy(path: String) -> Promise {
        promise(async move { Storage::destroy(&path).await.map(undefined) })
    }

    /// Calls the method of this name, or returns undefined if it is none of those that most pages call:
    /// then it is one of [`JsDatabase::call_rare`]. Names and arguments are those of `Calls` in
    /// `js/transport/protocol.ts` and of `EngineCalls` in `js/wasm.ts`.
    pub fn call(&self, method: &str, arguments: Array) -> Option<Promise> {
        let promise = self.dispatch(method, &Arguments(arguments));
        promise.unwrap_or_else(|error| Some(rejected(error.into())))
    }

    /// Calls a method that few pages call. The build moves what only this leads to into a module of its own
    /// (`scripts/build/split.mjs`), which has to be loaded before.
    #[wasm_bindgen(js_name = callRare)]
    pub fn call_rare(&self, method: &str, arguments: Array) -> Promise {
        let promise = self.dispatch_rare(method, &Arguments(arguments));
        promise.unwrap_or_else(|error| rejected(error.into()))
    }
}

impl JsDatabase {
    fn dispatch(&self, method: &str, given: &Arguments) -> Result<Option<Promise>> {
        Ok(Some(match method {
            "createCollection" => self.create_collection(
                &given.value(0),
                given.text(1)?,
                &given.value(2),
                &given.value(3),
                given.value(4).as_string(),
                given.value(5).is_truthy(),
            ),
            "getCollection" => self.get_collection(&given.value(0), given.text(1)?),
            "getCollectionById" => self.get_collection_by_id(given.text(0)?),
            "listCollections" => {
                self.list_collections(&given.value(0), given.number(1), given.number(2))
            }
            "countCollections" => self.count_collections(&given.value(0)),
            "deleteCollection" => self.delete_collection(&given.value(0), given.text(1)?),
            "add" => self.add(given.text(0)?, &given.from(1)),
            "upsert" => self.upsert(given.text(0)?, &given.from(1)),
            "update" => self.update(given.text(0)?, &given.from(1)),
            "delete" => self.delete(given.text(0)?, &given.value(1)),
            "get" => self.get(given.text(0)?, &given.value(1), &given.value(2)),
            "query" => self.query(
                given.text(0)?,
                &given.value(1),
                given.number(2),
                &given.value(3),
                given.number(4),
                &given.value(5),
            ),
            "count" => self.count(given.text(0)?),
            "indexingStatus" => self.indexing_status(given.text(0)?),
            "follow" => self.follow(given.text(0)?),
            "loaded" => Promise::resolve(&JsValue::from(self.loaded())),
            "work" => self.work(given.number(0)),
            "close" => self.close(),
            _ => return Ok(None),
        }))
    }

    fn dispatch_rare(&self, method: &str, given: &Arguments) -> Result<Promise> {
        Ok(match method {
            "modifyCollection" => self.modify_collection(given.text(0)?, &given.value(1)),
            "forkCollection" => self.fork_collection(given.text(0)?, given.text(1)?),
            "inherit" => self.inherit(given.text(0)?, given.text(1)?, given.number(2) as u32),
            "createTenant" => self.create_tenant(given.text(0)?),
            "getTenant" => self.get_tenant(given.text(0)?),
            "createDatabase" => self.create_database(given.text(0)?, given.text(1)?),
            "getDatabase" => self.get_database(given.text(0)?, given.text(1)?),
            "deleteDatabase" => self.delete_database(given.text(0)?, given.text(1)?),
            "listDatabases" => {
                self.list_databases(given.text(0)?, given.number(1), given.number(2))
            }
            "reset" => self.reset(),
            "search" => self.search(given.text(0)?, &given.value(1)),
            "stats" => self.stats(),
            "overview" => self.overview(),
            "verify" => self.verify(given.text(0)?),
            "exchange" => {
                let (key, at) = (given.text(0)?, given.number(1) as usize);
                Promise::resolve(&self.0.exchange(&key, at, &given.value(2))?)
            }
            "assist" => Promise::resolve(&self.0.assist(&given.value(0), &given.value(1))?),
            "fetchEmbeddings" => {
                self.fetch_embeddings(given.text(0)?, Uint32Array::from(given.value(1)).to_vec())
            }
            _ => return Err(Error::new(code::INTERNAL, "there is no method ".to_owned() + method)),
        })
    }

    /// Creates a collection. If there is one of this name, `get_or_create` returns it unchanged,
    /// otherwise the code is `already_exists`. Resolves with a `CollectionInfo`.
    pub fn create_collection(
        &self,
        scope: &JsValue,
        name: String,
        metadata: &JsValue,
        configuration: &JsValue,
        extra: Option<String>,
        get_or_create: bool,
    ) -> Promise {
        let database = Rc::clone(&self.0);
        let new = to_new_collection(scope, name, metadata, configuration, extra);
        promise(async move { database.create(new?, get_or_create).await })
    }

    /// Resolves with the `CollectionInfo` of this name; the code is `not_found` if there is none.
    pub fn get_collection(&self, scope: &JsValue, name: String) -> Promise {
        let scope = to_scope(scope);
        self.look_up(Box::new(move |catalog| from_definition(catalog.named(&scope, &name)?)))
    }

    /// Resolves with the `CollectionInfo` of this id, by which callers know it; every other call takes the
    /// `key` in it, which is another one once the collection has been embedded anew. The code is `not_found` if there is none.
    pub fn get_collection_by_id(&self, id: String) -> Promise {
        self.look_up(Box::new(move |catalog| from_definition(catalog.by_public_id(&id)?)))
    }

    /// Resolves with an array of `CollectionInfo`, oldest first.
    pub fn list_collections(&self, scope: &JsValue, limit: f64, offset: f64) -> Promise {
        let scope = to_scope(scope);
        self.look_up(Box::new(move |catalog| {
            let (limit, offset) = (to_count(limit, "limit")?, to_count(offset, "offset")?);
            from_definitions(catalog.list(&scope).skip(offset as usize).take(limit as usize))
        }))
    }

    /// Resolves with the number of collections.
    pub fn count_collections(&self, scope: &JsValue) -> Promise {
        let scope = to_scope(scope);
        self.look_up(Box::new(move |catalog| Ok((catalog.list(&scope).count() as f64).into())))
    }

    /// Deletes a collection and its records; the code is `not_found` if there is none.
    pub fn delete_collection(&self, scope: &JsValue, name: String) -> Promise {
        let scope = to_scope(scope);
        self.edit(Box::new(move |catalog| Ok(undefined(catalog.remove(&scope, &name)?))))
    }

    /// Changes the name, the metadata (as a whole) or the configuration. Resolves with the new
    /// `CollectionInfo`.
    pub fn modify_collection(&self, id: String, changes: &JsValue) -> Promise {
        let database = Rc::clone(&self.0);
        let changes = to_changes(changes);
        promise(async move {
            let changes = changes?;
            database.modify(&id, &|catalog| catalog.modify(&id, &changes), None).await
        })
    }

    /// Creates a collection with the records of another, in the same database. Resolves with its
    /// `CollectionInfo`.
    pub fn fork_collection(&self, id: String, name: String) -> Promise {
        let database = Rc::clone(&self.0);
        future_to_promise(async move { database.fork(&id, name).await })
    }

    /// Resolves with what an heir, a collection in the hidden database of that name, lacks of the records
    /// of collection `id`: how many, of how many, and up to `limit` ids. When it lacks nothing, it takes the
    /// collection's place, and this resolves with the new `CollectionInfo`, or with undefined if another
    /// tab has written meanwhile.
    pub fn inherit(&self, id: String, heir: String, limit: u32) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.inherit(&id, &heir, limit).await })
    }

    /// Creates a tenant; the code is `already_exists` if there is one of this name.
    pub fn create_tenant(&self, name: String) -> Promise {
        self.edit(Box::new(move |catalog| Ok(undefined(catalog.create_tenant(&name)?))))
    }

    /// Resolves with the tenant's name; the code is `not_found` if there is none.
    pub fn get_tenant(&self, name: String) -> Promise {
        self.look_up(Box::new(move |catalog| {
            catalog.tenant(&name)?;
            Ok(JsValue::from_str(&name))
        }))
    }

    /// Creates a database within a tenant. Resolves with a `DatabaseInfo`.
    pub fn create_database(&self, tenant: String, name: String) -> Promise {
        let id = random::uuid();
        self.edit(Box::new(move |catalog| {
            let (id, tenant, name) = (id.clone()?, tenant.clone(), name.clone());
            let database = crate::engine::catalog::Database { id, tenant, name };
            from_database(&catalog.create_database(database)?)
        }))
    }

    /// Resolves with a `DatabaseInfo`; the code is `not_found` if there is none.
    pub fn get_database(&self, tenant: String, name: String) -> Promise {
        self.look_up(Box::new(move |catalog| from_database(&catalog.database(&tenant, &name)?)))
    }

    /// Deletes a database and its collections; the code is `not_found` if there is none.
    pub fn delete_database(&self, tenant: String, name: String) -> Promise {
        self.edit(Box::new(move |catalog| Ok(undefined(catalog.remove_database(&tenant, &name)?))))
    }

    /// Resolves with an array of `DatabaseInfo`, by name.
    pub fn list_databases(&self, tenant: String, limit: f64, offset: f64) -> Promise {
        self.look_up(Box::new(move |catalog| {
            let (limit, offset) = (to_count(limit, "limit")?, to_count(offset, "offset")?);
            let databases = catalog.databases(&tenant);
            from_databases(databases.iter().skip(offset as usize).take(limit as usize))
        }))
    }

    /// Deletes every collection, tenant and database.
    pub fn reset(&self) -> Promise {
        self.edit(Box::new(|catalog| {
            catalog.clear();
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Adds the records of a batch, or of an array of them; those whose id exists already are skipped.
    pub fn add(&self, id: String, batches: &JsValue) -> Promise {
        self.put(id, batches, Operation::Add)
    }

    /// Adds records as [`JsDatabase::add`] does, and updates those whose id exists already.
    pub fn upsert(&self, id: String, batches: &JsValue) -> Promise {
        self.put(id, batches, Operation::Upsert)
    }

    /// Updates the records of a batch, or of an array of them; those whose id does not exist are skipped.
    pub fn update(&self, id: String, batches: &JsValue) -> Promise {
        self.put(id, batches, Operation::Update)
    }

    /// Deletes the selected records. Resolves with their number.
    pub fn delete(&self, id: String, selection: &JsValue) -> Promise {
        match to_selected(selection) {
            Err(error) => rejected(error.into()),
            Ok(selected) => {
                let make = move |collection: &Collection, _| {
                    let (change, deleted) =
                        collection.plan_delete(&selected.selection, selected.limit)?;
                    Ok((change, Some(deleted)))
                };
                self.write(id, Some(Plan { parts: 1, make: Box::new(make) }))
            }
        }
    }

    /// Resolves with the `GetColumns` of the selected records in insertion order.
    pub fn get(&self, id: String, selection: &JsValue, include: &JsValue) -> Promise {
        let (selected, include) = (to_selected(selection), to_include(include));
        self.read(
            id,
            Box::new(move |collection| {
                let (selected, include) = (given(&selected)?, *given(&include)?);
                let slots = collection.get(&selected.selection, selected.limit, selected.offset)?;
                from_records(collection, &slots, include)
            }),
        )
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
        let queries = to_floats(embeddings, "the embeddings of the query");
        let (selected, include) = (to_selected(selection), to_include(include));
        self.read(
            id,
            Box::new(move |collection| {
                let (queries, include) = (given(&queries)?, *given(&include)?);
                let dimension = to_count(dimension, "dimension")? as usize;
                let n_results = to_count(n_results, "nResults")? as usize;
                let Selected { selection, ef, .. } = given(&selected)?;
                let answers = collection.query(queries, dimension, selection, n_results, *ef)?;
                from_neighbors(collection, &answers, include)
            }),
        )
    }

    /// Resolves with one `SearchColumns` for each of the searches.
    pub fn search(&self, id: String, searches: &JsValue) -> Promise {
        let searches = to_searches(searches);
        self.read(
            id,
            Box::new(move |collection| {
                let searches = given(&searches)?;
                let answers = searches.iter().map(|search| collection.search(search));
                from_answers(collection, searches, &answers.collect::<Result<Vec<_>, _>>()?)
            }),
        )
    }

    /// Resolves with the number of records.
    pub fn count(&self, id: String) -> Promise {
        self.read(id, Box::new(|collection| Ok(collection.count().into())))
    }

    /// Resolves with `{ indexed, total }`: how many records the graph has, of how many.
    pub fn indexing_status(&self, id: String) -> Promise {
        self.read(id, Box::new(from_indexing_status))
    }

    /// Takes in what other tabs have written to a collection, if it is in memory: reads that start
    /// later see every write that was complete before.
    pub fn follow(&self, id: String) -> Promise {
        self.write(id, None)
    }

    /// The ids of the collections in memory.
    pub fn loaded(&self) -> Array {
        self.0.loaded().iter().map(|replica| JsValue::from_str(replica.id())).collect()
    }

    /// Works in the background for about so many milliseconds: linking and checkpoints. Resolves
    /// with whether work is left, or if it is worth having other workers help with it, with the key of that collection
    /// and how many workers are to link, this one included.
    pub fn work(&self, milliseconds: f64) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move {
            let left = database.work(milliseconds).await?;
            Ok(database.wants_mirrors().filter(|_| left).map_or(left.into(), JsValue::from))
        })
    }

    /// Resolves with `{ records, unlinked, collections, loadedCollections, memoryBytes, wasmBytes }`;
    /// records and memory are those of the collections that have been used since opening.
    pub fn stats(&self) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { from_stats(&database.stats().await?) })
    }

    /// Resolves with the parts of an overview: which collections there are, whatever belongs to them.
    pub fn overview(&self) -> Promise {
        self.examine(None)
    }

    /// Resolves with the parts of a report on a collection, or `null` if nothing is stored of it.
    pub fn verify(&self, id: String) -> Promise {
        self.examine(Some(id))
    }

    /// Takes groups of embeddings of a collection into memory, for a read that waits for them.
    pub fn fetch_embeddings(&self, id: String, groups: Vec<u32>) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.fetch(&id, &groups).await })
    }

    /// Waits for the calls under way and lets go of everything. Later calls have the code `closed`.
    pub fn close(&self) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move {
            database.close().await;
            Ok(JsValue::UNDEFINED)
        })
    }
}

#[cfg(feature = "measure")]
#[wasm_bindgen(js_class = Database)]
impl JsDatabase {
    /// Sets what [`Planner`](crate::engine::planner::Planner) is made of, for a collection in memory; what is left
    /// out is as it comes.
    #[wasm_bindgen(js_name = setPlanner)]
    pub fn set_planner(
        &self,
        id: &str,
        exact_numbers: Option<f64>,
        scanned_per_candidate: Option<f64>,
    ) -> std::result::Result<(), JsValue> {
        let mut planner = crate::engine::planner::Planner::default();
        if let Some(numbers) = exact_numbers {
            planner.exact_numbers = numbers as usize;
        }
        if let Some(records) = scanned_per_candidate {
            planner.scanned_per_candidate = records as usize;
        }
        let replica = self.0.find(id).expect("a collection that has been used");
        Ok(replica.set_planner(planner)?)
    }
}

/// One asynchronous body for each kind of call, and not one for each call: such bodies are large.
impl JsDatabase {
    fn look_up(&self, operation: Box<storage::Operation<'static>>) -> Promise {
        self.catalog(Mode::Read, operation)
    }

    fn edit(&self, operation: Box<storage::Operation<'static>>) -> Promise {
        self.catalog(Mode::Write, operation)
    }

    fn catalog(&self, mode: Mode, operation: Box<storage::Operation<'static>>) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.catalog(mode, &*operation, None, None).await })
    }

    fn read(&self, id: String, read: Read) -> Promise {
        let database = Rc::clone(&self.0);
        future_to_promise(async move { database.read(&id, read).await })
    }

    /// Without a plan, only takes in what other tabs have written.
    fn write(&self, id: String, plan: Option<Plan>) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.write(&id, plan.as_ref()).await })
    }

    fn examine(&self, id: Option<String>) -> Promise {
        let database = Rc::clone(&self.0);
        promise(async move { database.verify(id).await })
    }

    /// The batches are of distinct records, and each is read when its turn comes.
    fn put(&self, id: String, batches: &JsValue, operation: Operation) -> Promise {
        let batches = match batches.dyn_ref::<Array>() {
            Some(batches) => batches.clone(),
            None => Array::of1(batches),
        };
        let parts = batches.length().max(1);
        let make = move |collection: &Collection, part| {
            Ok((collection.plan(operation, &to_batch(&batches.get(part))?)?, None))
        };
        self.write(id, Some(Plan { parts, make: Box::new(make) }))
    }
}

/// What JavaScript passes to a method.
struct Arguments(Array);

impl Arguments {
    fn value(&self, at: u32) -> JsValue {
        self.0.get(at)
    }

    fn from(&self, at: u32) -> JsValue {
        self.0.slice(at, u32::MAX).into()
    }

    fn text(&self, at: u32) -> Result<String> {
        let text = self.value(at).as_string();
        text.ok_or_else(|| Error::new(code::INVALID_ARGUMENT, "a name or an id is not a string"))
    }

    /// What is no number is refused where the number is used.
    fn number(&self, at: u32) -> f64 {
        self.value(at).as_f64().unwrap_or(f64::NAN)
    }
}

fn rejected(error: JsValue) -> Promise {
    Promise::reject(&error)
}

/// Boxed, so that the module has the code that drives a promise once and not for every method.
fn promise(answer: impl Future<Output = Result<JsValue>> + 'static) -> Promise {
    drive(Box::pin(answer))
}

fn drive(answer: Pin<Box<dyn Future<Output = Result<JsValue>>>>) -> Promise {
    future_to_promise(async move { answer.await.map_err(JsValue::from) })
}

/// What a read was called with. It may be read several times.
fn given<T>(argument: &Result<T>) -> Result<&T> {
    argument.as_ref().map_err(Error::clone)
}

fn undefined((): ()) -> JsValue {
    JsValue::UNDEFINED
}
