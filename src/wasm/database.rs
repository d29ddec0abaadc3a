//! A database: its collections, in memory or in the browser's storage, and how calls share them.
//!
//! Rules that every method keeps:
//!
//! * No borrow of a `RefCell` outlives the statement or block that takes it, so none is held while
//!   something is awaited and calls may overlap in any way.
//! * Reads look at memory only and never wait for a write: until a write is applied they see the
//!   state before it.
//! * Every call holds a share of `gate` until it has ended; closing waits for all of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_lock::{RwLock, RwLockReadGuard};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::engine::catalog::{Catalog, gone};
use crate::engine::collection::{Collection, Mirror};
use crate::engine::definition::{Changes, Definition, Residence, Scope};
use crate::engine::error::Result as EngineResult;
use crate::engine::format::encode_change;
use crate::engine::json::Json;
use crate::wasm::clock::{self, Deadline};
use crate::wasm::convert::{from_definition, from_outdated};
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::host::Host;
use crate::wasm::indexeddb::Mode;
use crate::wasm::random;
use crate::wasm::replica::{Plan, Replica};
use crate::wasm::storage::{Operation, Storage};

/// Steps of background work between two looks at the clock. A step takes up to a millisecond.
const STEPS: usize = 1;

/// Reads from a collection what is asked for.
/// Is called again once the embeddings that it needs are in memory.
pub(crate) type Read = Box<dyn Fn(&Collection) -> Result<JsValue>>;

/// Changes a collection's definition in the catalog.
pub(crate) type Modify<'a> = dyn Fn(&mut Catalog) -> EngineResult<&Definition> + 'a;

/// A collection that is to be created.
pub(crate) struct NewCollection {
    pub(crate) scope: Scope,
    pub(crate) name: String,
    pub(crate) metadata: Json,
    pub(crate) configuration: Json,
    pub(crate) extra: Option<String>,
}

/// What is in memory now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stats {
    /// Collections, in memory or not.
    pub(crate) collections: u32,
    /// Collections in memory.
    pub(crate) loaded: u32,
    /// Records of the collections in memory.
    pub(crate) records: u64,
    /// Those of them that the graph does not have yet.
    pub(crate) unlinked: u64,
    /// About how many bytes they take.
    pub(crate) bytes: u64,
}

/// A database.
pub(crate) struct Database {
    /// `None` for a database in memory.
    storage: Option<Storage>,
    host: Host,
    /// The catalog of a database in memory. With a storage the catalog is there and never kept
    /// here, because other tabs change it.
    catalog: RefCell<Catalog>,
    /// The collections in memory, and those being loaded.
    replicas: RefCell<Vec<Rc<Replica>>>,
    /// Shared by calls under way, owned by closing.
    gate: RwLock<()>,
    closed: Cell<bool>,
    /// Whether a call of [`Database::work`] is under way.
    working: Cell<bool>,
    /// Which collection's turn it is in background work.
    turn: Cell<usize>,
    /// When the youngest collection was created; the next one is younger, whatever the clock says.
    youngest: Cell<u64>,
    /// A copy of another worker's collection, to help it with linking.
    pub(crate) mirror: RefCell<Option<Mirror>>,
}

impl Database {
    /// A database in memory, or the one at `path`, which is created if there is none. In a `strict`
    /// one every write waits for the disk.
    pub(crate) async fn open(path: Option<&str>, strict: bool, host: Host) -> Result<Self> {
        let storage = match path {
            None => None,
            Some("") => {
                return Err(Error::new(
                    code::INVALID_ARGUMENT,
                    "path is an empty string; expected the database's name",
                ));
            }
            Some(path) => Some(Storage::open(path, strict, host.clone()).await?),
        };
        Ok(Self {
            storage,
            host,
            catalog: RefCell::default(),
            replicas: RefCell::default(),
            gate: RwLock::new(()),
            closed: Cell::new(false),
            working: Cell::new(false),
            turn: Cell::new(0),
            youngest: Cell::new(0),
            mirror: RefCell::default(),
        })
    }

