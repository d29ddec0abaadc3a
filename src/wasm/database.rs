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

use crate::engine::change::Change;
use crate::engine::collection::{Batch, Collection, Selection};
use crate::engine::definition::Definition;
use crate::engine::error::Result as EngineResult;
use crate::engine::json::Json;
use crate::wasm::catalog::Catalog;
use crate::wasm::clock::{self, Deadline};
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::random;
use crate::wasm::replica::Replica;
use crate::wasm::storage::{Storage, gone, taken};

/// Steps of background work between two looks at the clock. A step takes up to a millisecond.
const STEPS: usize = 2;

/// What a collection is, as far as it is known without reading its records.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Info {
    /// Name, metadata and configuration.
    pub(crate) definition: Definition,
    /// Numbers of an embedding, if the collection is in memory and has been written to.
    pub(crate) dimension: Option<usize>,
}

/// What a collection is to become; what is `None` or null stays.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    /// Replaces the metadata as a whole.
    pub(crate) metadata: Json,
    pub(crate) configuration: Json,
}

/// What is in memory now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    catalog: Catalog,
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
}

impl Database {
    /// A database in memory, or the one at `path`, which is created if there is none.
    pub(crate) async fn open(path: Option<&str>) -> Result<Self> {
        let catalog = match path {
            None => Catalog::Memory(RefCell::default()),
            Some("") => {
                return Err(Error::new(
                    code::INVALID_ARGUMENT,
                    "path is an empty string; expected the database's name",
                ));
            }
            Some(path) => Catalog::Stored(Storage::open(path).await?),
        };
        Ok(Self {
            catalog,
            replicas: RefCell::default(),
            gate: RwLock::new(()),
            closed: Cell::new(false),
            working: Cell::new(false),
            turn: Cell::new(0),
            youngest: Cell::new(0),
        })
    }

    /// Whether it outlives the page.
    pub(crate) fn is_persistent(&self) -> bool {
        self.catalog.storage().is_some()
    }

    /// Creates a collection. If there is one of this name, `get_or_create` returns it as it is.
    pub(crate) async fn create_collection(
        &self,
        name: &str,
        metadata: &Json,
        configuration: &Json,
        get_or_create: bool,
    ) -> Result<Info> {
        let _call = self.enter()?;
        let created = clock::now().max(self.youngest.get() + 1);
        self.youngest.set(created);
        let (id, seed) = (random::uuid()?, random::seed()?);
        let definition = Definition::new(id, name, created, seed, metadata, configuration)?;
        match self.catalog.create(&definition).await? {
            None => {
                let replica = Rc::new(Replica::empty(definition.clone()));
                self.replicas.borrow_mut().push(replica);
                Ok(Info { definition, dimension: None })
            }
            Some(existing) if get_or_create => Ok(self.info(existing)),
            Some(_) => Err(taken(name)),
        }
    }

    /// The collection with this name.
    pub(crate) async fn collection(&self, name: &str) -> Result<Info> {
        let _call = self.enter()?;
        let definition = self.catalog.named(name).await?.ok_or_else(|| unknown(name))?;
        Ok(self.info(definition))
    }

    /// Collections by age, oldest first, without the first `offset`, at most `limit`.
    pub(crate) async fn list_collections(
        &self,
        limit: Option<u32>,
        offset: u32,
    ) -> Result<Vec<Info>> {
        let _call = self.enter()?;
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        let list = self.catalog.list().await?.into_iter().skip(offset as usize).take(limit);
        Ok(list.map(|definition| self.info(definition)).collect())
    }

    /// How many collections there are.
    pub(crate) async fn count_collections(&self) -> Result<u32> {
        let _call = self.enter()?;
        self.catalog.count().await
    }

    /// Deletes the collection with this name and its records.
    pub(crate) async fn delete_collection(&self, name: &str) -> Result<()> {
        let _call = self.enter()?;
        let id = self.catalog.remove(name).await?.ok_or_else(|| unknown(name))?;
        if let Some(replica) = self.find(&id) {
            replica.mark_deleted();
            self.forget(&replica);
        }
        Ok(())
    }

    /// Changes a collection's name, metadata or configuration.
    pub(crate) async fn modify_collection(&self, id: &str, changes: &Changes) -> Result<Info> {
        let _call = self.enter()?;
        let Changes { name, metadata, configuration } = changes;
        let change = |old: &Definition| -> Result<Definition> {
            Ok(old.modified(name.as_deref(), metadata, configuration)?)
        };
        let definition = self.catalog.modify(id, change).await?;
        if let Some(replica) = self.find(id) {
            if let Some(storage) = self.catalog.storage() {
                // One that is being loaded may have read the old definition.
                replica.load(storage).await?;
            }
            replica.redefine(definition.clone());
        }
        Ok(self.info(definition))
    }

