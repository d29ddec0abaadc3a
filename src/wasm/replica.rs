//! This tab's copy of one collection, loaded when first used and kept in step with the log.

use std::cell::{Cell, Ref, RefCell, RefMut};

use async_lock::{Mutex, OnceCell};
use wasm_bindgen_futures::JsFuture;

use crate::engine::catalog::gone;
use crate::engine::change::Change;
use crate::engine::collection::{Collection, Opening};
use crate::engine::definition::Definition;
use crate::engine::error::Error as EngineError;
use crate::engine::format::{decode_definition, decode_manifest, encode_change};
use crate::wasm::clock;
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::host::{Host, WARNING};
use crate::wasm::indexeddb::Mode;
use crate::wasm::storage::{Appended, Checkpointed, NewCheckpoint, Storage, Stored};

/// How often a collection is loaded anew because another tab has made a checkpoint, before a call
/// is given up.
const ATTEMPTS: usize = 8;

/// Log entries to wait after a checkpoint failed, so that a full disk is not tried at every write.
const PAUSE: u64 = 100;

/// Plans the part of that number.
type Make = dyn Fn(&Collection, u32) -> Result<(Change, Option<u32>)>;

/// What is to be written, in parts that take little time each and are stored together.
pub(crate) struct Plan {
    /// How many parts it has.
    pub(crate) parts: u32,
    /// Turns a part, a batch or a selection, into a change, and says how many records it deletes, if
    /// that is what it does. No two parts are of the same record.
    pub(crate) make: Box<Make>,
}

/// This tab's copy of one collection.
pub(crate) struct Replica {
    id: String,
    /// Set by the first call that needs it; those that come meanwhile wait for the same loading.
    state: OnceCell<RefCell<State>>,
    /// Held by a write from its plan until it is applied, and by whatever else must not see the
    /// log move. Reads never take it.
    writing: Mutex<()>,
    deleted: Cell<bool>,
    /// No checkpoint is tried before the log has come to this number.
    checkpoint_from: Cell<u64>,
}

struct State {
    collection: Collection,
    /// The definition in storage, as this tab has read it last; empty if it never has.
    definition: Vec<u8>,
    /// The manifest in storage, as this tab has read or written it last.
    manifest: Option<Vec<u8>>,
    /// The generation of the groups of embeddings that belong to the slots here.
    generation: u64,
}

