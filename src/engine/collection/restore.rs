//! Opening: a collection from its checkpoint and the log after it.
//!
//! What cannot be read is left out and named (see [`lost`](super::lost)); nothing is written. The
//! whole collection is refused only where nobody can say what is missing: when both copies of the
//! manifest are damaged, or there is none although the log has been trimmed; and when anything was
//! written by a newer version.

use fixedbitset::FixedBitSet;
use vecino_kernels::hnsw::{Graph, Kind};
use vecino_kernels::vectors::Vectors;

use super::apart::new_vectors;
use super::checkpoint::RECORD_PAGE_SLOTS;
use super::lost::LostRecords;
use super::plan::MAX_DIMENSION;
use super::{Collection, new_graph};
use crate::engine::change::Change;
use crate::engine::definition::Definition;
use crate::engine::error::{Code, Error, Result};
use crate::engine::format::{
    Content, Manifest, NO_PAGE, Page, PageKey, Part, Place, Touched, decode_change,
    decode_code_page, decode_graph_page, decode_id_page, decode_manifest, decode_record_page,
    decode_touched, decode_vector_page,
};
use crate::engine::record::Record;

/// Something stored that cannot be read or does not fit to the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong with it, for people.
    pub what: String,
    /// Where it is stored.
    pub place: String,
    /// The kind of problem, for programs: "damaged", "missing", "orphan" or "inconsistent".
    pub code: &'static str,
}

impl Problem {
    pub(super) fn add(
        problems: &mut Vec<Self>,
        code: &'static str,
        place: &dyn ToString,
        what: &str,
    ) {
        problems.push(Self { what: what.to_owned(), place: place.to_string(), code });
    }
}

/// A collection that is being opened. It is given its stored pages one after the other, so that the
/// next can be read while this one is decoded, and none need stay in memory.
pub struct Opening {
    collection: Collection,
    /// `None` if there has been no checkpoint.
    manifest: Option<Manifest>,
    /// The pages that are still to come.
    expected: std::vec::IntoIter<Page>,
    /// The pages of ids, to be compared with the pages of records.
    ids: Vec<(u32, PageKey, Option<Vec<u8>>)>,
    /// Which slots have an embedding.
    embedded: FixedBitSet,
    graph: Result<Graph>,
    problems: Vec<Problem>,
}

impl Collection {
    /// Keys of the pages that a stored manifest names, for [`Collection::open`].
    ///
    /// # Errors
    /// `damaged`, `unsupported_version`.
    pub fn checkpoint_pages(manifest: &[u8]) -> Result<Vec<PageKey>> {
        Ok(decode_manifest(manifest)?.pages().iter().map(|page| page.key).collect())
    }

