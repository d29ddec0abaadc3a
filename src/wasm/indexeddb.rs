//! The browser's database, and the only file that names it.
//!
//! What this file promises to the rest of the shell:
//!
//! * A transaction's result is known only when the transaction has *completed*: [`IndexedDb::run`]
//!   resolves after the `complete` event and fails after the `abort` event, never earlier. (The
//!   crate `idb` reports an abort as a success and hides the cause, so the end of a transaction is
//!   watched here.)
//! * A browser may drop the connection at any time; then it is opened anew and the transaction is
//!   run once more. So a transaction's body has to be harmless when it runs twice.
//! * When another tab deletes or upgrades the database, this connection gives way: it closes, tells
//!   the host, and every later transaction fails with the code `closed`.
//!
//! IndexedDB commits a transaction as soon as control returns to the event loop and no request is
//! open. The body of a transaction therefore awaits the methods of [`Transaction`] and nothing else.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use async_lock::Mutex;
use idb::{DatabaseEvent, Event as _, Factory, ObjectStoreParams, Request as _};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbRequest, IdbTransaction};

use crate::wasm::clock;
use crate::wasm::errors::{Error, code};
use crate::wasm::host::{CLOSE, Host};

/// The version of [`create_stores`]; one for all collections, since an upgrade needs every other
/// tab to let go.
const SCHEMA_VERSION: u32 = 2;

/// The parts of the catalog, under their names.
pub(crate) const CATALOG: &str = "catalog";
/// What every write changed, under `[collection id, sequence number]`.
pub(crate) const LOG: &str = "log";
/// The pages of checkpoints, under `[collection id, page key]`.
pub(crate) const PAGES: &str = "pages";
/// For every collection with a checkpoint the record that names its pages, under the id.
pub(crate) const MANIFESTS: &str = "manifests";

/// Embeddings that are read only when needed, under `[collection id, number of the group]`.
pub(crate) const EMBEDDINGS: &str = "embeddings";

pub(crate) const ALL_STORES: [&str; 5] = [CATALOG, LOG, PAGES, MANIFESTS, EMBEDDINGS];

/// Keeps Vecino's databases apart from those of the page around it.
const PREFIX: &str = "vecino:";

const GIVEN_WAY: &str =
    "the database was closed because another tab deletes or upgrades it; open it again";

/// How long another tab gets to let go of a database, in milliseconds.
const PATIENCE: f64 = if cfg!(test) { 200.0 } else { 3000.0 };

/// Why a transaction failed. It has changed nothing then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A key or a name that had to be new was there already.
    Taken,
    /// The browser dropped the connection, or aborted the transaction without giving a cause.
    Lost(Error),
    /// A request failed. The transaction aborts by itself and then knows the cause.
    Request,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Lost(error) | Fault::Failed(error) => error,
            Fault::Taken => Self::new(code::STORAGE, "a key in the browser's storage is taken"),
            Fault::Request => Self::new(code::STORAGE, "the browser's storage refused a request"),
        }
    }
}

/// What a transaction may do and when it counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads only.
    Read,
    /// Writes; done when the operating system has the data. It survives a crash of the page or of
    /// the browser; a power failure may take the last moments, but never half of a transaction. In
    /// a strict database the same as [`Mode::WriteThrough`].
    Write,
    /// Writes; done when the data is on the disk.
    WriteThrough,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    /// Another tab deletes or upgrades the database and needs it to itself.
    GivenWay,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = IDBKeyRange, js_name = bound)]
    fn key_range(lower: &JsValue, upper: &JsValue) -> Result<JsValue, JsValue>;
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What is done in a transaction, whatever it answers.
type Body<'a> = dyn Fn(Rc<Transaction>) -> Boxed<'a, Result<(), Fault>> + 'a;

/// A database that is opened when first needed, and anew after the browser dropped the connection.
pub(crate) struct IndexedDb {
    name: String,
    /// Whether every write waits for the disk.
    strict: bool,
    host: Host,
    connection: RefCell<Option<Rc<Connection>>>,
    /// Held while a connection is being opened, so that only one is.
    opening: Mutex<()>,
    state: Rc<Cell<State>>,
}

