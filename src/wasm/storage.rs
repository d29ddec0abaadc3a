//! What is kept in the browser's database, and the transactions that keep it whole.
//!
//! Every method is one transaction. Those that write check, inside the transaction, that what they
//! build on is still there, because another tab may have changed it: the collection has not been
//! deleted, the log ends where this tab thinks it does, the checkpoint is the one this tab knows.

use std::cell::RefCell;
use std::mem::take;
use std::pin::Pin;

use wasm_bindgen::JsValue;

use crate::engine::catalog::{Catalog, Edits, Namespaces};
use crate::engine::collection::NewPage;
use crate::engine::error::Code;
use crate::engine::format::{
    decode_definition, decode_manifest, decode_namespaces, encode_definition, encode_namespaces,
    inspect_embedding_group,
};
use crate::wasm::errors::{Error, Result, code};
use crate::wasm::host::{Host, WARNING};
use crate::wasm::indexeddb::{
    ALL_STORES, CATALOG, EMBEDDINGS, Fault, IndexedDb, LOG, MANIFESTS, Mode, PAGES, Range,
    Transaction, numbered_key, to_number,
};

/// The key of the tenants and databases in [`CATALOG`]; definitions are under their UUIDs.
pub(crate) const NAMESPACES: &str = "namespaces";

/// Where among a collection's groups of embeddings it stands how often groups have been written: no group has this
/// number.
const GENERATION: u64 = 1 << 32;

/// So many groups are written, or looked at, before calls are answered.
const GROUPS_AT_A_TIME: usize = 64;

/// What is done to a catalog, or read from it. It may be called twice, with the same catalog.
pub(crate) type Operation<'a> = dyn Fn(&mut Catalog) -> Result<JsValue> + 'a;

/// Takes the definition and the manifest, and says which pages are to be read; `None` for nothing more.
pub(crate) type Begin<'a> = dyn Fn(Option<&[u8]>, Option<&[u8]>) -> Result<Option<Vec<u64>>> + 'a;

/// Everything that is stored of one collection, read in one transaction.
#[derive(Default)]
pub(crate) struct Stored {
    /// The definition as the engine encodes it; `None` if there is no such collection.
    pub(crate) definition: Option<Vec<u8>>,
    /// The pointer record of the last checkpoint, if there has been one.
    pub(crate) manifest: Option<Vec<u8>>,
    /// The pages that it names, in its order, unless they were taken one by one; `None` for one that
    /// is missing in the database.
    pub(crate) pages: Vec<Option<Vec<u8>>>,
    /// The keys of all its pages, if they were asked for.
    pub(crate) keys: Vec<JsValue>,
    /// The log entries after it with their sequence numbers, ascending.
    pub(crate) log: Vec<(u64, Vec<u8>)>,
    /// How often groups of embeddings have been written; those of another generation belong to other slots.
    pub(crate) generation: u64,
}

/// Number and bytes of groups of embeddings; `None` for one that is not there.
pub(crate) type Groups = Vec<(u32, Option<Vec<u8>>)>;

/// What became of a log entry that was to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is stored, unless there was nothing to write.
    Yes,
    /// Another tab's checkpoint has trimmed log entries that this one has not seen.
    TooFarBehind,
    /// The collection has been deleted.
    Gone,
}

/// What became of a checkpoint that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checkpointed {
    /// It is stored, and this is the generation of its groups of embeddings.
    Yes(u64),
    /// Another tab has stored one meanwhile.
    Overtaken,
    /// The collection has been deleted.
    Gone,
}

/// A checkpoint to be stored.
pub(crate) struct NewCheckpoint<'a> {
    /// The manifest that this tab has read or written last.
    pub(crate) replaces: Option<&'a [u8]>,
    /// The new manifest.
    pub(crate) manifest: &'a [u8],
    /// New pages and their keys.
    pub(crate) pages: &'a [(u64, NewPage)],
    /// The bytes of one. Calls are answered between one and the next.
    pub(crate) encode: &'a dyn Fn(&NewPage) -> Result<Vec<u8>>,
    /// Keys of pages that the new manifest does not name.
    pub(crate) obsolete: &'a [u64],
    /// Log entries up to this one are in the pages.
    pub(crate) sequence: u64,
    /// Numbers of the groups of embeddings to be written, each with whether the old one has to be known.
    pub(crate) groups: &'a [(u32, bool)],
    /// The bytes of one, given the old one where that has to be known; `None` if it is to be deleted.
    pub(crate) encode_group: &'a EncodeGroup<'a>,
}

pub(crate) type EncodeGroup<'a> = dyn Fn(u32, Option<&[u8]>) -> Result<Option<Vec<u8>>> + 'a;