    /// The collection as stored: the checkpoint, if any, and the log entries after it; see [`Opening`].
    ///
    /// `pages` holds what is stored under each of [`Collection::checkpoint_pages`], in their order.
    ///
    /// # Errors
    /// As [`Opening::finish`].
    pub fn open(
        definition: Definition,
        manifest: Option<&[u8]>,
        pages: Vec<Option<Vec<u8>>>,
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<(Self, Option<Error>)> {
        Opening::of_all(definition, manifest, pages)?.finish(log)
    }

    /// Applies log entry number `sequence`, which must be the one after the last applied. If it
    /// cannot be read, the records that it is about are lost and the damage is returned.
    ///
    /// # Errors
    /// `damaged` for another number, `unsupported_version`; then nothing is applied.
    pub fn replay(&mut self, sequence: u64, entry: &[u8]) -> Result<Option<Error>> {
        let expected = self.sequence + 1;
        if sequence != expected {
            return damaged(&format!("log entry {expected} is missing, found {sequence}"));
        }
        match decode_change(entry).and_then(|change| self.fitting(change)) {
            Ok(change) => {
                self.apply(change);
                Ok(None)
            }
            Err(error) if error.code == Code::Damaged => {
                self.sequence = sequence;
                self.stored.log_grew(1, entry.len());
                self.stored.keep_entry(entry);
                let place = Place::Log(sequence, sequence);
                match decode_touched(entry) {
                    Err(_) => self.lose_unknown(Part::Change, place),
                    Ok(touched) => touched.into_iter().for_each(|(what, id)| match what {
                        Touched::Deleted => self.delete(id),
                        Touched::Changed => self.lose(id, Part::Change, place),
                        Touched::Created => self.lose(id, Part::Record, place),
                    }),
                }
                Ok(Some(error))
            }
            Err(error) => Err(error),
        }
    }

    fn fitting(&self, change: Change) -> Result<Change> {
        let dimension = change.dimension as usize;
        let expected = self.dimension().unwrap_or(dimension);
        if dimension != 0 && (dimension != expected || dimension > MAX_DIMENSION) {
            return damaged("a log entry has another dimension than the collection");
        }
        Ok(change)
    }

    /// Takes over what a manifest says.
    fn begin(&mut self, manifest: &Manifest) -> Result<()> {
        let (dimension, capacity) = (manifest.dimension as usize, manifest.capacity);
        let slots = manifest.record_pages.len() * RECORD_PAGE_SLOTS as usize;
        if dimension > MAX_DIMENSION || capacity as usize > slots {
            return damaged("a manifest names fewer pages than it has slots");
        }
        if dimension > 0 {
            self.vectors = Some(new_vectors(&self.definition, dimension));
        }
        self.sequence = manifest.sequence;
        self.next_order = manifest.next_order;
        self.lost = LostRecords::from_manifest(manifest.lost.clone());
        self.stored.manifest = manifest.clone();
        self.stored.manifest.lost.clear();
        // Whatever the manifest says, a new page takes the place of none that counts.
        let kept = manifest.kept_pages.iter().copied();
        let highest =
            manifest.pages().iter().map(|page| page.key).chain(kept).max().unwrap_or(NO_PAGE);
        let next_key = &mut self.stored.manifest.next_key;
        *next_key = (*next_key).max(highest.saturating_add(1));
        Ok(())
    }

    /// Starts over with an empty graph; what is stored of the old one goes with the next checkpoint.
    pub(super) fn drop_graph(&mut self) {
        let keys = std::mem::take(&mut self.stored.manifest.graph_pages);
        self.stored.orphans.extend(written(&keys).map(|(_, key)| key));
        self.graph = new_graph(&self.definition);
        self.mirrors.clear();
        self.repairing = false;
        self.sort_slots();
    }

    /// Finds anew which slots are unlinked and which are free.
    fn sort_slots(&mut self) {
        self.unlinked.clear();
        self.free.clear();
        for slot in (0..self.records.capacity()).rev() {
            let (live, linked) = (self.live.contains(slot as usize), self.graph.contains(slot));
            match (live, linked) {
                (true, false) => self.unlinked.insert(slot as usize),
                (false, false) => self.free.push(slot),
                (true, true) | (false, true) => {}
            }
        }
    }
}

impl Opening {
    /// Begins with the definition and the manifest, if there has been a checkpoint.
    ///
    /// # Errors
    /// `damaged` when it is not even known which pages count; `unsupported_version`.
    pub fn new(definition: Definition, manifest: Option<&[u8]>) -> Result<Self> {
        let mut collection = Collection::new(definition);
        let manifest = manifest.map(decode_manifest).transpose()?;
        if let Some(manifest) = &manifest {
            collection.begin(manifest)?;
        }
        let expected = manifest.as_ref().map(Manifest::pages).unwrap_or_default();
        Ok(Self {
            graph: Ok(new_graph(&collection.definition)),
            collection,
            manifest,
            expected: expected.into_iter(),
            ids: Vec::new(),
            embedded: FixedBitSet::new(),
            problems: Vec::new(),
        })
    }

    /// Given all `pages` at once.
    pub(super) fn of_all(
        definition: Definition,
        manifest: Option<&[u8]>,
        pages: Vec<Option<Vec<u8>>>,
    ) -> Result<Self> {
        let mut opening = Self::new(definition, manifest)?;
        pages.into_iter().try_for_each(|page| opening.page(page))?;
        Ok(opening)
    }