    /// Writes a batch of records that `plan`, one of the collection's methods, turns into a change.
    pub(crate) async fn put(
        &self,
        id: &str,
        batch: Batch,
        plan: fn(&Collection, Batch) -> EngineResult<Change>,
    ) -> Result<()> {
        let batch = RefCell::new(batch);
        let may_repeat = self.is_persistent();
        self.write(id, |collection| {
            // Planning uses the batch up; where it may have to be repeated it gets a copy.
            let batch = if may_repeat { batch.borrow().clone() } else { batch.take() };
            Ok((plan(collection, batch)?, ()))
        })
        .await
    }

    /// Deletes records and returns how many.
    pub(crate) async fn delete(
        &self,
        id: &str,
        selection: &Selection,
        limit: Option<u32>,
    ) -> Result<u32> {
        self.write(id, |collection| collection.plan_delete(selection, limit)).await
    }

    async fn write<T>(
        &self,
        id: &str,
        plan: impl Fn(&Collection) -> EngineResult<(Change, T)>,
    ) -> Result<T> {
        let _call = self.enter()?;
        let replica = self.replica(id).await?;
        let result = replica.write(self.catalog.storage(), plan).await;
        self.forget_deleted(&replica);
        result
    }

    /// Reads from a collection.
    pub(crate) async fn read<T>(
        &self,
        id: &str,
        read: impl FnOnce(&Collection) -> Result<T>,
    ) -> Result<T> {
        let _call = self.enter()?;
        let replica = self.replica(id).await?;
        let collection = replica.collection()?;
        read(&collection)
    }

    /// Works in the background for about so many milliseconds: links new records into the graph,
    /// repairs it, and makes checkpoints that are due. Returns whether work is left.
    ///
    /// Linking stops in time, to within a step or two. A checkpoint is not interrupted, but nobody
    /// waits for it except writes to the same collection.
    pub(crate) async fn work(&self, milliseconds: f64) -> Result<bool> {
        let _call = self.enter()?;
        if self.working.replace(true) {
            return Ok(true);
        }
        let result = self.work_until(Deadline::after(milliseconds)).await;
        self.working.set(false);
        result
    }

    async fn work_until(&self, deadline: Deadline) -> Result<bool> {
        let replicas: Vec<_> =
            self.replicas.borrow().iter().filter(|replica| replica.is_loaded()).cloned().collect();
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
        if let Some(storage) = self.catalog.storage()
            && replica.checkpoint_due(!more)?
        {
            more |= !replica.checkpoint(storage).await?;
            self.forget_deleted(replica);
        }
        Ok(more)
    }

    /// What is in memory now.
    pub(crate) async fn stats(&self) -> Result<Stats> {
        let _call = self.enter()?;
        let collections = self.catalog.count().await?;
        let mut stats = Stats { collections, loaded: 0, records: 0, unlinked: 0, bytes: 0 };
        for replica in self.replicas.borrow().iter().filter(|replica| replica.is_loaded()) {
            let collection = replica.collection()?;
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
        match &self.catalog {
            Catalog::Memory(list) => drop(list.take()),
            Catalog::Stored(storage) => storage.close(),
        }
    }

    /// Begins a call.
    fn enter(&self) -> Result<RwLockReadGuard<'_, ()>> {
        let closed = || Error::new(code::CLOSED, "the database was closed");
        if self.closed.get() {
            return Err(closed());
        }
        if let Some(storage) = self.catalog.storage() {
            storage.ensure_open()?;
        }
        // Only closing takes it all.
        self.gate.try_read().ok_or_else(closed)
    }

    fn info(&self, definition: Definition) -> Info {
        let replica = self.find(&definition.id);
        let dimension = replica
            .and_then(|replica| replica.collection().ok().and_then(|known| known.dimension()));
        Info { definition, dimension }
    }

    /// The loaded copy of a collection; loads it first if need be.
    async fn replica(&self, id: &str) -> Result<Rc<Replica>> {
        let storage = self.catalog.storage();
        let replica = match (self.find(id), storage) {
            (Some(replica), _) => replica,
            (None, Some(_)) => {
                let replica = Rc::new(Replica::new(id));
                self.replicas.borrow_mut().push(Rc::clone(&replica));
                replica
            }
            (None, None) => return Err(gone()),
        };
        if let Some(storage) = storage
            && let Err(error) = replica.load(storage).await
        {
            // Otherwise it stays: another call may be loading the same copy at this moment.
            if error.code == code::NOT_FOUND {
                self.forget(&replica);
            }
            return Err(error);
        }
        if replica.is_deleted() { Err(gone()) } else { Ok(replica) }
    }

    fn find(&self, id: &str) -> Option<Rc<Replica>> {
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

fn unknown(name: &str) -> Error {
    Error::new(code::NOT_FOUND, format!("there is no collection named \"{name}\""))
}