    /// Runs an operation on the catalog; [`Storage::catalog`] says how.
    pub(crate) async fn catalog(
        &self,
        mode: Mode,
        operation: &Operation<'_>,
        first: Option<&[u8]>,
        unchanged: Option<(&str, u64)>,
    ) -> Result<JsValue> {
        let _call = self.enter()?;
        let (answer, edits) = match &self.storage {
            Some(storage) => storage.catalog(mode, operation, first, unchanged).await?,
            None => {
                let mut catalog = self.catalog.borrow_mut();
                (operation(&mut catalog)?, catalog.take_edits())
            }
        };
        for replica in edits.removed.iter().filter_map(|id| self.find(id)) {
            replica.mark_deleted();
            self.forget(&replica);
        }
        Ok(answer)
    }

    /// Creates a collection. If there is one of this name, `get_or_create` returns it as it is.
    pub(crate) async fn create(&self, new: NewCollection, get_or_create: bool) -> Result<JsValue> {
        let NewCollection { scope, name, metadata, configuration, extra } = new;
        let (id, lots) = (random::uuid()?, self.lots()?);
        let mut definition = Definition::new(id, scope, &name, lots, &metadata, &configuration)?;
        definition.extra = extra;
        if self.storage.is_none() && definition.configuration.embeddings == Residence::Stored {
            return Err(Error::new(
                code::INVALID_CONFIGURATION,
                "configuration.embeddings \"stored\" needs a database that is kept in the browser's \
                 storage: use PersistentClient, or leave it out",
            ));
        }
        let operation = |catalog: &mut Catalog| {
            from_definition(catalog.create(definition.clone(), get_or_create)?)
        };
        self.catalog(Mode::Write, &operation, None, None).await
    }

    /// Creates a collection with the records that another has now, in the same database.
    pub(crate) async fn fork(&self, id: &str, name: String) -> Result<JsValue, JsValue> {
        let _call = self.enter()?;
        let replica = self.replica(id).await?;
        let copied = Cell::new(None);
        let copy = |collection: &Collection| {
            copied.set(Some((collection.definition().clone(), collection.copy())));
            Ok(())
        };
        self.complete(&replica, &copy).await?;
        let (mut definition, records) = copied.take().expect("it was read");
        let (metadata, configuration) = (Json::Null, Json::Null);
        let changes = Changes { name: Some(name), metadata, configuration, extra: None };
        definition = definition.modified(&changes).map_err(Error::from)?;
        (definition.id, definition.public_id) = (random::uuid()?, None);
        (definition.created, definition.seed) = self.lots()?;
        let operation =
            |catalog: &mut Catalog| from_definition(catalog.create(definition.clone(), false)?);
        let entry = (!records.is_empty()).then(|| encode_change(&records));
        let answer = self.catalog(Mode::Write, &operation, entry.as_deref(), None).await?;
        let replica = Replica::created(definition, entry.is_some().then_some(records));
        self.replicas.borrow_mut().push(Rc::new(replica));
        Ok(answer)
    }

    /// Gives a collection another definition, unless another one is not `unchanged`.
    pub(crate) async fn modify(
        &self,
        id: &str,
        modify: &Modify<'_>,
        unchanged: Option<(&str, u64)>,
    ) -> Result<JsValue> {
        let _call = self.enter()?;
        let modified = RefCell::new(None);
        let operation = |catalog: &mut Catalog| {
            let definition = modify(catalog)?;
            modified.replace(Some(definition.clone()));
            from_definition(definition)
        };
        let answer = self.catalog(Mode::Write, &operation, None, unchanged).await?;
        if let (Some(replica), Some(definition)) = (self.find(id), modified.take()) {
            if let Some(storage) = &self.storage {
                // One that is being loaded may have read the old definition. If that fails, whoever
                // loads it next reads the new one; what was asked for here is done.
                let _ = replica.load(storage).await;
            }
            replica.redefine(definition).await;
        }
        Ok(answer)
    }

    /// What the heir of a collection lacks, at most `limit` ids; when nothing is lacking, puts the heir
    /// into the collection's place and resolves with its definition, or with undefined if another tab has
    /// written meanwhile.
    pub(crate) async fn inherit(&self, id: &str, heir: &str, limit: u32) -> Result<JsValue> {
        let _call = self.enter()?;
        let replica = self.replica(id).await?;
        let filled = self.replica(heir).await?;
        let sequence = {
            let (collection, filled) = (replica.collection()?, filled.collection()?);
            let outdated = collection.outdated(&filled, limit);
            if outdated.count > 0 || filled.count() > collection.count() {
                return Ok(from_outdated(&collection, &outdated));
            }
            collection.sequence()
        };
        self.modify(heir, &|catalog| catalog.inherit(heir), Some((id, sequence))).await
    }