impl Replica {
    /// A copy that is still to be loaded.
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            state: OnceCell::new(),
            writing: Mutex::new(()),
            deleted: Cell::new(false),
            checkpoint_from: Cell::new(0),
        }
    }

    /// A new collection. `first` is its first log entry, if it has one already.
    pub(crate) fn created(definition: Definition, first: Option<Change>) -> Self {
        let replica = Self::new(&definition.id);
        let mut collection = Collection::new(definition);
        first.into_iter().for_each(|change| collection.apply(change));
        let state = State { collection, definition: Vec::new(), manifest: None, generation: 0 };
        Self { state: OnceCell::from(RefCell::new(state)), ..replica }
    }

    /// The collection's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Loads the collection unless that has been done. A loading that failed is tried again by
    /// the next call.
    pub(crate) async fn load(&self, storage: &Storage) -> Result<()> {
        self.state
            .get_or_try_init(async || read(storage, &self.id).await.map(RefCell::new))
            .await?;
        Ok(())
    }

    /// Whether it has been loaded.
    pub(crate) fn is_loaded(&self) -> bool {
        self.state.is_initialized()
    }

    /// The collection as it is now. The borrow must end before anything is awaited.
    pub(crate) fn collection(&self) -> Result<Ref<'_, Collection>> {
        Ok(Ref::map(self.state()?.borrow(), |state| &state.collection))
    }

    /// The collection, to be changed by what no log entry tells of. The borrow must end before anything is awaited.
    pub(crate) fn collection_mut(&self) -> Result<RefMut<'_, Collection>> {
        Ok(RefMut::map(self.state()?.borrow_mut(), |state| &mut state.collection))
    }

    /// Chooses plans by `planner` from now on.
    #[cfg(feature = "measure")]
    pub(crate) fn set_planner(&self, planner: crate::engine::planner::Planner) -> Result<()> {
        self.collection_mut()?.set_planner(planner);
        Ok(())
    }

    /// Tells that the collection has been deleted: writes that wait will fail.
    pub(crate) fn mark_deleted(&self) {
        self.deleted.set(true);
    }

    /// Whether the collection has been deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted.get()
    }

    /// Takes over a changed definition, when no write or checkpoint is under way: it may drop what
    /// these are made of.
    pub(crate) async fn redefine(&self, definition: Definition) {
        let _writing = self.writing.lock().await;
        if let Some(state) = self.state.get() {
            state.borrow_mut().collection.redefine(definition);
        }
    }

    /// Writes: takes in what other tabs have written, plans, appends the change to the log, and
    /// applies it. If anything fails, memory and storage have nothing of the change. Without a plan
    /// it only takes in.
    ///
    /// The parts are planned and staged one by one, and reads meanwhile see none of them. That is done
    /// again if the transaction has to be repeated.
    pub(crate) async fn write(
        &self,
        storage: Option<&Storage>,
        host: &Host,
        plan: Option<&Plan>,
    ) -> Result<Option<u32>> {
        let _writing = self.writing.lock().await;
        self.ensure_exists()?;
        let result = match (storage, plan) {
            (Some(storage), plan) => self.append(storage, plan).await,
            (None, Some(plan)) => self.stage_all(host, plan).await,
            (None, None) => Ok(None),
        };
        let mut collection = self.collection_mut()?;
        match result {
            Ok(_) => collection.reveal(),
            Err(_) => collection.unstage(),
        }
        result
    }

    /// Stages every part, with calls answered in between.
    async fn stage_all(&self, host: &Host, plan: &Plan) -> Result<Option<u32>> {
        let mut result = None;
        for part in 0..plan.parts {
            if part > 0 {
                // This promise is never rejected.
                let _ = JsFuture::from(host.give_way()).await;
            }
            let (change, deleted) = (plan.make)(&*self.collection()?, part)?;
            self.stage(change)?;
            result = deleted;
        }
        self.ensure_exists()?;
        Ok(result)
    }

    /// Stages every part and appends it to the log.
    async fn append(&self, storage: &Storage, plan: Option<&Plan>) -> Result<Option<u32>> {
        let mode = if plan.is_some() { Mode::Write } else { Mode::Read };
        for _ in 0..ATTEMPTS {
            let first: RefCell<Option<Vec<u8>>> = RefCell::default();
            let (result, repeated) = (Cell::new(None), Cell::new(false));
            let next = |part, definition: &[u8], missed: Vec<(u64, Vec<u8>)>| {
                if part == 0 {
                    // The browser may lose the connection after it has committed. The transaction is
                    // then repeated and finds its own entries, which must not be planned once more:
                    // deleting up to n records twice deletes 2n. With the first there are all.
                    let own = first.take();
                    repeated
                        .set(own.is_some_and(|own| missed.iter().any(|(_, entry)| *entry == own)));
                    self.unstage()?;
                    self.take_in(storage, definition, missed)?;
                }
                let Some(plan) = plan.filter(|_| !repeated.get()) else { return Ok(None) };
                let (change, deleted) = (plan.make)(&*self.collection()?, part)?;
                result.set(deleted);
                if change.is_empty() {
                    return Ok(None);
                }
                let entry = encode_change(&change);
                first.borrow_mut().get_or_insert_with(|| entry.clone());
                Ok(Some((self.stage(change)?, entry)))
            };
            let sequence = || Ok(self.collection()?.sequence());
            let parts = plan.map_or(1, |plan| plan.parts);
            match storage.append(&self.id, mode, sequence, parts, next).await? {
                Appended::Yes => return Ok(result.get()),
                Appended::TooFarBehind => self.reload(storage).await?,
                Appended::Gone => {
                    self.mark_deleted();
                    return Err(gone().into());
                }
            }
        }
        Err(Error::new(code::STORAGE, "other tabs made one checkpoint after the other; try again"))
    }

    /// Does background work for one step; returns whether some is left.
    pub(crate) fn link(&self, steps: usize) -> Result<bool> {
        Ok(self.collection_mut()?.link(steps))
    }

    /// Whether a checkpoint should be made now. `idle` says that no background work is left.
    pub(crate) fn checkpoint_due(&self, idle: bool) -> Result<bool> {
        let collection = self.collection()?;
        Ok(collection.checkpoint_due(idle) && collection.sequence() >= self.checkpoint_from.get())
    }

    /// Whether another tab, which is elected, has not made a checkpoint for far too long.
    pub(crate) async fn neglected(&self, storage: &Storage) -> Result<bool> {
        if !self.collection()?.checkpoint_overdue() {
            return Ok(false);
        }
        // Nobody tells this tab of the other's checkpoints.
        let stored = storage.read(&self.id, &|_, _| Ok(None), &|_| Ok(()), false).await?;
        let Some(manifest) = stored.manifest else { return Ok(stored.definition.is_some()) };
        let sequence = decode_manifest(&manifest)?.sequence;
        Ok(!self.collection_mut()?.checkpoint_seen(sequence))
    }

    /// Makes a checkpoint, unless a write is under way; returns whether it came to that. If storing
    /// it fails, memory stays as it is and the log keeps what the checkpoint would have held.
    pub(crate) async fn checkpoint(&self, storage: &Storage) -> Result<bool> {
        let (is_apart, is_overdue) = {
            let collection = self.collection()?;
            (collection.are_apart(), collection.checkpoint_overdue())
        };
        let _writing = match self.writing.try_lock() {
            Some(lock) => lock,
            // Under writes without a pause memory would never let go of their embeddings.
            None if is_apart && is_overdue => self.writing.lock().await,
            None => return Ok(false),
        };
        let grace = storage.host().grace();
        if grace > 0.0 {
            clock::wait(grace).await;
        }
        let (checkpoint, replaces) = {
            let mut state = self.state()?.borrow_mut();
            (state.collection.checkpoint(), state.manifest.clone())
        };
        let new = NewCheckpoint {
            replaces: replaces.as_deref(),
            manifest: &checkpoint.manifest,
            pages: &checkpoint.pages,
            // Nothing changes the collection meanwhile: writes wait, and linking is this caller's.
            encode: &|page| Ok(self.collection_mut()?.encode_page(page)),
            obsolete: &checkpoint.obsolete,
            sequence: checkpoint.sequence,
            groups: &checkpoint.groups,
            encode_group: &|group, old| Ok(self.collection()?.encode_group(group, old)?),
        };
        let result = storage.checkpoint(&self.id, &new).await;
        {
            let mut state = self.state()?.borrow_mut();
            if let Ok(Checkpointed::Yes(generation)) = result {
                state.collection.checkpoint_committed();
                state.manifest = Some(checkpoint.manifest);
                state.generation = generation;
            } else {
                state.collection.checkpoint_failed();
            }
            if result.is_err() {
                self.checkpoint_from.set(checkpoint.sequence + PAUSE);
            }
        }
        match result? {
            Checkpointed::Yes(_) => {}
            // The pages in storage are the other tab's now, and pages of two tabs do not mix.
            Checkpointed::Overtaken => self.reload(storage).await?,
            Checkpointed::Gone => self.mark_deleted(),
        }
        Ok(true)
    }

    /// Lets go of most of the embeddings that reads have asked for.
    pub(crate) fn trim(&self) -> Result<()> {
        self.collection_mut()?.trim();
        Ok(())
    }

    /// Takes these groups of embeddings into memory. Records whose embeddings are not in them are lost.
    ///
    /// If another tab has written groups, the collection is loaded anew, and nothing is taken in; nor is it if this
    /// tab has, meanwhile. Whoever asked for them asks again.
    pub(crate) async fn fetch(&self, storage: &Storage, groups: &[u32]) -> Result<()> {
        let mut lacking = self.take_groups(storage, groups).await?;
        if lacking.as_ref().is_none_or(|lacking| !lacking.is_empty()) {
            // Nothing is lost, and nothing loaded anew, in the middle of a write or a checkpoint.
            let _writing = self.writing.lock().await;
            lacking = self.take_groups(storage, groups).await?;
            if lacking.is_none() {
                return self.reload(storage).await;
            }
            let mut collection = self.collection_mut()?;
            let mut warning = None;
            for group in lacking.iter().flatten() {
                warning = collection.lose_group(*group);
            }
            if let Some(damage) = warning {
                let message = in_collection(&collection.definition().name, &damage);
                storage.host().tell(WARNING, damage.code.as_str(), &message);
            }
        }
        Ok(())
    }

    /// Reads groups of embeddings, and returns those that lack some; `None` if they belong to other slots.
    async fn take_groups(&self, storage: &Storage, groups: &[u32]) -> Result<Option<Vec<u32>>> {
        let Some((generation, groups)) = storage.groups(&self.id, groups).await? else {
            self.mark_deleted();
            return Err(gone().into());
        };
        let mut state = self.state()?.borrow_mut();
        if generation != state.generation {
            return Ok(None);
        }
        let mut lacking = Vec::new();
        for (group, bytes) in groups {
            if !state.collection.take_group(group, bytes.as_deref())? {
                lacking.push(group);
            }
        }
        Ok(Some(lacking))
    }

    fn state(&self) -> Result<&RefCell<State>> {
        let state = self.state.get();
        state.ok_or_else(|| Error::new(code::INTERNAL, "the collection has not been loaded"))
    }

    fn ensure_exists(&self) -> Result<()> {
        if self.is_deleted() { Err(gone().into()) } else { Ok(()) }
    }

    /// Returns the change's number.
    fn stage(&self, change: Change) -> Result<u64> {
        Ok(self.collection_mut()?.stage(change))
    }

    fn unstage(&self) -> Result<()> {
        self.collection_mut()?.unstage();
        Ok(())
    }

    /// Takes over the definition in storage and applies log entries that other tabs have written.
    fn take_in(
        &self,
        storage: &Storage,
        definition: &[u8],
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<()> {
        let mut state = self.state()?.borrow_mut();
        if state.definition != definition {
            state.collection.redefine(decode_definition(definition)?);
            state.definition = definition.to_vec();
        }
        for (number, entry) in log {
            if let Some(damage) = state.collection.replay(number, &entry)? {
                let message = in_collection(&state.collection.definition().name, &damage);
                storage.host().tell(WARNING, damage.code.as_str(), &message);
            }
        }
        Ok(())
    }

    /// Reads the collection again from storage. The caller holds the lock.
    async fn reload(&self, storage: &Storage) -> Result<()> {
        let new = read(storage, &self.id).await;
        if new.as_ref().is_err_and(|error| error.code == code::NOT_FOUND) {
            self.mark_deleted();
        }
        let new = new?;
        self.state()?.replace(new);
        Ok(())
    }
}