/// A database in the browser's storage.
pub(crate) struct Storage(IndexedDb);

impl Storage {
    /// Opens the database at `path`, creating it if there is none.
    ///
    /// `strict`: every write is complete only when it is on the disk.
    pub(crate) async fn open(path: &str, strict: bool, host: Host) -> Result<Self> {
        Ok(Self(IndexedDb::open(path, strict, host).await?))
    }

    /// What the JavaScript around does for this database.
    pub(crate) fn host(&self) -> &Host {
        self.0.host()
    }

    /// Deletes the database at `path`.
    pub(crate) async fn destroy(path: &str) -> Result<()> {
        IndexedDb::destroy(path).await
    }

    /// Lets go of the database. Later calls fail with the code `closed`.
    pub(crate) fn close(&self) {
        self.0.close();
    }

    /// Fails with the code `closed` after [`Storage::close`], or when another tab took over.
    pub(crate) fn ensure_open(&self) -> Result<()> {
        self.0.ensure_open()
    }

    /// Runs `operation` on the catalog and, in [`Mode::Write`], stores what it changed, together
    /// with `first`, the first log entry of the collection that it creates. O(collections).
    ///
    /// `unchanged` names a collection and the number of its last log entry: if there are later ones,
    /// nothing is done, and the answer is undefined.
    pub(crate) async fn catalog(
        &self,
        mode: Mode,
        operation: &Operation<'_>,
        first: Option<&[u8]>,
        unchanged: Option<(&str, u64)>,
    ) -> Result<(JsValue, Edits)> {
        let stores = if mode == Mode::Read { &[CATALOG][..] } else { &ALL_STORES };
        let before: RefCell<Option<Attempt>> = RefCell::default();
        let run = async |transaction: &Transaction| {
            let entries = transaction.entries(CATALOG, None).await?;
            if let Some(attempt) = before.take()
                && attempt.is_in(&entries)
            {
                return Ok((attempt.answer, attempt.edits));
            }
            if let Some((id, sequence)) = unchanged
                && (is_trimmed(transaction, id, sequence).await?
                    || transaction.has(LOG, &numbered_key(id, sequence + 1)?).await?)
            {
                return Ok((JsValue::UNDEFINED, Edits::default()));
            }
            let mut catalog = to_catalog(&entries, self.host())?;
            let answer = operation(&mut catalog)?;
            let edits = catalog.take_edits();
            let puts = from_catalog(&catalog, &edits);
            for (key, bytes) in &puts {
                transaction.put_bytes(CATALOG, &key.into(), bytes)?;
            }
            if let (Some(id), Some(first)) = (edits.defined.first(), first) {
                transaction.add_bytes(LOG, &numbered_key(id, 1)?, first)?;
            }
            for id in &edits.removed {
                transaction.delete(CATALOG, &id.into())?;
                transaction.delete(MANIFESTS, &id.into())?;
                transaction.delete_range(LOG, Range::all(id))?;
                transaction.delete_range(PAGES, Range::all(id))?;
                transaction.delete_range(EMBEDDINGS, Range::all(id))?;
            }
            before.replace(Some(Attempt { answer: answer.clone(), edits: edits.clone(), puts }));
            Ok((answer, edits))
        };
        Ok(self.0.run(stores, mode, run).await?)
    }

    /// Appends a log entry, in one transaction with whatever it has to take into account.
    ///
    /// `sequence` says where this tab is in the log. `next` is given the definition and the entries
    /// after that, which other tabs have written, and makes the new entry, or `None` if there is
    /// nothing to write, as always in [`Mode::Read`]. As no other tab can write meanwhile, the new
    /// entry's number is free. It is called for each of the `parts` of what is written, given their
    /// numbers; calls are answered between one and the next.
    pub(crate) async fn append(
        &self,
        id: &str,
        mode: Mode,
        sequence: impl Fn() -> Result<u64>,
        parts: u32,
        next: impl Fn(u32, &[u8], Vec<(u64, Vec<u8>)>) -> Result<Option<(u64, Vec<u8>)>>,
    ) -> Result<Appended> {
        let append = async |transaction: &Transaction| {
            let Some(definition) = transaction.get_bytes(CATALOG, &id.into()).await? else {
                return Ok(Appended::Gone);
            };
            let sequence = sequence()?;
            if is_trimmed(transaction, id, sequence).await? {
                return Ok(Appended::TooFarBehind);
            }
            let range = Range { id, from: sequence + 1, to: None };
            let mut missed = read_log(transaction, range).await?;
            for part in 0..parts {
                let entry = next(part, &definition, take(&mut missed))?;
                if parts > 1 {
                    transaction.give_way().await?;
                }
                if let Some((number, bytes)) = entry {
                    transaction.add_bytes(LOG, &numbered_key(id, number)?, &bytes)?;
                }
            }
            Ok(Appended::Yes)
        };
        Ok(self.0.run(&[CATALOG, LOG, MANIFESTS], mode, append).await?)
    }

