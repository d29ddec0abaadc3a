//! What is kept in the browser's database, and the transactions that keep it whole.
//!
//! Every method is one transaction. Those that write check, inside the transaction, that what they
//! build on is still there, because another tab may have changed it: the collection has not been
//! deleted, the log ends where this tab thinks it does, the checkpoint is the one this tab knows.

use std::cell::Cell;
use std::collections::HashMap;

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::wasm::errors::{Error, Result, code};
use crate::wasm::indexeddb::{
    COLLECTIONS, Fault, IndexedDb, LOG, MANIFESTS, Mode, PAGES, Range, Transaction, numbered_key,
};

/// One collection in the list of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// A UUID.
    pub(crate) id: String,
    /// Unique in the database.
    pub(crate) name: String,
    /// In milliseconds since 1970.
    pub(crate) created: u64,
    /// The definition as the engine encodes it.
    pub(crate) definition: Vec<u8>,
}

/// Everything that is stored of one collection, read in one transaction.
pub(crate) struct Stored {
    /// The collection's entry in the list.
    pub(crate) entry: Entry,
    /// The pointer record of the last checkpoint, if there has been one.
    pub(crate) manifest: Option<Vec<u8>>,
    /// The pages that it names. One that is missing here is missing in the database.
    pub(crate) pages: HashMap<u64, Vec<u8>>,
    /// The log entries after it with their sequence numbers, ascending.
    pub(crate) log: Vec<(u64, Vec<u8>)>,
}

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
    /// It is stored.
    Yes,
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
    pub(crate) pages: &'a [(u64, Vec<u8>)],
    /// Keys of pages that the new manifest does not name.
    pub(crate) obsolete: &'a [u64],
    /// Log entries up to this one are in the pages.
    pub(crate) sequence: u64,
}

/// A database in the browser's storage.
pub(crate) struct Storage(IndexedDb);