impl IndexedDb {
    /// Opens the database at `path`, creating it if there is none.
    pub(crate) async fn open(path: &str, strict: bool, host: Host) -> Result<Self, Error> {
        let this = Self {
            name: format!("{PREFIX}{path}"),
            strict,
            host,
            connection: RefCell::default(),
            opening: Mutex::new(()),
            state: Rc::new(Cell::new(State::Open)),
        };
        this.connection().await?;
        Ok(this)
    }

    /// Deletes the database at `path` with everything in it. Connections to it, in whatever tab,
    /// give way. That there is none is no error.
    pub(crate) async fn destroy(path: &str) -> Result<(), Error> {
        let mut request = Factory::new()
            .and_then(|factory| factory.delete(&format!("{PREFIX}{path}")))
            .map_err(unavailable)?;
        let (done, finish) = signal();
        let (blocked, block) = signal();
        request.on_success(calls(&finish, SUCCESS));
        request.on_error(calls(&finish, ERROR));
        request.on_blocked(calls(&block, BLOCKED));
        match first(&done, &blocked).await {
            Ended::Success => Ok(()),
            Ended::Error => Err(unavailable_because(request.error().ok().flatten())),
            Ended::Blocked => {
                // The browser still deletes the database once it is free.
                request.forget_callbacks();
                Err(Error::new(
                    code::STORAGE,
                    format!(
                        "the database '{path}' is in use by another tab that does not let go of \
                         it; it will be deleted when that tab is closed"
                    ),
                ))
            }
        }
    }

    /// What the JavaScript around does for this database.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Closes the connection when the transactions under way have ended. Later ones fail.
    pub(crate) fn close(&self) {
        if self.state.get() == State::Open {
            self.state.set(State::Closed);
        }
        self.connection.take();
    }

    /// Fails with the code `closed` once the connection was closed or gave way to another tab.
    pub(crate) fn ensure_open(&self) -> Result<(), Error> {
        match self.state.get() {
            State::Open => Ok(()),
            State::Closed => Err(Error::new(code::CLOSED, "the database was closed")),
            State::GivenWay => Err(Error::new(code::CLOSED, GIVEN_WAY)),
        }
    }