    /// When a collection is created now, and its seed.
    fn lots(&self) -> Result<(u64, u64)> {
        let created = clock::now().max(self.youngest.get() + 1);
        self.youngest.set(created);
        Ok((created, random::seed()?))
    }

    /// Writes to a collection what `plan` makes of it. Resolves with the number of deleted records,
    /// if that is what the plan does.
    ///
    /// Without a plan, only takes in what other tabs have written, if the collection is in memory:
    /// reads that start later see every write that was complete before.
    pub(crate) async fn write(&self, id: &str, plan: Option<&Plan>) -> Result<JsValue> {
        let _call = self.enter()?;
        if plan.is_none() && self.find(id).is_none() {
            return Ok(JsValue::UNDEFINED);
        }
        let replica = self.replica(id).await?;
        let result = replica.write(self.storage.as_ref(), &self.host, plan).await;
        self.forget_deleted(&replica);
        Ok(result?.map_or(JsValue::UNDEFINED, JsValue::from))
    }

    /// Reads from a collection.
    pub(crate) async fn read(&self, id: &str, read: Read) -> Result<JsValue, JsValue> {
        let _call = self.enter()?;
        let replica = self.replica(id).await?;
        let answer = Cell::new(JsValue::UNDEFINED);
        self.complete(&replica, &|collection| read(collection).map(|value| answer.set(value)))
            .await?;
        Ok(answer.into_inner())
    }

    /// Reads from a collection, again and again until all embeddings that this takes are in memory.
    async fn complete(
        &self,
        replica: &Replica,
        read: &dyn Fn(&Collection) -> Result<()>,
    ) -> Result<(), JsValue> {
        let mut fetched = false;
        loop {
            let (answer, missing) = {
                let collection = replica.collection()?;
                // Not those of whoever is waiting for them.
                drop(collection.missing());
                (read(&collection), collection.missing())
            };
            let storage = self.storage.as_ref().filter(|_| !missing.is_empty());
            let Some(storage) = storage else {
                if fetched {
                    replica.trim()?;
                }
                return Ok(answer?);
            };
            fetched = true;
            // What does that is in the module that few pages need, which only the host can load.
            JsFuture::from(storage.host().fetch(replica.id(), missing)).await?;
        }
    }

    /// Takes groups of embeddings of a collection into memory.
    pub(crate) async fn fetch(&self, id: &str, groups: &[u32]) -> Result<JsValue> {
        let _call = self.enter()?;
        if let (Some(replica), Some(storage)) = (self.find(id), &self.storage) {
            let result = replica.fetch(storage, groups).await;
            self.forget_deleted(&replica);
            result?;
            return Ok(JsValue::UNDEFINED);
        }
        Err(gone().into())
    }

    /// Works in the background for about so many milliseconds: links new records into the graph,
    /// repairs it, and makes checkpoints that are due, if this tab is elected to. Returns whether work is left.
    ///
    /// Linking stops in time, to within a step. A checkpoint takes its own time, but encodes its pages one
    /// by one, and nobody waits for it except writes to the same collection.
    pub(crate) async fn work(&self, milliseconds: f64) -> Result<bool> {
        let _call = self.enter()?;
        if self.working.replace(true) {
            return Ok(true);
        }
        let result = self.work_until(Deadline::after(milliseconds)).await;
        self.working.set(false);
        result
    }

    /// Whether background work is under way, which between calls is a checkpoint.
    pub(crate) fn is_working(&self) -> bool {
        self.working.get()
    }

    async fn work_until(&self, deadline: Deadline) -> Result<bool> {
        let replicas = self.loaded();
        let mut left = false;
        for turn in 0..replicas.len() {
            let at = self.turn.get() % replicas.len();
            if turn > 0 && deadline.has_passed() {
                return Ok(true);
            }
            self.turn.set(at + 1);
            left |= self.work_on(&replicas[at], deadline).await?;
        }
        Ok(left)
    }