async fn read(storage: &Storage, id: &str) -> Result<State> {
    let (name, opening) = (RefCell::new(String::new()), RefCell::new(None));
    let named =
        |error: EngineError| Error::new(error.code.as_str(), in_collection(&name.borrow(), &error));
    let begin = |definition: Option<&[u8]>, manifest: Option<&[u8]>| {
        let definition = decode_definition(definition.ok_or_else(gone)?)?;
        name.replace(definition.name.clone());
        let begun = Opening::new(definition, manifest).map_err(named)?;
        let pages = begun.pages().collect();
        opening.replace(Some(begun));
        Ok(Some(pages))
    };
    let page = |page| match &mut *opening.borrow_mut() {
        Some(opening) => opening.page(page).map_err(named),
        None => Ok(()),
    };
    let Stored { definition, manifest, log, generation, .. } =
        storage.read(id, &begin, &page, false).await?;
    // It has begun unless there is no definition.
    let (Some(definition), Some(opening)) = (definition, opening.take()) else {
        return Err(gone().into());
    };
    let (collection, damage) = opening.finish(log).map_err(named)?;
    if let Some(damage) = damage {
        let message = in_collection(&collection.definition().name, &damage);
        storage.host().tell(WARNING, damage.code.as_str(), &message);
    }
    Ok(State { collection, definition, manifest, generation })
}

fn in_collection(name: &str, error: &EngineError) -> String {
    format!("collection \"{name}\": {error}")
}