    /// Runs `body` in one transaction over `stores` and resolves with what it returned once the
    /// transaction has completed. If `body` fails, the transaction is aborted.
    pub(crate) async fn run<T>(
        &self,
        stores: &[&str],
        mode: Mode,
        body: impl AsyncFn(&Transaction) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let answer = Cell::new(None);
        let (answer_of, body) = (&answer, &body);
        let keep = move |transaction: Rc<Transaction>| -> Boxed<'_, Result<(), Fault>> {
            Box::pin(async move {
                answer_of.set(Some(body(&transaction).await?));
                Ok(())
            })
        };
        self.repeat(stores, mode, &keep).await?;
        Ok(answer.take().expect("a body that did not fail has answered"))
    }

    /// [`IndexedDb::run`] without the answer. Boxed like everything that is the same for all bodies,
    /// so that the module has it once and not in every call.
    fn repeat<'a>(
        &'a self,
        stores: &'a [&'a str],
        mode: Mode,
        body: &'a Body<'a>,
    ) -> Boxed<'a, Result<(), Fault>> {
        Box::pin(async move {
            let mut again = true;
            loop {
                match self.attempt(stores, mode, body).await {
                    Err(Fault::Lost(_)) if again => {
                        again = false;
                        self.connection.take();
                    }
                    result => return result,
                }
            }
        })
    }

    async fn attempt(&self, stores: &[&str], mode: Mode, body: &Body<'_>) -> Result<(), Fault> {
        let mode = if self.strict && mode == Mode::Write { Mode::WriteThrough } else { mode };
        let transaction = Rc::new(self.connection().await?.begin(stores, mode)?);
        match body(Rc::clone(&transaction)).await {
            Ok(()) => transaction.commit().await,
            Err(fault) => Err(transaction.roll_back(fault).await),
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>, Error> {
        self.ensure_open()?;
        if let Some(connection) = self.usable() {
            return Ok(connection);
        }
        let _opening = self.opening.lock().await;
        if let Some(connection) = self.usable() {
            return Ok(connection);
        }
        let connection = Rc::new(Connection::open(&self.name, &self.state, &self.host).await?);
        self.ensure_open()?;
        self.connection.replace(Some(Rc::clone(&connection)));
        Ok(connection)
    }

    fn usable(&self) -> Option<Rc<Connection>> {
        self.connection.borrow().as_ref().filter(|connection| !connection.lost.get()).cloned()
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        self.close();
    }
}

/// One connection, until it is dropped here or by the browser.
struct Connection {
    raw: IdbDatabase,
    /// Owns the listeners.
    _database: idb::Database,
    lost: Rc<Cell<bool>>,
}

impl Connection {
    async fn open(name: &str, state: &Rc<Cell<State>>, host: &Host) -> Result<Self, Error> {
        let mut request = Factory::new()
            .and_then(|factory| factory.open(name, Some(SCHEMA_VERSION)))
            .map_err(unavailable)?;
        let (done, finish) = signal();
        let (blocked, block) = signal();
        let given_up = Rc::new(Cell::new(false));
        request.on_upgrade_needed(|event| {
            if create_stores(&event).is_err()
                && let Some(transaction) = event.target().ok().and_then(|open| open.transaction())
            {
                // The open request then fails with the abort.
                let _ = transaction.abort();
            }
        });
        request.on_success({
            let (finish, given_up) = (finish.clone(), Rc::clone(&given_up));
            move |event| match event.database() {
                Ok(database) if given_up.get() => database.close(),
                _ => call(&finish, SUCCESS),
            }
        });
        request.on_error(calls(&finish, ERROR));
        request.on_blocked(calls(&block, BLOCKED));
        match first(&done, &blocked).await {
            Ended::Success => {}
            Ended::Error => {
                return Err(unavailable_because(request.error().ok().flatten()));
            }
            Ended::Blocked => {
                given_up.set(true);
                request.forget_callbacks();
                return Err(Error::new(
                    code::STORAGE,
                    "another tab uses an older version of this database; close that tab or \
                     reload it, then try again",
                ));
            }
        }
        let raw: IdbDatabase = request.result().map_err(unavailable)?.unchecked_into();
        Self::listen(raw, state, host)
    }

    fn listen(raw: IdbDatabase, state: &Rc<Cell<State>>, host: &Host) -> Result<Self, Error> {
        let mut database = idb::Database::from(raw.clone());
        let existing = database.store_names();
        if !ALL_STORES.iter().all(|store| existing.iter().any(|name| name == store)) {
            database.close();
            return Err(Error::new(
                code::STORAGE,
                format!("the IndexedDB database '{}' was not made by Vecino", database.name()),
            ));
        }
        let lost = Rc::new(Cell::new(false));
        database.on_close({
            let lost = Rc::clone(&lost);
            move |_| lost.set(true)
        });
        database.on_version_change({
            let (lost, state) = (Rc::clone(&lost), Rc::clone(state));
            let (raw, host) = (raw.clone(), host.clone());
            move |_| {
                lost.set(true);
                state.set(State::GivenWay);
                raw.close();
                host.tell(CLOSE, code::CLOSED, GIVEN_WAY);
            }
        });
        Ok(Self { raw, _database: database, lost })
    }

    /// Begins a transaction.
    fn begin(&self, stores: &[&str], mode: Mode) -> Result<Transaction, Fault> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let (mode, durability) = match mode {
            Mode::Read => ("readonly", "default"),
            Mode::Write => ("readwrite", "relaxed"),
            Mode::WriteThrough => ("readwrite", "strict"),
        };
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &durability.into()).map_err(thrown)?;
        let raw = invoke(&self.raw, "transaction", &[&names, &mode.into(), &options])?;
        Ok(Transaction::watch(raw.unchecked_into()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The listeners are freed with `_database`; the browser must not call them after that.
        self.raw.set_onclose(None);
        self.raw.set_onversionchange(None);
        self.raw.close();
    }
}

/// A transaction under way. Its methods are the only thing that may be awaited while it is.
pub(crate) struct Transaction {
    raw: IdbTransaction,
    /// Resolves, with nothing, after the `complete` and after the `abort` event.
    ended: Promise,
    completed: Rc<Cell<bool>>,
    _on_complete: Closure<dyn FnMut()>,
}

impl Transaction {
    fn watch(raw: IdbTransaction) -> Self {
        let completed = Rc::new(Cell::new(false));
        let (ended, end) = signal();
        let on_complete = Closure::once({
            let (end, completed) = (end.clone(), Rc::clone(&completed));
            move || {
                completed.set(true);
                call(&end, SUCCESS);
            }
        });
        raw.set_oncomplete(Some(on_complete.as_ref().unchecked_ref()));
        raw.set_onabort(Some(&end));
        Self { raw, ended, completed, _on_complete: on_complete }
    }

    /// Tells the browser not to wait for further requests, and resolves when the transaction is over.
    async fn commit(&self) -> Result<(), Fault> {
        #[expect(deprecated, reason = "web-sys follows an old draft; every browser has it")]
        let committed = self.raw.commit();
        // Fails only if the transaction has ended, and then its end says how.
        drop(committed);
        self.end().await
    }

    /// Ends the transaction because of `fault`, and resolves with the cause.
    async fn roll_back(&self, fault: Fault) -> Fault {
        if fault != Fault::Request {
            // Fails only if the transaction has ended.
            let _ = self.raw.abort();
        } // Otherwise it aborts by itself; doing it here would wipe out the cause.
        match (fault, self.end().await) {
            (Fault::Request, Err(cause)) => cause,
            (fault, _) => fault,
        }
    }

    /// Waits for the `complete` or `abort` event. At the time of `error` the transaction does not
    /// know the cause yet.
    async fn end(&self) -> Result<(), Fault> {
        // The promise cannot be rejected: nobody holds the other function.
        let _ = JsFuture::from(self.ended.clone()).await;
        if self.completed.get() {
            return Ok(());
        }
        Err(match self.raw.error() {
            Some(cause) => fault(&cause),
            None => Fault::Lost(Error::new(
                code::STORAGE,
                "the browser aborted a transaction without giving a cause",
            )),
        })
    }

    fn store(&self, name: &str) -> Result<JsValue, Fault> {
        invoke(&self.raw, "objectStore", &[&name.into()])
    }

    /// The bytes under `key`.
    pub(crate) async fn get_bytes(
        &self,
        store: &str,
        key: &JsValue,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let value = ask(&self.store(store)?, "get", key)?.await?;
        if value.is_undefined() { Ok(None) } else { to_bytes(&value).map(Some) }
    }

    /// Calls `take` with the bytes under each of `keys`, in their order. All are asked for at once, which
    /// is several times faster than one after the other, and later ones are read while `take` is at work.
    pub(crate) async fn get_each_bytes(
        &self,
        store: &str,
        keys: &[JsValue],
        take: &dyn Fn(Option<Vec<u8>>) -> Result<(), Error>,
    ) -> Result<(), Fault> {
        let store = self.store(store)?;
        let mut requests = Vec::with_capacity(keys.len());
        for key in keys {
            requests.push(ask(&store, "get", key)?);
        }
        for request in requests {
            let value = request.await?;
            let bytes = if value.is_undefined() { None } else { Some(to_bytes(&value)?) };
            free(&value);
            take(bytes)?;
        }
        Ok(())
    }

    /// Whether there is a value under `key`.
    pub(crate) async fn has(&self, store: &str, key: &JsValue) -> Result<bool, Fault> {
        Ok(!ask(&self.store(store)?, "getKey", key)?.await?.is_undefined())
    }

    /// Lets calls be answered, until everything that was written so far is stored. Whether there is such a
    /// key does not matter.
    pub(crate) fn give_way(&self) -> Boxed<'_, Result<(), Fault>> {
        Box::pin(async { self.has(MANIFESTS, &MANIFESTS.into()).await.map(drop) })
    }

    /// Keys and bytes of a store, in the order of the keys; those in `range`, if there is one.
    pub(crate) async fn entries(
        &self,
        store: &str,
        range: Option<Range<'_>>,
    ) -> Result<Vec<(JsValue, Vec<u8>)>, Fault> {
        let store = self.store(store)?;
        let query = Range::to_query(range)?;
        let keys = ask(&store, "getAllKeys", &query)?;
        let values = ask(&store, "getAll", &query)?;
        let keys: Array = keys.await?.unchecked_into();
        let values: Array = values.await?.unchecked_into();
        keys.iter().zip(values.iter()).map(|(key, value)| Ok((key, to_bytes(&value)?))).collect()
    }

    /// The keys of a store in their order; those in `range`, if there is one.
    pub(crate) async fn keys(
        &self,
        store: &str,
        range: Option<Range<'_>>,
    ) -> Result<Vec<JsValue>, Fault> {
        let query = Range::to_query(range)?;
        let keys: Array = ask(&self.store(store)?, "getAllKeys", &query)?.await?.unchecked_into();
        Ok(keys.to_vec())
    }

    /// Adds bytes under a new key. That the key is taken shows when the transaction ends.
    pub(crate) fn add_bytes(&self, store: &str, key: &JsValue, bytes: &[u8]) -> Result<(), Fault> {
        invoke(&self.store(store)?, "add", &[&Uint8Array::from(bytes), key]).map(drop)
    }

    /// Writes bytes under a key, new or not.
    pub(crate) fn put_bytes(&self, store: &str, key: &JsValue, bytes: &[u8]) -> Result<(), Fault> {
        invoke(&self.store(store)?, "put", &[&Uint8Array::from(bytes), key]).map(drop)
    }

    /// Deletes the value under `key`, if there is one.
    pub(crate) fn delete(&self, store: &str, key: &JsValue) -> Result<(), Fault> {
        invoke(&self.store(store)?, "delete", &[key]).map(drop)
    }

    /// Deletes the values of all keys in `range`.
    pub(crate) fn delete_range(&self, store: &str, range: Range<'_>) -> Result<(), Fault> {
        self.delete(store, &Range::to_query(Some(range))?)
    }
}