    async fn work_on(&self, replica: &Replica, deadline: Deadline) -> Result<bool> {
        let mut more = true;
        while more {
            more = replica.link(STEPS)?;
            if deadline.has_passed() {
                break;
            }
        }
        if let Some(storage) = &self.storage
            && replica.checkpoint_due(!more)?
        {
            if storage.host().elected(replica.id(), false) {
                more |= !replica.checkpoint(storage).await?;
                self.forget_deleted(replica);
            } else if replica.neglected(storage).await? {
                storage.host().elected(replica.id(), true);
            }
        }
        Ok(more)
    }

    /// What is in memory now.
    pub(crate) async fn stats(&self) -> Result<Stats> {
        let count = Cell::new(0);
        let operation = |catalog: &mut Catalog| {
            count.set(catalog.len());
            Ok(JsValue::UNDEFINED)
        };
        self.catalog(Mode::Read, &operation, None, None).await?;
        let mut stats = Stats { collections: count.get(), ..Stats::default() };
        for replica in self.loaded() {
            let collection = replica.collection()?;
            if collection.definition().ancestor().is_some() {
                continue;
            }
            stats.loaded += 1;
            stats.records += u64::from(collection.count());
            stats.unlinked += collection.unlinked() as u64;
            stats.bytes += collection.memory_bytes() as u64;
        }
        Ok(stats)
    }

    /// Refuses new calls, waits for those under way and lets go of everything. Doing it again is
    /// no error.
    pub(crate) async fn close(&self) {
        self.closed.set(true);
        let _all = self.gate.write().await;
        self.replicas.take();
        self.catalog.take();
        if let Some(storage) = &self.storage {
            storage.close();
        }
    }

    /// Where it is kept; `None` for a database in memory.
    pub(crate) fn storage(&self) -> Option<&Storage> {
        self.storage.as_ref()
    }

    /// Reads the catalog of a database in memory.
    pub(crate) fn with_catalog<T>(&self, read: impl FnOnce(&Catalog) -> T) -> T {
        read(&self.catalog.borrow())
    }

    /// Begins a call.
    pub(crate) fn enter(&self) -> Result<RwLockReadGuard<'_, ()>> {
        let closed = || Error::new(code::CLOSED, "the database was closed");
        if self.closed.get() {
            return Err(closed());
        }
        if let Some(storage) = &self.storage {
            storage.ensure_open()?;
        }
        // Only closing takes it all.
        self.gate.try_read().ok_or_else(closed)
    }

    /// The loaded copy of a collection; loads it first if need be.
    pub(crate) async fn replica(&self, id: &str) -> Result<Rc<Replica>> {
        let replica = match self.find(id) {
            Some(replica) => replica,
            None => {
                let replica = match &self.storage {
                    Some(_) => Replica::new(id),
                    None => Replica::created(self.catalog.borrow().by_id(id)?.clone(), None),
                };
                let replica = Rc::new(replica);
                self.replicas.borrow_mut().push(Rc::clone(&replica));
                replica
            }
        };
        if let Some(storage) = &self.storage
            && let Err(error) = replica.load(storage).await
        {
            // Otherwise it stays: another call may be loading the same copy at this moment.
            if error.code == code::NOT_FOUND {
                self.forget(&replica);
            }
            return Err(error);
        }
        if replica.is_deleted() { Err(gone().into()) } else { Ok(replica) }
    }

    /// The collections in memory.
    pub(crate) fn loaded(&self) -> Vec<Rc<Replica>> {
        self.replicas.borrow().iter().filter(|replica| replica.is_loaded()).cloned().collect()
    }

    pub(crate) fn find(&self, id: &str) -> Option<Rc<Replica>> {
        self.replicas.borrow().iter().find(|replica| replica.id() == id).cloned()
    }

    fn forget(&self, replica: &Replica) {
        self.replicas.borrow_mut().retain(|known| !std::ptr::eq(Rc::as_ptr(known), replica));
    }

    fn forget_deleted(&self, replica: &Replica) {
        if replica.is_deleted() {
            self.forget(replica);
        }
    }
}