    /// Reads what is stored of a collection. `named` reads from a manifest which pages belong to it.
    /// `everything`: also where there is no definition, and which pages there are beside these; with
    /// [`NAMESPACES`] for an id, these and the keys of all that is stored.
    pub(crate) async fn load(
        &self,
        id: &str,
        named: &dyn Fn(&[u8]) -> Result<Vec<u64>>,
        everything: bool,
    ) -> Result<Stored> {
        let pages = RefCell::default();
        let begin = |_: Option<&[u8]>, manifest: Option<&[u8]>| {
            pages.replace(Vec::new());
            manifest.map_or(Ok(Vec::new()), named).map(Some)
        };
        let page = |page| {
            pages.borrow_mut().push(page);
            Ok(())
        };
        let stored = self.read(id, &begin, &page, everything).await?;
        Ok(Stored { pages: pages.take(), ..stored })
    }

    /// As [`Storage::load`], but hands the pages out while they are read: `begin` is given the
    /// definition and the manifest and says which pages belong to it, `page` is given each. If the
    /// browser drops the connection, it starts over with `begin`.
    pub(crate) async fn read(
        &self,
        id: &str,
        begin: &Begin<'_>,
        page: &dyn Fn(Option<Vec<u8>>) -> Result<()>,
        everything: bool,
    ) -> Result<Stored> {
        let read = async |transaction: &Transaction| {
            let mut stored = Stored {
                definition: transaction.get_bytes(CATALOG, &id.into()).await?,
                ..Stored::default()
            };
            if stored.definition.is_none() && !everything {
                return Ok(stored);
            }
            stored.manifest = transaction.get_bytes(MANIFESTS, &id.into()).await?;
            let begun = begin(stored.definition.as_deref(), stored.manifest.as_deref())?;
            let Some(names) = begun else { return Ok(stored) };
            let keys = names.iter().map(|name| numbered_key(id, *name));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            transaction.get_each_bytes(PAGES, &keys, page).await?;
            stored.log = read_log(transaction, Range::all(id)).await?;
            stored.generation = generation(transaction, id).await?;
            if everything {
                let of_all = id == NAMESPACES;
                for store in if of_all { &ALL_STORES[..] } else { &[PAGES] } {
                    let range = (!of_all).then(|| Range::all(id));
                    stored.keys.extend(transaction.keys(store, range).await?);
                }
            }
            Ok(stored)
        };
        Ok(self.0.run(&ALL_STORES, Mode::Read, read).await?)
    }

    /// Reads groups of embeddings and their generation; `None` if the collection has been deleted.
    pub(crate) async fn groups(&self, id: &str, numbers: &[u32]) -> Result<Option<(u64, Groups)>> {
        let read = async |transaction: &Transaction| {
            if !transaction.has(CATALOG, &id.into()).await? {
                return Ok(None);
            }
            let generation = generation(transaction, id).await?;
            let keys = numbers.iter().map(|number| numbered_key(id, (*number).into()));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            let groups = RefCell::new(Vec::with_capacity(numbers.len()));
            let take = |bytes| {
                let mut groups = groups.borrow_mut();
                let number = numbers[groups.len()];
                groups.push((number, bytes));
                Ok(())
            };
            transaction.get_each_bytes(EMBEDDINGS, &keys, &take).await?;
            Ok(Some((generation, groups.into_inner())))
        };
        Ok(self.0.run(&[CATALOG, EMBEDDINGS], Mode::Read, read).await?)
    }

    /// Which places of each group of embeddings are in use, one bit each, `None` for one that cannot be read; and the
    /// generation.
    pub(crate) async fn inspect_groups(&self, id: &str) -> Result<(u64, Vec<(u64, Option<u8>)>)> {
        let inspect = async |transaction: &Transaction| {
            let mut found = Vec::new();
            let keys = transaction.keys(EMBEDDINGS, Some(Range::all(id))).await?;
            let last = keys.iter().rev().map(to_number).find(|key| *key != Ok(GENERATION));
            let end = last.transpose()?.map_or(0, |last| last + 1);
            for from in (0..end).step_by(GROUPS_AT_A_TIME) {
                let range = Range { id, from, to: Some(from + GROUPS_AT_A_TIME as u64 - 1) };
                for (key, bytes) in transaction.entries(EMBEDDINGS, Some(range)).await? {
                    found.push((to_number(&key)?, inspect_embedding_group(&bytes).ok()));
                }
            }
            Ok((generation(transaction, id).await?, found))
        };
        Ok(self.0.run(&[EMBEDDINGS], Mode::Read, inspect).await?)
    }