/// Calls a method by its name: one binding for all of them.
fn invoke(target: &JsValue, method: &str, arguments: &[&JsValue]) -> Result<JsValue, Fault> {
    let method: Function = Reflect::get(target, &method.into()).map_err(thrown)?.unchecked_into();
    let arguments: Array = arguments.iter().copied().collect();
    method.apply(target, &arguments).map_err(thrown)
}

/// Makes a request of a store.
fn ask(
    store: &JsValue,
    method: &str,
    query: &JsValue,
) -> Result<Boxed<'static, Result<JsValue, Fault>>, Fault> {
    Ok(answer(invoke(store, method, &[query])?.unchecked_into()))
}

/// What a request answers with. Its listeners are there from the start, so that requests can be made
/// together and awaited one after the other. Boxed, so that the module has this once.
fn answer(request: IdbRequest) -> Boxed<'static, Result<JsValue, Fault>> {
    let (done, finish) = signal();
    request.set_onsuccess(Some(&finish));
    request.set_onerror(Some(&finish));
    Box::pin(async move {
        // The promise cannot be rejected: nobody holds the other function.
        let _ = JsFuture::from(done).await;
        match request.error() {
            Ok(None) => request.result().map_err(|_| Fault::Request),
            _ => Err(Fault::Request),
        }
    })
}