    /// The keys of the pages that are still to be given.
    pub fn pages(&self) -> impl Iterator<Item = PageKey> {
        self.expected.as_slice().iter().map(|page| page.key)
    }

    /// Takes in what is stored under the next of [`Opening::pages`].
    ///
    /// # Errors
    /// `unsupported_version`.
    pub fn page(&mut self, page: Option<Vec<u8>>) -> Result<()> {
        self.make_room();
        let Some(Page { content, number, key }) = self.expected.next() else { return Ok(()) };
        match content {
            Content::Ids => self.ids.push((number, key, page)),
            Content::Vectors => self.vectors(number, key, page.as_deref())?,
            Content::Records => self.records(number, key, page.as_deref())?,
            Content::Graph => self.graph(key, page.as_deref())?,
        }
        Ok(())
    }

    /// Ends with the log entries after the checkpoint.
    ///
    /// Damage is returned as a warning. A graph that is damaged is dropped, to be built again in the
    /// background; records that are damaged are [`lost`](Collection::lost).
    ///
    /// # Errors
    /// `damaged` when nobody can say what is missing; `unsupported_version`.
    pub fn finish(self, log: Vec<(u64, Vec<u8>)>) -> Result<(Collection, Option<Error>)> {
        let (collection, problems) = self.examine(log)?;
        let warning = collection.warning().or_else(|| {
            let Problem { what, place, .. } = problems.first()?;
            let message = format!("{what} ({place}); it is built anew from the records");
            Some(Error::new(Code::Damaged, message))
        });
        Ok((collection, warning))
    }