    /// Stores a checkpoint and deletes what it makes superfluous.
    ///
    /// Done only when the data is on the disk: this is the one transaction that deletes what could
    /// be fallen back to.
    pub(crate) async fn checkpoint(
        &self,
        id: &str,
        checkpoint: &NewCheckpoint<'_>,
    ) -> Result<Checkpointed> {
        let NewCheckpoint { replaces, manifest, pages, encode, obsolete, sequence, .. } =
            *checkpoint;
        let NewCheckpoint { groups, encode_group, .. } = *checkpoint;
        let store = async |transaction: &Transaction| {
            if !transaction.has(CATALOG, &id.into()).await? {
                return Ok(Checkpointed::Gone);
            }
            let stored = transaction.get_bytes(MANIFESTS, &id.into()).await?;
            // This also refuses what this very transaction wrote before a lost connection: another
            // tab may have written an equal manifest over different pages.
            if stored.as_deref() != replaces {
                return Ok(Checkpointed::Overtaken);
            }
            for (key, page) in pages {
                let bytes = encode(page)?;
                // One is encoded while the browser stores the other.
                transaction.give_way().await?;
                transaction.put_bytes(PAGES, &numbered_key(id, *key)?, &bytes)?;
            }
            transaction.put_bytes(MANIFESTS, &id.into(), manifest)?;
            for key in obsolete {
                transaction.delete(PAGES, &numbered_key(id, *key)?)?;
            }
            transaction.delete_range(LOG, Range { id, from: 0, to: Some(sequence) })?;
            let mut generation = generation(transaction, id).await?;
            if !groups.is_empty() {
                generation += 1;
                let key = numbered_key(id, GENERATION)?;
                transaction.put_bytes(EMBEDDINGS, &key, &generation.to_le_bytes())?;
            }
            for (at, (group, is_merged)) in groups.iter().enumerate() {
                let key = numbered_key(id, (*group).into())?;
                let old =
                    if *is_merged { transaction.get_bytes(EMBEDDINGS, &key).await? } else { None };
                match encode_group(*group, old.as_deref())? {
                    Some(bytes) => transaction.put_bytes(EMBEDDINGS, &key, &bytes)?,
                    None => transaction.delete(EMBEDDINGS, &key)?,
                }
                if (at + 1).is_multiple_of(GROUPS_AT_A_TIME) {
                    transaction.give_way().await?;
                }
            }
            Ok(Checkpointed::Yes(generation))
        };
        Ok(self.0.run(&ALL_STORES, Mode::WriteThrough, store).await?)
    }
}

/// What an attempt to change the catalog wrote. The browser may lose the connection after it has
/// committed; the next attempt then finds its work done, and would take it for another tab's.
struct Attempt {
    answer: JsValue,
    edits: Edits,
    puts: Vec<(String, Vec<u8>)>,
}

impl Attempt {
    fn is_in(&self, entries: &[(JsValue, Vec<u8>)]) -> bool {
        let stored = |name: &String| {
            let entry = entries.iter().find(|(key, _)| key.as_string().as_ref() == Some(name));
            entry.map(|(_, bytes)| bytes)
        };
        self.puts.iter().all(|(name, bytes)| stored(name) == Some(bytes))
            && self.edits.removed.iter().all(|id| stored(id).is_none())
    }
}