/// The keys `[id, number]` with `from <= number <= to`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range<'a> {
    /// The collection's id.
    pub(crate) id: &'a str,
    /// The first number.
    pub(crate) from: u64,
    /// The last number; `None` for no end.
    pub(crate) to: Option<u64>,
}

impl<'a> Range<'a> {
    /// All keys of the collection with this id.
    pub(crate) fn all(id: &'a str) -> Self {
        Self { id, from: 0, to: None }
    }

    /// As an `IDBKeyRange`; undefined, which is for everything, without a range.
    fn to_query(range: Option<Self>) -> Result<JsValue, Fault> {
        let Some(Self { id, from, to }) = range else { return Ok(JsValue::UNDEFINED) };
        let from = numbered_key(id, from)?;
        let to = match to {
            Some(to) => numbered_key(id, to)?,
            None => Array::of2(&id.into(), &f64::INFINITY.into()).into(),
        };
        key_range(&from, &to).map_err(thrown)
    }
}

/// The key `[id, number]`. Numbers are JavaScript's and thus at most 2^53 - 1.
pub(crate) fn numbered_key(id: &str, number: u64) -> Result<JsValue, Fault> {
    const MAX_SAFE: u64 = (1 << 53) - 1;
    if number > MAX_SAFE {
        return Err(Fault::Failed(Error::new(
            code::INTERNAL,
            format!("{number} is too large for a key of the browser's storage"),
        )));
    }
    Ok(Array::of2(&id.into(), &(number as f64).into()).into())
}

/// The number in a key made by [`numbered_key`].
pub(crate) fn to_number(key: &JsValue) -> Result<u64, Fault> {
    let number = key.dyn_ref::<Array>().and_then(|key| key.get(1).as_f64());
    // Only whole numbers that are not negative are ever written.
    number.map(|number| number as u64).ok_or_else(|| damaged("a key"))
}

fn to_bytes(value: &JsValue) -> Result<Vec<u8>, Fault> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).ok_or_else(|| damaged("a value"))
}