    /// [`Opening::finish`], with everything that was found wrong.
    pub(super) fn examine(
        mut self,
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<(Collection, Vec<Problem>)> {
        self.make_room();
        while !self.expected.as_slice().is_empty() {
            self.page(None)?;
        }
        let Self { mut collection, manifest, graph, mut problems, .. } = self;
        if let Some(manifest) = &manifest {
            // Also where no page says what it is.
            let has_codes = written(&manifest.vector_pages).next().is_some();
            collection.vectors.iter_mut().filter(|_| has_codes).for_each(Vectors::fix_center);
            let whole = graph.and_then(|mut graph| {
                graph.restore_entry_point(manifest.entry_point)?;
                Ok(graph)
            });
            match whole {
                Ok(graph) => {
                    collection.graph = graph;
                    collection.sort_slots();
                }
                Err(error) => {
                    Problem::add(&mut problems, "damaged", &"the graph", &error.message);
                    collection.drop_graph();
                }
            }
        }
        for (sequence, entry) in log {
            let expected = collection.sequence + 1;
            if sequence < expected {
                let what = "a log entry that the checkpoint holds has not been deleted";
                Problem::add(&mut problems, "orphan", &Place::Log(sequence, sequence), what);
                continue;
            }
            if sequence > expected {
                if manifest.is_none() {
                    return damaged(&format!(
                        "the log begins with entry {sequence}, and there is no manifest"
                    ));
                }
                let place = Place::Log(expected, sequence - 1);
                Problem::add(&mut problems, "missing", &place, "log entries are missing");
                collection.lose_unknown(Part::Change, place);
                collection.sequence = sequence - 1;
            }
            if let Some(error) = collection.replay(sequence, &entry)? {
                let place = Place::Log(sequence, sequence);
                Problem::add(&mut problems, "damaged", &place, &error.message);
            }
        }
        Ok((collection, problems))
    }

    /// Makes room for all records. Not before the first page has been read: that takes its time as well.
    fn make_room(&mut self) {
        let capacity = self.manifest.as_ref().map_or(0, |manifest| manifest.capacity);
        let Collection { records, live, unlinked, .. } = &mut self.collection;
        records.ensure(capacity);
        live.grow(capacity as usize);
        unlinked.grow(capacity as usize);
    }

    fn vectors(&mut self, number: u32, key: PageKey, page: Option<&[u8]>) -> Result<()> {
        let Collection { vectors, stored, records, .. } = &mut self.collection;
        let mut used = Vec::new();
        let mut first = 0;
        let read = &mut |bytes: &[u8]| {
            let Some(vectors) = vectors else {
                return damaged("a page of vectors of a collection without a dimension");
            };
            let dimension = vectors.dimension();
            first = number.saturating_mul(vectors.rows_per_page());
            if first >= records.capacity() {
                return damaged("a page of vectors is beyond the last slot");
            }
            if vectors.are_apart() {
                return decode_code_page(bytes, vectors, number, &mut |row| used.push(row));
            }
            vectors.restore_page(number, &mut |rows| {
                decode_vector_page(bytes, rows, dimension, &mut |row| used.push(row))
            })
        };
        let name = "page of vectors";
        if !read_page(&mut self.problems, key, page, name, read)? {
            if let Some(vectors) = vectors.as_mut().filter(|vectors| vectors.are_apart()) {
                // Codes are made again of the embeddings, once these are read.
                vectors.forget_codes(number)?;
                stored.vectors_stored(number, vectors.rows_per_page());
                let slots = number * vectors.rows_per_page()..vectors.capacity();
                let slots = slots.take(vectors.rows_per_page() as usize);
                slots.for_each(|slot| self.embedded.grow_and_insert(slot as usize));
                return Ok(());
            }
            // What was read of it before the damage does not count.
            stored.give_up_vector_page(number, page.map(|_| key));
            return Ok(());
        }
        stored.vectors_stored(number, used.len() as u32);
        for row in used {
            self.embedded.grow_and_insert(first as usize + row);
        }
        Ok(())
    }

    fn records(&mut self, number: u32, key: PageKey, page: Option<&[u8]>) -> Result<()> {
        let at = self.ids.iter().position(|(page, ..)| *page == number);
        let ids = at.map(|at| self.ids.swap_remove(at));
        let ids = ids.and_then(|(_, key, bytes)| Some((key, bytes?)));
        let place = Place::Page(key);
        let mut records = Vec::new();
        reserve(page.map_or(0, <[u8]>::len) * 2);
        let read = &mut |bytes: &[u8]| decode_record_page(bytes).map(|read| records = read);
        if read_page(&mut self.problems, key, page, "page of records", read)? {
            self.collection.stored.records_stored(number, page.map_or(0, <[u8]>::len));
            self.check_ids(number, &records, ids.as_ref().map(|(_, bytes)| &**bytes))?;
            for (slot, record) in records {
                self.record(slot, record, number, key);
            }
            return Ok(());
        }
        let collection = &mut self.collection;
        let (names_key, names) = ids.unzip();
        let lose = &mut |names: &[u8]| {
            for (_, id) in decode_id_page(names)? {
                collection.lose(id, Part::Record, place);
            }
            Ok(())
        };
        let named = self.manifest.as_ref().and_then(|known| known.id_pages.get(number as usize));
        let named = named.copied().unwrap_or(NO_PAGE);
        if !read_page(&mut self.problems, named, names.as_deref(), "page of ids", lose)? {
            self.collection.lose_unknown(Part::Record, place);
        }
        let keys = [page.map(|_| key), names_key];
        self.collection.stored.give_up_record_page(number, keys);
        Ok(())
    }

    /// Takes in a record of the page `number`, which has this key.
    fn record(&mut self, slot: u32, record: Record, number: u32, key: PageKey) {
        let Self { collection, embedded, .. } = self;
        let fits = slot / RECORD_PAGE_SLOTS == number
            && slot < collection.records.capacity()
            && !collection.live.contains(slot as usize)
            && collection.records.slot(&record.id).is_none();
        let vectors = collection.vectors.as_ref();
        let has_vector = vectors.is_some_and(|vectors| slot < vectors.capacity());
        if fits && has_vector && embedded.contains(slot as usize) {
            collection.records.put(slot, record);
            collection.live.insert(slot as usize);
            return;
        }
        let rows = vectors.map_or(1, Vectors::rows_per_page);
        collection.stored.keep_record_page(number * RECORD_PAGE_SLOTS);
        if fits {
            let pages = self.manifest.as_ref().map(|manifest| &manifest.vector_pages);
            let vectors = pages.and_then(|pages| pages.get((slot / rows) as usize).copied());
            let place = Place::Page(vectors.filter(|key| *key != NO_PAGE).unwrap_or(key));
            collection.lose(&record.id, Part::Embedding, place);
        } else {
            let what = format!("the record \"{}\" is in slot {slot}, which is not its", record.id);
            Problem::add(&mut self.problems, "damaged", &Place::Page(key), &what);
            collection.lose(&record.id, Part::Record, Place::Page(key));
        }
    }

    /// Compares a page of ids with the page of records that it is of; if they differ, both are
    /// written anew with the next checkpoint.
    fn check_ids(
        &mut self,
        number: u32,
        records: &[(u32, Record)],
        ids: Option<&[u8]>,
    ) -> Result<()> {
        let equal = &mut |bytes: &[u8]| {
            let ids = decode_id_page(bytes)?;
            let same = ids.len() == records.len()
                && ids.iter().zip(records).all(|(a, b)| a.0 == b.0 && *a.1 == *b.1.id);
            if same { Ok(()) } else { damaged("it names other records") }
        };
        let stored = &mut self.collection.stored;
        let key = stored.manifest.id_pages.get_mut(number as usize);
        let named = key.as_deref().copied().unwrap_or(NO_PAGE);
        if !read_page(&mut self.problems, named, ids, "page of ids", equal)? {
            if let (Some(key), None) = (key, ids) {
                *key = NO_PAGE;
            }
            stored.record_changed(number * RECORD_PAGE_SLOTS);
        }
        Ok(())
    }

    /// Puts nodes back, unless the graph is known to be damaged.
    fn graph(&mut self, key: PageKey, page: Option<&[u8]>) -> Result<()> {
        let Ok(graph) = &mut self.graph else { return Ok(()) };
        let Some(page) = page else {
            self.graph = damaged(&format!("page {key} of the graph is missing"));
            return Ok(());
        };
        let Collection { live, records, .. } = &self.collection;
        let read = decode_graph_page(page, &mut |node| {
            if node.slot >= records.capacity() {
                return damaged(&format!("page {key} has a node in slot {}", node.slot));
            }
            if live.contains(node.slot as usize) == (node.kind == Kind::Removed) {
                return damaged(&format!("node {} and its record disagree", node.slot));
            }
            Ok(graph.restore_node(node.slot, node.kind, node.successor, node.levels)?)
        });
        match read {
            Err(error) if error.code == Code::Damaged => self.graph = Err(error),
            result => return result,
        }
        Ok(())
    }
}

/// Number and key of each page that was written.
pub(super) fn written(keys: &[PageKey]) -> impl Iterator<Item = (u32, PageKey)> {
    (0..).zip(keys.iter().copied()).filter(|(_, key)| *key != NO_PAGE)
}

/// Has the allocator fetch so many bytes at once. Fetching them bit by bit, as small allocations need
/// them, costs the browser's WebAssembly more than decoding does.
fn reserve(bytes: usize) {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(bytes)));
}

/// Has `read` read the page under `key`, and says whether it could be read. Damage is a problem.
fn read_page(
    problems: &mut Vec<Problem>,
    key: PageKey,
    page: Option<&[u8]>,
    name: &str,
    read: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<bool> {
    let what = "a ".to_owned() + name;
    let place = Place::Page(key);
    match page.map(read) {
        Some(Ok(())) => return Ok(true),
        Some(Err(error)) if error.code == Code::Damaged => {
            let what = what + " cannot be read: " + &error.message;
            Problem::add(problems, "damaged", &place, &what);
        }
        Some(Err(error)) => return Err(error),
        None => Problem::add(problems, "missing", &place, &(what + " is missing")),
    }
    Ok(false)
}

fn damaged<T>(what: &str) -> Result<T> {
    Err(Error::new(Code::Damaged, "stored data is damaged: ".to_owned() + what))
}