impl Storage {
    /// Opens the database at `path`, creating it if there is none.
    pub(crate) async fn open(path: &str) -> Result<Self> {
        Ok(Self(IndexedDb::open(path).await?))
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

    /// All collections, oldest first.
    pub(crate) async fn collections(&self) -> Result<Vec<Entry>> {
        let values = self
            .0
            .run(&[COLLECTIONS], Mode::Read, async |transaction: &Transaction| {
                transaction.values(COLLECTIONS).await
            })
            .await?;
        let mut entries = values.iter().map(to_entry).collect::<Result<Vec<_>>>()?;
        entries.sort_unstable_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(entries)
    }

    /// How many collections there are.
    pub(crate) async fn count_collections(&self) -> Result<u32> {
        let count = async |transaction: &Transaction| transaction.count(COLLECTIONS).await;
        Ok(self.0.run(&[COLLECTIONS], Mode::Read, count).await?)
    }

    /// The collection with this name.
    pub(crate) async fn collection_named(&self, name: &str) -> Result<Option<Entry>> {
        let find = async |transaction: &Transaction| transaction.get_named(name).await;
        let value = self.0.run(&[COLLECTIONS], Mode::Read, find).await?;
        value.as_ref().map(to_entry).transpose()
    }

    /// Adds a collection and returns `None`, or returns the one that has its name already.
    pub(crate) async fn create(&self, entry: &Entry) -> Result<Option<Entry>> {
        let create = async |transaction: &Transaction| {
            if let Some(existing) = transaction.get_named(&entry.name).await? {
                return Ok(Some(to_entry(&existing)?));
            }
            transaction.put(COLLECTIONS, &from_entry(entry)?)?;
            Ok(None)
        };
        let existing = self.0.run(&[COLLECTIONS], Mode::Write, create).await?;
        // After a lost connection the transaction may find what it wrote before.
        Ok(existing.filter(|existing| existing.id != entry.id))
    }

    /// Replaces the collection `id` by what `change` makes of it, and returns that.
    pub(crate) async fn modify(
        &self,
        id: &str,
        change: impl Fn(Entry) -> Result<Entry>,
    ) -> Result<Entry> {
        let modify = async |transaction: &Transaction| {
            let Some(value) = transaction.get(COLLECTIONS, &id.into()).await? else {
                return Err(Fault::Failed(gone()));
            };
            let entry = change(to_entry(&value)?)?;
            if let Some(other) = transaction.get_named(&entry.name).await?
                && to_entry(&other)?.id != id
            {
                return Err(Fault::Failed(taken(&entry.name)));
            }
            transaction.put(COLLECTIONS, &from_entry(&entry)?)?;
            Ok(entry)
        };
        Ok(self.0.run(&[COLLECTIONS], Mode::Write, modify).await?)
    }

    /// Deletes the collection with this name and everything stored of it; returns its id, or
    /// `None` if there is none.
    pub(crate) async fn delete(&self, name: &str) -> Result<Option<String>> {
        let deleted = Cell::new(None);
        let delete = async |transaction: &Transaction| {
            let Some(value) = transaction.get_named(name).await? else {
                // After a lost connection the transaction may find its own work done.
                return Ok(deleted.take());
            };
            let id = to_entry(&value)?.id;
            transaction.delete(COLLECTIONS, &id.as_str().into())?;
            transaction.delete(MANIFESTS, &id.as_str().into())?;
            transaction.delete_range(LOG, &Range::all(&id))?;
            transaction.delete_range(PAGES, &Range::all(&id))?;
            deleted.set(Some(id.clone()));
            Ok(Some(id))
        };
        Ok(self.0.run(&[COLLECTIONS, LOG, PAGES, MANIFESTS], Mode::Write, delete).await?)
    }

    /// Appends a log entry, in one transaction with whatever it has to take into account.
    ///
    /// `sequence` says where this tab is in the log. `next` is given the entries after that, which
    /// other tabs have written, and makes the new entry, or `None` if there is nothing to write.
    /// As no other tab can write meanwhile, the new entry's number is free. `last` reads from a
    /// manifest the number of the last entry that its checkpoint holds.
    pub(crate) async fn append(
        &self,
        id: &str,
        sequence: impl Fn() -> Result<u64>,
        next: impl Fn(Vec<(u64, Vec<u8>)>) -> Result<Option<(u64, Vec<u8>)>>,
        last: impl Fn(&[u8]) -> Result<u64>,
    ) -> Result<Appended> {
        let append = async |transaction: &Transaction| {
            if !transaction.has(COLLECTIONS, &id.into()).await? {
                return Ok(Appended::Gone);
            }
            let sequence = sequence()?;
            if !transaction.has(LOG, &numbered_key(id, sequence)?).await? {
                // A checkpoint has trimmed the log. If it is another tab's, later entries may have
                // come and gone with it, and their numbers look free.
                let manifest = transaction.get_bytes(MANIFESTS, &id.into()).await?;
                if manifest.as_deref().map_or(Ok(0), &last)? != sequence {
                    return Ok(Appended::TooFarBehind);
                }
            }
            let range = Range { id, from: sequence + 1, to: None };
            let missed = read_log(transaction, &range).await?;
            if let Some((number, bytes)) = next(missed)? {
                transaction.add_bytes(LOG, &numbered_key(id, number)?, &bytes)?;
            }
            Ok(Appended::Yes)
        };
        Ok(self.0.run(&[COLLECTIONS, LOG, MANIFESTS], Mode::Write, append).await?)
    }

    /// Reads what is stored of a collection; `None` if there is no such collection. `named` reads
    /// from a manifest which pages belong to it.
    pub(crate) async fn load(
        &self,
        id: &str,
        named: impl Fn(&[u8]) -> Result<Vec<u64>>,
    ) -> Result<Option<Stored>> {
        let load = async |transaction: &Transaction| {
            let Some(value) = transaction.get(COLLECTIONS, &id.into()).await? else {
                return Ok(None);
            };
            let entry = to_entry(&value)?;
            let manifest = transaction.get_bytes(MANIFESTS, &id.into()).await?;
            let names = manifest.as_deref().map_or(Ok(Vec::new()), &named)?;
            let keys = names.iter().map(|name| numbered_key(id, *name));
            let keys = keys.collect::<Result<Vec<_>, _>>()?;
            let pages = transaction.get_all_bytes(PAGES, &keys).await?;
            let pages = names.into_iter().zip(pages);
            let pages = pages.filter_map(|(name, page)| Some((name, page?))).collect();
            let log = read_log(transaction, &Range::all(id)).await?;
            Ok(Some(Stored { entry, manifest, pages, log }))
        };
        Ok(self.0.run(&[COLLECTIONS, PAGES, MANIFESTS, LOG], Mode::Read, load).await?)
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
        let NewCheckpoint { replaces, manifest, pages, obsolete, sequence } = *checkpoint;
        let store = async |transaction: &Transaction| {
            if !transaction.has(COLLECTIONS, &id.into()).await? {
                return Ok(Checkpointed::Gone);
            }
            let stored = transaction.get_bytes(MANIFESTS, &id.into()).await?;
            // This also refuses what this very transaction wrote before a lost connection: another
            // tab may have written an equal manifest over different pages.
            if stored.as_deref() != replaces {
                return Ok(Checkpointed::Overtaken);
            }
            for (key, page) in pages {
                transaction.put_bytes(PAGES, &numbered_key(id, *key)?, page)?;
            }
            transaction.put_bytes(MANIFESTS, &id.into(), manifest)?;
            for key in obsolete {
                transaction.delete(PAGES, &numbered_key(id, *key)?)?;
            }
            transaction.delete_range(LOG, &Range { id, from: 0, to: Some(sequence) })?;
            Ok(Checkpointed::Yes)
        };
        let stores = [COLLECTIONS, LOG, PAGES, MANIFESTS];
        Ok(self.0.run(&stores, Mode::WriteThrough, store).await?)
    }
}

/// The error for a collection that is not, or no longer, there.
pub(crate) fn gone() -> Error {
    Error::new(code::NOT_FOUND, "the collection does not exist; it may have been deleted")
}

/// The error for a name that another collection has.
pub(crate) fn taken(name: &str) -> Error {
    Error::new(code::ALREADY_EXISTS, format!("a collection named \"{name}\" exists already"))
}

async fn read_log(
    transaction: &Transaction,
    range: &Range<'_>,
) -> Result<Vec<(u64, Vec<u8>)>, Fault> {
    let numbers = transaction.numbers(LOG, range).await?;
    let entries = transaction.range_bytes(LOG, range).await?;
    Ok(numbers.into_iter().zip(entries).collect())
}

fn from_entry(entry: &Entry) -> Result<JsValue> {
    let object = Object::new();
    for (name, value) in [
        ("id", JsValue::from_str(&entry.id)),
        ("name", JsValue::from_str(&entry.name)),
        ("created", JsValue::from_f64(entry.created as f64)),
        ("definition", Uint8Array::from(entry.definition.as_slice()).into()),
    ] {
        Reflect::set(&object, &name.into(), &value)
            .map_err(|_| Error::new(code::INTERNAL, "cannot set a property of a new object"))?;
    }
    Ok(object.into())
}

fn to_entry(value: &JsValue) -> Result<Entry> {
    let get = |name: &str| Reflect::get(value, &name.into()).ok();
    let text = |name: &str| get(name).and_then(|value| value.as_string());
    let read = || {
        Some(Entry {
            id: text("id")?,
            name: text("name")?,
            // Only whole numbers that are not negative are ever written.
            created: get("created")?.as_f64()? as u64,
            definition: get("definition")?.dyn_ref::<Uint8Array>()?.to_vec(),
        })
    };
    read().ok_or_else(|| {
        Error::new(code::DAMAGED, "an entry in the list of collections is not as it was written")
    })
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::wasm::random;

    /// A new database and its path.
    async fn fresh() -> (Storage, String) {
        let path = format!("test-{}", random::uuid().expect("there is randomness"));
        (Storage::open(&path).await.expect("it opens"), path)
    }

    fn entry(id: &str, name: &str, created: u64) -> Entry {
        let definition = format!("definition of {name}").into_bytes();
        Entry { id: id.into(), name: name.into(), created, definition }
    }

    async fn with_collection() -> (Storage, String) {
        let (storage, path) = fresh().await;
        assert_eq!(storage.create(&entry("a", "apples", 1)).await, Ok(None));
        (storage, path)
    }

    /// The first byte of a manifest is the last log entry in it, the others are its pages.
    fn names(manifest: &[u8]) -> Result<Vec<u64>> {
        Ok(manifest[1..].iter().copied().map(u64::from).collect())
    }

    /// Appends `bytes` for a tab that has seen the log up to `sequence`.
    async fn append(storage: &Storage, id: &str, sequence: u64, bytes: &[u8]) -> Appended {
        let next = |missed: Vec<_>| Ok(Some((sequence + missed.len() as u64 + 1, bytes.to_vec())));
        let last = |manifest: &[u8]| Ok(u64::from(manifest[0]));
        storage.append(id, || Ok(sequence), next, last).await.expect("the storage works")
    }

    async fn load(storage: &Storage, id: &str) -> Stored {
        storage.load(id, names).await.expect("read").expect("it exists")
    }

    async fn numbers(storage: &Storage, store: &str, id: &str) -> Vec<u64> {
        let read =
            async |transaction: &Transaction| transaction.numbers(store, &Range::all(id)).await;
        storage.0.run(&[store], Mode::Read, read).await.expect("read")
    }

    fn checkpoint<'a>(
        replaces: Option<&'a [u8]>,
        manifest: &'a [u8],
        pages: &'a [(u64, Vec<u8>)],
        obsolete: &'a [u64],
        sequence: u64,
    ) -> NewCheckpoint<'a> {
        NewCheckpoint { replaces, manifest, pages, obsolete, sequence }
    }

    #[wasm_bindgen_test]
    async fn collections_are_listed_by_creation_and_names_are_unique() {
        let (storage, path) = fresh().await;
        assert_eq!(storage.create(&entry("b", "bananas", 2)).await, Ok(None));
        assert_eq!(storage.create(&entry("c", "apples", 1)).await, Ok(None));
        let taken = storage.create(&entry("d", "apples", 3)).await;
        assert_eq!(taken, Ok(Some(entry("c", "apples", 1))));
        let listed = storage.collections().await.expect("a list");
        assert_eq!(listed, [entry("c", "apples", 1), entry("b", "bananas", 2)]);
        assert_eq!(storage.count_collections().await, Ok(2));
        assert_eq!(storage.collection_named("bananas").await, Ok(Some(listed[1].clone())));
        assert_eq!(storage.collection_named("pears").await, Ok(None));

        let renamed = |name: &'static str| move |old: Entry| Ok(Entry { name: name.into(), ..old });
        let error = storage.modify("b", renamed("apples")).await.expect_err("the name is taken");
        assert_eq!(error.code, code::ALREADY_EXISTS);
        let error = storage.modify("x", renamed("pears")).await.expect_err("there is none");
        assert_eq!(error.code, code::NOT_FOUND);
        assert_eq!(storage.modify("b", renamed("pears")).await.expect("free").name, "pears");
        assert_eq!(storage.collection_named("bananas").await, Ok(None));
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn who_appends_learns_first_what_others_have_appended() {
        let (storage, path) = with_collection().await;
        let other = Storage::open(&path).await.expect("a second connection");
        assert_eq!(append(&storage, "a", 0, b"one").await, Appended::Yes);
        assert_eq!(append(&other, "a", 0, b"two").await, Appended::Yes);
        assert_eq!(append(&other, "b", 0, b"x").await, Appended::Gone);
        let seen = Cell::new(vec![]);
        let next = |missed| {
            seen.set(missed);
            Ok(None)
        };
        let appended = storage.append("a", || Ok(1), next, |_| Ok(0)).await;
        assert_eq!(appended, Ok(Appended::Yes));
        assert_eq!(seen.take(), [(2, b"two".to_vec())]);
        let log = vec![(1, b"one".to_vec()), (2, b"two".to_vec())];
        assert_eq!(load(&storage, "a").await.log, log, "there was nothing to write");

        let refused = Error::new(code::INVALID_ARGUMENT, "no");
        let refuses = |_| Err(refused.clone());
        let appended = storage.append("a", || Ok(2), refuses, |_| Ok(0)).await;
        assert_eq!(appended, Err(refused.clone()));
        let taken = storage.append("a", || Ok(1), |_| Ok(Some((2, vec![]))), |_| Ok(0)).await;
        assert_eq!(taken.expect_err("a number is written once").code, code::STORAGE);
        assert_eq!(load(&storage, "a").await.log, log);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn many_who_append_at_the_same_time_all_succeed() {
        let (storage, path) = with_collection().await;
        let others = [Storage::open(&path).await, Storage::open(&path).await];
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

    #[wasm_bindgen_test]
    async fn numbers_that_a_checkpoint_has_trimmed_are_not_free() {
        let (storage, path) = with_collection().await;
        for sequence in 0..3 {
            assert_eq!(append(&storage, "a", sequence, b"entry").await, Appended::Yes);
        }
        let checkpoint = checkpoint(None, &[3], &[], &[], 3);
        assert_eq!(storage.checkpoint("a", &checkpoint).await, Ok(Checkpointed::Yes));
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
        let pages = [(1, vec![10]), (2, vec![20])];
        let first = checkpoint(None, &[2, 1, 2], &pages, &[], 2);
        assert_eq!(storage.checkpoint("a", &first).await, Ok(Checkpointed::Yes));
        assert_eq!(storage.checkpoint("a", &first).await, Ok(Checkpointed::Overtaken));
        assert_eq!(storage.checkpoint("b", &first).await, Ok(Checkpointed::Gone));
        let pages = [(3, vec![30])];
        let second = checkpoint(Some(&[2, 1, 2]), &[2, 2, 3], &pages, &[1], 2);
        assert_eq!(storage.checkpoint("a", &second).await, Ok(Checkpointed::Yes));

        let stored = load(&storage, "a").await;
        assert_eq!(stored.entry, entry("a", "apples", 1));
        assert_eq!(stored.manifest, Some(vec![2, 2, 3]));
        assert_eq!(stored.pages, HashMap::from([(2, vec![20]), (3, vec![30])]));
        assert_eq!(stored.log, [(3, b"entry".to_vec())]);
        assert_eq!(numbers(&storage, PAGES, "a").await, [2, 3]);
        Storage::destroy(&path).await.expect("destroyed");
    }

    #[wasm_bindgen_test]
    async fn deleting_a_collection_leaves_nothing_of_it_and_everything_of_others() {
        let (storage, path) = with_collection().await;
        storage.create(&entry("b", "bananas", 2)).await.expect("created");
        for id in ["a", "b"] {
            assert_eq!(append(&storage, id, 0, b"one").await, Appended::Yes);
            assert_eq!(append(&storage, id, 1, b"two").await, Appended::Yes);
            let pages = [(1, vec![10])];
            let checkpoint = checkpoint(None, &[1, 1], &pages, &[], 1);
            storage.checkpoint(id, &checkpoint).await.expect("stored");
        }
        assert_eq!(storage.delete("apples").await, Ok(Some("a".into())));
        assert_eq!(storage.delete("apples").await, Ok(None));
        assert!(storage.load("a", names).await.expect("read").is_none());
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