/// Gives the memory of bytes back now, for the next that are read: fetching new memory for each until
/// somebody collects the garbage takes longer than reading does. Old browsers cannot.
fn free(value: &JsValue) {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        let _ = bytes.buffer().transfer_with_length(0);
    }
}

fn damaged(what: &str) -> Fault {
    Fault::Failed(Error::new(
        code::DAMAGED,
        format!("{what} in the browser's storage is not of the type that was written"),
    ))
}

/// Creates the stores of [`SCHEMA_VERSION`]. The next version's changes go below, each in its own
/// `if old_version < n`.
fn create_stores(event: &idb::event::VersionChangeEvent) -> Result<(), idb::Error> {
    let database = event.database()?;
    // The first version had no [`EMBEDDINGS`].
    let first = if event.old_version()? < 1 { 0 } else { ALL_STORES.len() - 1 };
    for store in &ALL_STORES[first..] {
        database.create_object_store(store, ObjectStoreParams::new())?;
    }
    Ok(())
}

/// What the abort of a transaction, or a call that threw, means.
fn fault(cause: &DomException) -> Fault {
    let name = cause.name();
    match name.as_str() {
        "ConstraintError" => Fault::Taken,
        // WebKit reports a lost connection as an UnknownError; a connection that is closing refuses
        // transactions with an InvalidStateError, aborts those under way with an AbortError, and
        // refuses their next request with a TransactionInactiveError.
        "InvalidStateError" | "UnknownError" | "AbortError" | "TransactionInactiveError" => {
            Fault::Lost(storage_error(cause))
        }
        _ => Fault::Failed(storage_error(cause)),
    }
}

fn storage_error(cause: &DomException) -> Error {
    match cause.name().as_str() {
        "QuotaExceededError" => Error::new(
            code::STORAGE_FULL,
            "the browser gives this site no more space; the write was not made",
        ),
        name => Error::new(
            code::STORAGE,
            format!("the browser's storage failed with {name}: {}", cause.message()),
        ),
    }
}

/// What a call that threw means.
fn thrown(value: JsValue) -> Fault {
    match value.dyn_ref::<DomException>() {
        Some(cause) => fault(cause),
        None => {
            let why = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
            let why = why.unwrap_or_default();
            Fault::Failed(Error::new(code::STORAGE, format!("the browser's storage failed: {why}")))
        }
    }
}

/// Why there is no IndexedDB, or none that can be opened.
fn unavailable(error: idb::Error) -> Error {
    match exception(&error) {
        Some(cause) => unavailable_because(Some(cause.clone())),
        None => Error::new(
            code::STORAGE_UNAVAILABLE,
            "there is no IndexedDB here (Node has none, some private windows have none): use \
             EphemeralClient, which keeps everything in memory",
        ),
    }
}

fn unavailable_because(cause: Option<DomException>) -> Error {
    let Some(cause) = cause else {
        return Error::new(code::STORAGE_UNAVAILABLE, "the browser did not open IndexedDB");
    };
    match cause.name().as_str() {
        "VersionError" => Error::new(
            code::UNSUPPORTED_VERSION,
            "this database was written by a newer version of Vecino: load that version",
        ),
        "QuotaExceededError" => storage_error(&cause),
        name => Error::new(
            code::STORAGE_UNAVAILABLE,
            format!(
                "the browser does not open IndexedDB here ({name}: {}); in a private window or \
                 with site data blocked use EphemeralClient, which keeps everything in memory",
                cause.message()
            ),
        ),
    }
}

/// The exception in an error of `idb`, where there is one.
fn exception(error: &idb::Error) -> Option<&DomException> {
    use idb::Error as E;
    match error {
        E::DomException(cause) => Some(cause),
        E::IndexedDbNotFound(value)
        | E::IndexedDbOpenFailed(value)
        | E::IndexedDbDeleteFailed(value)
        | E::RequestResultNotFound(value) => value.dyn_ref(),
        _ => None,
    }
}

/// How a request to open or delete a database ended.
enum Ended {
    Success,
    Error,
    Blocked,
}

const SUCCESS: &str = "success";
const ERROR: &str = "error";
const BLOCKED: &str = "blocked";

/// A promise and the function that resolves it.
fn signal() -> (Promise, Function) {
    let mut resolve = None;
    let promise = Promise::new(&mut |function, _| resolve = Some(function));
    (promise, resolve.expect("the constructor of Promise calls its executor before it returns"))
}