/// The catalog in storage. A definition that is damaged is left out, with a warning, so that the
/// other collections can be used.
fn to_catalog(entries: &[(JsValue, Vec<u8>)], host: &Host) -> Result<Catalog> {
    let mut namespaces = Namespaces::default();
    let mut collections = Vec::with_capacity(entries.len());
    let mut unreadable = None;
    for (key, bytes) in entries {
        let key = key.as_string().unwrap_or_default();
        if key == NAMESPACES {
            namespaces = decode_namespaces(bytes)?;
            continue;
        }
        match decode_definition(bytes) {
            Ok(definition) => collections.push(definition),
            Err(mut error) if error.code == Code::Damaged => {
                error.message = format!("the definition of collection {key}: {error}");
                host.tell(WARNING, code::DAMAGED, &error.message);
                unreadable = Some(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Catalog::new(namespaces, collections, unreadable))
}

/// The parts of the catalog that were changed, under their keys.
fn from_catalog(catalog: &Catalog, edits: &Edits) -> Vec<(String, Vec<u8>)> {
    let mut puts = Vec::new();
    if edits.namespaces {
        puts.push((NAMESPACES.to_owned(), encode_namespaces(catalog.namespaces())));
    }
    for id in &edits.defined {
        if let Ok(definition) = catalog.by_id(id) {
            puts.push((id.clone(), encode_definition(definition)));
        }
    }
    puts
}

/// Whether a checkpoint of another tab has trimmed log entries after number `sequence`, or that one
/// itself while it was not in it: later entries may have come and gone, and their numbers look free.
fn is_trimmed<'a>(
    transaction: &'a Transaction,
    id: &'a str,
    sequence: u64,
) -> Pin<Box<dyn Future<Output = Result<bool, Fault>> + 'a>> {
    Box::pin(async move {
        if transaction.has(LOG, &numbered_key(id, sequence)?).await? {
            return Ok(false);
        }
        let manifest = transaction.get_bytes(MANIFESTS, &id.into()).await?;
        let manifest = manifest.map(|bytes| decode_manifest(&bytes)).transpose();
        let last = manifest.map_err(Error::from)?.map_or(0, |manifest| manifest.sequence);
        Ok(last != sequence)
    })
}

/// How often groups of embeddings of a collection have been written.
async fn generation(transaction: &Transaction, id: &str) -> Result<u64, Fault> {
    let bytes = transaction.get_bytes(EMBEDDINGS, &numbered_key(id, GENERATION)?).await?;
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    Ok(bytes.map_or(0, u64::from_le_bytes))
}

async fn read_log(
    transaction: &Transaction,
    range: Range<'_>,
) -> Result<Vec<(u64, Vec<u8>)>, Fault> {
    let entries = transaction.entries(LOG, Some(range)).await?;
    entries.into_iter().map(|(key, bytes)| Ok((to_number(&key)?, bytes))).collect()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use std::cell::Cell;

    use super::*;
    use crate::engine::catalog::{DEFAULT_DATABASE, DEFAULT_TENANT};
    use crate::engine::definition::{Definition, Scope};
    use crate::engine::format::{Manifest, encode_manifest};
    use crate::engine::json::Json;
    use crate::wasm::{clock, random};

    async fn open(path: &str) -> Result<Storage> {
        Storage::open(path, false, Host::of_tests()).await
    }

    /// A new database and its path.
    async fn fresh() -> (Storage, String) {
        let path = format!("test-{}", random::uuid().expect("there is randomness"));
        (open(&path).await.expect("it opens"), path)
    }

    fn scope() -> Scope {
        Scope { tenant: DEFAULT_TENANT.into(), database: DEFAULT_DATABASE.into() }
    }

    fn definition(id: &str, name: &str, created: u64) -> Definition {
        let none = Json::Null;
        Definition::new(id.into(), scope(), name, (created, 0), &none, &none).expect("valid")
    }

    async fn edit(storage: &Storage, operation: &Operation<'_>) -> Result<JsValue> {
        storage.catalog(Mode::Write, operation, None, None).await.map(|(answer, _)| answer)
    }

    async fn create(storage: &Storage, id: &str, name: &str, created: u64) -> Result<JsValue> {
        let definition = definition(id, name, created);
        edit(storage, &|catalog| Ok(catalog.create(definition.clone(), false)?.id.as_str().into()))
            .await
    }

    async fn remove(storage: &Storage, name: &str) -> Result<JsValue> {
        edit(storage, &|catalog| {
            catalog.remove(&scope(), name)?;
            Ok(JsValue::UNDEFINED)
        })
        .await
    }

    async fn with_collection() -> (Storage, String) {
        let (storage, path) = fresh().await;
        create(&storage, "a", "apples", 1).await.expect("created");
        (storage, path)
    }

    /// The first byte of a manifest is the last log entry in it, the others are its pages.
    fn names(manifest: &[u8]) -> Result<Vec<u64>> {
        Ok(manifest[1..].iter().copied().map(u64::from).collect())
    }

    /// Appends `bytes` for a tab that has seen the log up to `sequence`.
    async fn append(storage: &Storage, id: &str, sequence: u64, bytes: &[u8]) -> Appended {
        let next = |_, _: &[u8], missed: Vec<_>| {
            Ok(Some((sequence + missed.len() as u64 + 1, bytes.to_vec())))
        };
        let appended = storage.append(id, Mode::Write, || Ok(sequence), 1, next).await;
        appended.expect("the storage works")
    }

    async fn load(storage: &Storage, id: &str) -> Stored {
        storage.load(id, &names, false).await.expect("read")
    }

    async fn numbers(storage: &Storage, store: &str, id: &str) -> Vec<u64> {
        let read = async |transaction: &Transaction| {
            let entries = transaction.entries(store, Some(Range::all(id))).await?;
            entries.iter().map(|(key, _)| to_number(key)).collect()
        };
        storage.0.run(&[store], Mode::Read, read).await.expect("read")
    }

    fn checkpoint<'a>(
        replaces: Option<&'a [u8]>,
        manifest: &'a [u8],
        pages: &'a [(u64, NewPage)],
        obsolete: &'a [u64],
        sequence: u64,
    ) -> NewCheckpoint<'a> {
        let encode: &dyn Fn(&NewPage) -> Result<Vec<u8>> = &|page| match page {
            NewPage::Entry(bytes) => Ok(bytes.clone()),
            other => panic!("{other:?}"),
        };
        NewCheckpoint {
            replaces,
            manifest,
            pages,
            encode,
            obsolete,
            sequence,
            groups: &[],
            encode_group: &|_, _| Ok(None),
        }
    }

    #[wasm_bindgen_test]
    async fn the_catalog_is_shared_and_what_fails_changes_nothing() {
        let (storage, path) = fresh().await;
        let other = open(&path).await.expect("a second connection");
        create(&storage, "b", "bananas", 2).await.expect("new");
        create(&other, "c", "apples", 1).await.expect("new");
        let error = create(&storage, "d", "apples", 3).await.expect_err("taken");
        assert_eq!(error.code, "already_exists");
        let names = async |storage: &Storage| {
            let list = |catalog: &mut Catalog| {
                let scope = scope();
                let names: Vec<_> = catalog.list(&scope).map(|d| d.name.clone()).collect();
                Ok(names.join(" ").into())
            };
            storage.catalog(Mode::Read, &list, None, None).await.expect("a list").0.as_string()
        };
        assert_eq!(names(&storage).await.as_deref(), Some("apples bananas"));
        let fails = |catalog: &mut Catalog| -> Result<JsValue> {
            catalog.remove(&scope(), "apples")?;
            Err(Error::new(code::INTERNAL, "stop"))
        };
        assert_eq!(edit(&storage, &fails).await.expect_err("stopped").code, code::INTERNAL);
        remove(&other, "bananas").await.expect("it is there");
        assert_eq!(names(&storage).await.as_deref(), Some("apples"));
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn an_edit_waits_for_who_has_written_to_the_collection_that_it_is_about() {
        let (storage, path) = with_collection().await;
        let ends = |catalog: &mut Catalog| {
            catalog.remove(&scope(), "apples")?;
            Ok("removed".into())
        };
        let end = async |sequence| {
            let unchanged = Some(("a", sequence));
            storage.catalog(Mode::Write, &ends, None, unchanged).await.expect("stored").0
        };
        assert_eq!(append(&storage, "a", 0, b"one").await, Appended::Yes);
        assert!(end(0).await.is_undefined(), "there is a later entry");
        let manifest = encode_manifest(&Manifest { sequence: 1, ..Manifest::default() });
        let trimmed = checkpoint(None, &manifest, &[], &[], 1);
        assert_eq!(storage.checkpoint("a", &trimmed).await, Ok(Checkpointed::Yes(0)));
        assert!(end(0).await.is_undefined(), "there was a later entry");
        assert_eq!(end(1).await.as_string().as_deref(), Some("removed"));
        assert!(load(&storage, "a").await.definition.is_none());
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn an_edit_that_was_committed_before_the_connection_broke_is_not_made_twice() {
        let (storage, path) = with_collection().await;
        let wrote = RefCell::new(Attempt {
            answer: "made".into(),
            edits: Edits { removed: vec!["gone".into()], ..Edits::default() },
            puts: vec![("a".into(), encode_definition(&definition("a", "apples", 1)))],
        });
        let read = async |transaction: &Transaction| transaction.entries(CATALOG, None).await;
        let entries = storage.0.run(&[CATALOG], Mode::Read, read).await.expect("read");
        assert!(wrote.borrow().is_in(&entries));
        wrote.borrow_mut().puts[0].1.push(0);
        assert!(!wrote.borrow().is_in(&entries), "another definition is stored");
        wrote.borrow_mut().puts.clear();
        wrote.borrow_mut().edits.removed.push("a".into());
        assert!(!wrote.borrow().is_in(&entries), "it has not been removed");
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn who_appends_learns_first_what_others_have_appended() {
        let (storage, path) = with_collection().await;
        let other = open(&path).await.expect("a second connection");
        assert_eq!(append(&storage, "a", 0, b"one").await, Appended::Yes);
        assert_eq!(append(&other, "a", 0, b"two").await, Appended::Yes);
        assert_eq!(append(&other, "b", 0, b"x").await, Appended::Gone);
        let seen = Cell::new(vec![]);
        let next = |_, definition: &[u8], missed| {
            assert_eq!(decode_definition(definition)?.name, "apples");
            seen.set(missed);
            Ok(None)
        };
        let appended = storage.append("a", Mode::Read, || Ok(1), 1, next).await;
        assert_eq!(appended, Ok(Appended::Yes));
        assert_eq!(seen.take(), [(2, b"two".to_vec())]);
        let log = vec![(1, b"one".to_vec()), (2, b"two".to_vec())];
        assert_eq!(load(&storage, "a").await.log, log, "there was nothing to write");

        let refused = Error::new(code::INVALID_ARGUMENT, "no");
        let refuses = |_, _: &[u8], _| Err(refused.clone());
        let appended = storage.append("a", Mode::Write, || Ok(2), 1, refuses).await;
        assert_eq!(appended, Err(refused.clone()));
        let second = |_, _: &[u8], _| Ok(Some((2, vec![])));
        let taken = storage.append("a", Mode::Write, || Ok(1), 1, second).await;
        assert_eq!(taken.expect_err("a number is written once").code, code::STORAGE);
        assert_eq!(load(&storage, "a").await.log, log);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn many_who_append_at_the_same_time_all_succeed() {
        let (storage, path) = with_collection().await;
        let others = [open(&path).await, open(&path).await];
        let others = others.map(|other| other.expect("another connection"));
        let append = |storage: Rc<Storage>| async move {
            for _ in 0..10 {
                assert_eq!(append(&storage, "a", 0, b"entry").await, Appended::Yes);
            }
        };
        let storage = Rc::new(storage);
        let (done, finished) = (Rc::new(Cell::new(0)), 2);
        for other in others {
            let (done, append) = (Rc::clone(&done), append(Rc::new(other)));
            wasm_bindgen_futures::spawn_local(async move {
                append.await;
                done.set(done.get() + 1);
            });
        }
        append(Rc::clone(&storage)).await;
        while done.get() < finished {
            load(&storage, "a").await;
        }
        assert_eq!(numbers(&storage, LOG, "a").await, (1..=30).collect::<Vec<_>>());
        Storage::destroy(&path).await.expect("destroyed");
    }

    /// Runs `work`, which notes how far somebody else has come that only timers wake.
    async fn beside(work: impl AsyncFnOnce(&dyn Fn())) -> Vec<u32> {
        let (ticks, noted) = (Rc::new(Cell::new(Some(0))), RefCell::new(Vec::new()));
        let ticking = Rc::clone(&ticks);
        wasm_bindgen_futures::spawn_local(async move {
            while let Some(count) = ticking.get() {
                ticking.set(Some(count + 1));
                clock::wait(0.0).await;
            }
        });
        work(&|| noted.borrow_mut().extend(ticks.get())).await;
        ticks.set(None);
        noted.into_inner()
    }

    #[wasm_bindgen_test]
    async fn others_have_their_turn_between_the_parts_of_a_write_and_the_pages_of_a_checkpoint() {
        const PARTS: u32 = 300;
        let (storage, path) = with_collection().await;
        let noted = beside(async |note| {
            let next = |part, _: &[u8], _| {
                note();
                Ok(Some((u64::from(part) + 1, vec![0; 1000])))
            };
            let appended = storage.append("a", Mode::Write, || Ok(0), PARTS, next).await;
            assert_eq!(appended, Ok(Appended::Yes));
        })
        .await;
        assert_eq!(noted.len(), PARTS as usize);
        assert!(noted[0] < noted[noted.len() - 1], "{noted:?}");
        assert_eq!(numbers(&storage, LOG, "a").await.len(), PARTS as usize);

        let pages: Vec<_> = (0..u64::from(PARTS)).map(|key| (key, NewPage::Graph(0))).collect();
        let noted = beside(async |note| {
            let encode = |_: &NewPage| {
                note();
                Ok(vec![0; 1000])
            };
            let new = NewCheckpoint { encode: &encode, ..checkpoint(None, &[1], &pages, &[], 1) };
            assert_eq!(storage.checkpoint("a", &new).await, Ok(Checkpointed::Yes(0)));
        })
        .await;
        assert_eq!(noted.len(), PARTS as usize);
        assert!(noted[0] < noted[noted.len() - 1], "{noted:?}");
        assert_eq!(numbers(&storage, PAGES, "a").await.len(), PARTS as usize);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_part_that_fails_takes_the_parts_before_it_back() {
        let (storage, path) = with_collection().await;
        let refused = Error::new(code::INVALID_ARGUMENT, "no");
        let next = |part, _: &[u8], _| match part {
            2 => Err(refused.clone()),
            _ => Ok(Some((u64::from(part) + 1, vec![]))),
        };
        let appended = storage.append("a", Mode::Write, || Ok(0), 4, next).await;
        assert_eq!(appended, Err(refused.clone()));
        assert!(numbers(&storage, LOG, "a").await.is_empty());
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn numbers_that_a_checkpoint_has_trimmed_are_not_free() {
        let (storage, path) = with_collection().await;
        for sequence in 0..3 {
            assert_eq!(append(&storage, "a", sequence, b"entry").await, Appended::Yes);
        }
        let manifest = encode_manifest(&Manifest { sequence: 3, ..Manifest::default() });
        let checkpoint = checkpoint(None, &manifest, &[], &[], 3);
        assert_eq!(storage.checkpoint("a", &checkpoint).await, Ok(Checkpointed::Yes(0)));
        assert!(numbers(&storage, LOG, "a").await.is_empty());
        for behind in 0..3 {
            assert_eq!(append(&storage, "a", behind, b"late").await, Appended::TooFarBehind);
        }
        assert_eq!(append(&storage, "a", 3, b"next").await, Appended::Yes);
        assert_eq!(append(&storage, "a", 2, b"late").await, Appended::TooFarBehind);
        assert_eq!(append(&storage, "a", 3, b"last").await, Appended::Yes);
        assert_eq!(numbers(&storage, LOG, "a").await, [4, 5]);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn a_checkpoint_flips_all_at_once_and_only_over_the_one_it_knows() {
        let (storage, path) = with_collection().await;
        for sequence in 0..3 {
            assert_eq!(append(&storage, "a", sequence, b"entry").await, Appended::Yes);
        }
        let pages = [(1, NewPage::Entry(vec![10])), (2, NewPage::Entry(vec![20]))];
        let first = checkpoint(None, &[2, 1, 2], &pages, &[], 2);
        assert_eq!(storage.checkpoint("a", &first).await, Ok(Checkpointed::Yes(0)));
        assert_eq!(storage.checkpoint("a", &first).await, Ok(Checkpointed::Overtaken));
        assert_eq!(storage.checkpoint("b", &first).await, Ok(Checkpointed::Gone));
        let pages = [(3, NewPage::Entry(vec![30]))];
        let second = checkpoint(Some(&[2, 1, 2]), &[2, 2, 3], &pages, &[1], 2);
        assert_eq!(storage.checkpoint("a", &second).await, Ok(Checkpointed::Yes(0)));

        let stored = load(&storage, "a").await;
        let bytes = stored.definition.expect("it exists");
        assert_eq!(decode_definition(&bytes), Ok(definition("a", "apples", 1)));
        assert_eq!(stored.manifest, Some(vec![2, 2, 3]));
        assert_eq!(stored.pages, [Some(vec![20]), Some(vec![30])]);
        assert_eq!(stored.log, [(3, b"entry".to_vec())]);
        assert_eq!(numbers(&storage, PAGES, "a").await, [2, 3]);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn deleting_a_collection_leaves_nothing_of_it_and_everything_of_others() {
        let (storage, path) = with_collection().await;
        create(&storage, "b", "bananas", 2).await.expect("created");
        for id in ["a", "b"] {
            assert_eq!(append(&storage, id, 0, b"one").await, Appended::Yes);
            assert_eq!(append(&storage, id, 1, b"two").await, Appended::Yes);
            let pages = [(1, NewPage::Entry(vec![10]))];
            let checkpoint = checkpoint(None, &[1, 1], &pages, &[], 1);
            storage.checkpoint(id, &checkpoint).await.expect("stored");
        }
        remove(&storage, "apples").await.expect("it is there");
        assert_eq!(remove(&storage, "apples").await.expect_err("gone").code, code::NOT_FOUND);
        assert!(load(&storage, "a").await.definition.is_none());
        assert!(numbers(&storage, PAGES, "a").await.is_empty());
        assert!(numbers(&storage, LOG, "a").await.is_empty());
        let manifest =
            async |transaction: &Transaction| transaction.has(MANIFESTS, &"a".into()).await;
        assert_eq!(storage.0.run(&[MANIFESTS], Mode::Read, manifest).await, Ok(false));
        let other = load(&storage, "b").await;
        assert_eq!((other.pages.len(), other.log.len()), (1, 1));
        Storage::destroy(&path).await.expect("destroyed");
    }
}