fn call(resolve: &Function, value: &str) {
    // A promise's own function does not throw.
    let _ = resolve.call1(&JsValue::UNDEFINED, &value.into());
}

fn calls<E>(resolve: &Function, value: &'static str) -> impl FnOnce(E) + 'static {
    let resolve = resolve.clone();
    move |_| call(&resolve, value)
}

/// Waits for the end of a request, and after `blocked` no longer than [`PATIENCE`].
async fn first(done: &Promise, blocked: &Promise) -> Ended {
    let mut end = race(done, blocked).await;
    if matches!(end, Ended::Blocked) {
        end = race(done, &clock::after(PATIENCE, BLOCKED)).await;
    }
    end
}

async fn race(one: &Promise, other: &Promise) -> Ended {
    let end = JsFuture::from(Promise::race(&Array::of2(one, other))).await;
    match end.ok().and_then(|end| end.as_string()).as_deref() {
        Some(SUCCESS) => Ended::Success,
        Some(BLOCKED) => Ended::Blocked,
        _ => Ended::Error,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::wasm::random;

    fn new_path() -> String {
        format!("test-{}", random::uuid().expect("there is randomness"))
    }

    fn key(number: u64) -> JsValue {
        numbered_key("c", number).expect("a key")
    }

    async fn add(database: &IndexedDb, number: u64, bytes: &[u8]) -> Result<(), Fault> {
        let add = async |transaction: &Transaction| transaction.add_bytes(LOG, &key(number), bytes);
        database.run(&[LOG], Mode::Write, add).await
    }

    async fn read(database: &IndexedDb, number: u64) -> Result<Option<Vec<u8>>, Fault> {
        let get = async |transaction: &Transaction| transaction.get_bytes(LOG, &key(number)).await;
        database.run(&[LOG], Mode::Read, get).await
    }

    fn drop_connection(database: &IndexedDb) {
        let connection = database.connection.borrow();
        connection.as_ref().expect("it is open").raw.close();
    }

    #[wasm_bindgen_test]
    async fn a_failed_transaction_writes_nothing() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        add(&database, 1, b"first").await.expect("added");
        let both = async |transaction: &Transaction| {
            transaction.put_bytes(LOG, &key(2), b"second")?;
            transaction.add_bytes(LOG, &key(1), b"again")
        };
        assert_eq!(database.run(&[LOG], Mode::Write, both).await, Err(Fault::Taken));
        let stopped = Fault::Failed(Error::new(code::NOT_FOUND, "enough"));
        let stops = async |transaction: &Transaction| {
            transaction.put_bytes(LOG, &key(2), b"second")?;
            Err::<(), _>(stopped.clone())
        };
        assert_eq!(database.run(&[LOG], Mode::Write, stops).await, Err(stopped.clone()));
        assert_eq!(read(&database, 1).await, Ok(Some(b"first".to_vec())));
        assert_eq!(read(&database, 2).await, Ok(None));
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_read_that_fails_says_why_it_was_aborted() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        add(&database, 1, b"first").await.expect("added");
        // The requests are in flight when the transaction dies of another one.
        let dies = async |transaction: &Transaction| {
            transaction.add_bytes(LOG, &key(1), b"again")?;
            transaction.get_each_bytes(LOG, &[key(1), key(2), key(3)], &|_| Ok(())).await
        };
        assert_eq!(database.run(&[LOG], Mode::Write, dies).await, Err(Fault::Taken));
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_lost_connection_is_opened_anew() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        add(&database, 1, b"first").await.expect("added");
        drop_connection(&database);
        add(&database, 2, b"second").await.expect("added after opening anew");
        drop_connection(&database);
        assert_eq!(read(&database, 2).await, Ok(Some(b"second".to_vec())));
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_transaction_that_keeps_being_aborted_is_run_twice_and_fails() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        let runs = Cell::new(0);
        let aborts = async |transaction: &Transaction| {
            runs.set(runs.get() + 1);
            transaction.put_bytes(LOG, &key(1), b"first")?;
            let _ = transaction.raw.abort();
            Ok(())
        };
        let error: Error = database.run(&[LOG], Mode::Write, aborts).await.expect_err("no").into();
        assert_eq!((runs.get(), error.code), (2, code::STORAGE));
        assert_eq!(read(&database, 1).await, Ok(None));
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_connection_gives_way_to_a_deletion_and_says_so() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        IndexedDb::destroy(&path).await.expect("the connection gives way");
        let error: Error = add(&database, 1, b"x").await.expect_err("closed").into();
        assert_eq!(error.code, code::CLOSED);
        assert!(error.message.contains("another tab"), "{}", error.message);
        IndexedDb::destroy(&path).await.expect("deleting what is not there is no error");
    }

    #[wasm_bindgen_test]
    async fn a_connection_that_does_not_give_way_is_reported() {
        let path = new_path();
        let factory = Factory::new().expect("a browser");
        let open =
            factory.open(&format!("{PREFIX}{path}"), Some(SCHEMA_VERSION)).expect("a request");
        let stubborn = open.await.expect("it opens");
        let error = IndexedDb::destroy(&path).await.expect_err("it is in use");
        assert_eq!(error.code, code::STORAGE);
        assert!(error.message.contains("in use by another tab"), "{}", error.message);

        // The deletion goes ahead now; whoever opens waits for it and finds a new database.
        stubborn.close();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("free again");
        add(&database, 1, b"first").await.expect("a new database with all stores");
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn after_close_transactions_under_way_end_and_later_ones_fail() {
        let path = new_path();
        let database = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        let closes = async |transaction: &Transaction| {
            transaction.put_bytes(LOG, &key(1), b"first")?;
            database.close();
            Ok(())
        };
        assert_eq!(database.run(&[LOG], Mode::Write, closes).await, Ok(()));
        let error: Error = read(&database, 1).await.expect_err("closed").into();
        assert_eq!((error.code, error.message.as_str()), (code::CLOSED, "the database was closed"));
        let again = IndexedDb::open(&path, false, Host::of_tests()).await.expect("it opens");
        assert_eq!(read(&again, 1).await, Ok(Some(b"first".to_vec())));
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_database_of_somebody_else_is_refused() {
        let path = new_path();
        let name = format!("{PREFIX}{path}");
        let factory = Factory::new().expect("a browser");
        let foreign = factory.open(&name, Some(SCHEMA_VERSION)).expect("a request");
        foreign.await.expect("it opens").close();
        let error = IndexedDb::open(&path, false, Host::of_tests())
            .await
            .map(drop)
            .expect_err("it has no stores");
        assert_eq!(error.code, code::STORAGE);
        assert!(error.message.contains("was not made by Vecino"), "{}", error.message);

        let newer = factory.open(&name, Some(SCHEMA_VERSION + 1)).expect("a request");
        newer.await.expect("it opens").close();
        let error = IndexedDb::open(&path, false, Host::of_tests())
            .await
            .map(drop)
            .expect_err("it is newer");
        assert_eq!(error.code, code::UNSUPPORTED_VERSION);
        IndexedDb::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    fn exceptions_become_codes() {
        let of = |name: &str| {
            let cause = DomException::new_with_message_and_name("details", name).expect("a value");
            fault(&cause)
        };
        let code_of = |name: &str| Error::from(of(name)).code;
        assert_eq!(of("ConstraintError"), Fault::Taken);
        assert_eq!(code_of("QuotaExceededError"), code::STORAGE_FULL);
        assert_eq!(code_of("DataError"), code::STORAGE);
        for lost in ["UnknownError", "InvalidStateError", "AbortError", "TransactionInactiveError"]
        {
            assert!(matches!(of(lost), Fault::Lost(error) if error.message.contains("details")));
        }
        let secured = DomException::new_with_message_and_name("no", "SecurityError");
        let error = unavailable(idb::Error::IndexedDbOpenFailed(secured.expect("a value").into()));
        assert_eq!(error.code, code::STORAGE_UNAVAILABLE);
        assert!(error.message.contains("SecurityError"), "{}", error.message);
        let error = unavailable(idb::Error::IndexedDbNotFound(JsValue::UNDEFINED));
        assert_eq!(error.code, code::STORAGE_UNAVAILABLE);
        assert!(error.message.contains("EphemeralClient"), "{}", error.message);
    }

    #[wasm_bindgen_test]
    fn keys_beyond_what_a_number_holds_are_refused() {
        assert!(numbered_key("c", (1 << 53) - 1).is_ok());
        assert!(numbered_key("c", 1 << 53).is_err());
    }
}
