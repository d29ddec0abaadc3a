//! Opening: a collection from its checkpoint and the log after it.
//!
//! What cannot be read is left out and named (see [`lost`](super::lost)); nothing is written. The
//! whole collection is refused only where nobody can say what is missing: when both copies of the
//! manifest are damaged, or there is none although the log has been trimmed; and when anything was
//! written by a newer version.

use fixedbitset::FixedBitSet;
use vecino_kernels::hnsw::{Graph, Kind};
use vecino_kernels::vectors::Vectors;

use super::checkpoint::RECORD_PAGE_SLOTS;
use super::lost::LostRecords;
use super::plan::MAX_DIMENSION;
use super::{Collection, new_graph};
use crate::engine::change::Change;
use crate::engine::definition::{Configuration, Definition};
use crate::engine::error::{Code, Error, Result};
use crate::engine::format::{
    Manifest, NO_PAGE, PageKey, Part, Place, Touched, decode_change, decode_graph_page,
    decode_id_page, decode_manifest, decode_record_page, decode_touched, decode_vector_page,
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

impl Collection {
    /// Keys of the pages that a stored manifest names, for [`Collection::open`].
    ///
    /// # Errors
    /// `damaged`, `unsupported_version`.
    pub fn checkpoint_pages(manifest: &[u8]) -> Result<Vec<PageKey>> {
        Ok(decode_manifest(manifest)?.pages().collect())
    }

    /// The collection as stored: the checkpoint, if any, and the log entries after it.
    ///
    /// `pages` holds what is stored under each of [`Collection::checkpoint_pages`], in their order.
    /// Damage is returned as a warning. A graph that is damaged is dropped, to be built again in the
    /// background; records that are damaged are [`lost`](Collection::lost).
    ///
    /// # Errors
    /// `damaged` when it is not even known which pages count; `unsupported_version`.
    pub fn open(
        definition: Definition,
        manifest: Option<&[u8]>,
        pages: Vec<Option<Vec<u8>>>,
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<(Self, Option<Error>)> {
        let (collection, problems) = Self::examine(definition, manifest, pages, log)?;
        let warning = collection.warning().or_else(|| {
            let Problem { what, place, .. } = problems.first()?;
            let message = format!("{what} ({place}); it is built anew from the records");
            Some(Error::new(Code::Damaged, message))
        });
        Ok((collection, warning))
    }

    /// [`Collection::open`], with everything that was found wrong.
    pub(super) fn examine(
        definition: Definition,
        manifest: Option<&[u8]>,
        pages: Vec<Option<Vec<u8>>>,
        log: Vec<(u64, Vec<u8>)>,
    ) -> Result<(Self, Vec<Problem>)> {
        let mut collection = Self::new(definition);
        let mut problems = Vec::new();
        if let Some(manifest) = manifest {
            collection.restore(
                decode_manifest(manifest)?,
                &mut pages.into_iter(),
                &mut problems,
            )?;
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
                self.stored.log_grew(entry.len());
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

    fn restore(
        &mut self,
        mut manifest: Manifest,
        pages: &mut Pages,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let (dimension, capacity) = (manifest.dimension as usize, manifest.capacity);
        let slots = manifest.record_pages.len() * RECORD_PAGE_SLOTS as usize;
        if dimension > MAX_DIMENSION || capacity as usize > slots {
            return damaged("a manifest names fewer pages than it has slots");
        }
        self.sequence = manifest.sequence;
        self.next_order = manifest.next_order;
        self.lost = LostRecords::from_manifest(std::mem::take(&mut manifest.lost));
        self.records.ensure(capacity);
        self.live.grow(capacity as usize);
        self.unlinked.grow(capacity as usize);
        self.stored.manifest = manifest.clone();
        // Whatever the manifest says, a new page takes the place of none that counts.
        let kept = manifest.kept_pages.iter().copied();
        let highest = manifest.pages().chain(kept).max().unwrap_or(NO_PAGE);
        let next_key = &mut self.stored.manifest.next_key;
        *next_key = (*next_key).max(highest.saturating_add(1));

        let take_ids = |(page, key)| (page, key, pages.next().flatten());
        let ids: Vec<_> = written(&manifest.id_pages).map(take_ids).collect();
        let embedded = self.restore_vectors(&manifest, pages, problems)?;
        for (number, key) in written(&manifest.record_pages) {
            let ids = ids.iter().find(|(page, ..)| *page == number);
            let ids = ids.and_then(|(_, key, bytes)| Some((*key, bytes.as_deref()?)));
            let bytes = pages.next().flatten();
            let place = Place::Page(key);
            let mut records = Vec::new();
            let read = &mut |bytes: &[u8]| decode_record_page(bytes).map(|read| records = read);
            if read_page(problems, key, bytes.as_deref(), "page of records", read)? {
                self.stored.records_stored(number, bytes.as_ref().map_or(0, Vec::len));
                self.check_ids(number, &records, ids, problems)?;
                for (slot, record) in records {
                    self.restore_record(&manifest, (slot, record), number, &embedded, problems);
                }
                continue;
            }
            let (names_key, names) = ids.unzip();
            let lose = &mut |names: &[u8]| {
                for (_, id) in decode_id_page(names)? {
                    self.lose(id, Part::Record, place);
                }
                Ok(())
            };
            let named = manifest.id_pages.get(number as usize).copied().unwrap_or(NO_PAGE);
            if !read_page(problems, named, names, "page of ids", lose)? {
                self.lose_unknown(Part::Record, place);
            }
            self.stored.give_up_record_page(number, [bytes.map(|_| key), names_key]);
        }
        match self.restore_graph(&manifest, pages) {
            Ok(graph) => {
                self.graph = graph;
                self.sort_slots();
            }
            Err(error) if error.code == Code::Damaged => {
                Problem::add(problems, "damaged", &"the graph", &error.message);
                self.drop_graph();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Reads the embeddings; returns which slots have one.
    fn restore_vectors(
        &mut self,
        manifest: &Manifest,
        pages: &mut Pages,
        problems: &mut Vec<Problem>,
    ) -> Result<FixedBitSet> {
        let mut embedded = FixedBitSet::with_capacity(manifest.capacity as usize);
        let dimension = manifest.dimension as usize;
        if dimension == 0 {
            return Ok(embedded);
        }
        let Configuration { space, quantization, .. } = self.definition.configuration;
        let mut vectors = Vectors::new(space, dimension, quantization);
        let rows_per_page = vectors.rows_per_page();
        for (number, key) in written(&manifest.vector_pages) {
            let bytes = pages.next().flatten();
            let first = number.saturating_mul(rows_per_page);
            let mut used = Vec::new();
            let read = &mut |bytes: &[u8]| {
                if first >= manifest.capacity {
                    return damaged("a page of vectors is beyond the last slot");
                }
                vectors.restore_page(number, &mut |rows| {
                    decode_vector_page(bytes, rows, dimension, &mut |row| used.push(row))
                })
            };
            if !read_page(problems, key, bytes.as_deref(), "page of vectors", read)? {
                // What was read of it before the damage does not count.
                self.stored.give_up_vector_page(number, bytes.map(|_| key));
                continue;
            }
            self.stored.vectors_stored(number, used.len() as u32);
            for row in used {
                embedded.grow_and_insert(first as usize + row);
            }
        }
        self.vectors = Some(vectors);
        Ok(embedded)
    }

    fn restore_record(
        &mut self,
        manifest: &Manifest,
        (slot, record): (u32, Record),
        page: u32,
        embedded: &FixedBitSet,
        problems: &mut Vec<Problem>,
    ) {
        let key = manifest.record_pages[page as usize];
        let fits = slot / RECORD_PAGE_SLOTS == page
            && slot < manifest.capacity
            && !self.live.contains(slot as usize)
            && self.records.slot(&record.id).is_none();
        let has_vector = self.vectors.as_ref().is_some_and(|vectors| slot < vectors.capacity());
        if fits && has_vector && embedded.contains(slot as usize) {
            self.records.put(slot, record);
            self.live.insert(slot as usize);
            return;
        }
        self.stored.keep_record_page(page * RECORD_PAGE_SLOTS);
        if fits {
            let rows = self.vectors.as_ref().map_or(1, Vectors::rows_per_page);
            let vectors = manifest.vector_pages.get((slot / rows) as usize).copied();
            let place = Place::Page(vectors.filter(|key| *key != NO_PAGE).unwrap_or(key));
            self.lose(&record.id, Part::Embedding, place);
        } else {
            let what = format!("the record \"{}\" is in slot {slot}, which is not its", record.id);
            Problem::add(problems, "damaged", &Place::Page(key), &what);
            self.lose(&record.id, Part::Record, Place::Page(key));
        }
    }

    /// Compares a page of ids with the page of records that it is of; if they differ, both are
    /// written anew with the next checkpoint.
    fn check_ids(
        &mut self,
        number: u32,
        records: &[(u32, Record)],
        ids: Option<(PageKey, &[u8])>,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let equal = &mut |bytes: &[u8]| {
            let ids = decode_id_page(bytes)?;
            let same = ids.len() == records.len()
                && ids.iter().zip(records).all(|(a, b)| a.0 == b.0 && *a.1 == *b.1.id);
            if same { Ok(()) } else { damaged("it names other records") }
        };
        let names = ids.map(|(_, bytes)| bytes);
        let key = self.stored.manifest.id_pages.get_mut(number as usize);
        let named = key.as_deref().copied().unwrap_or(NO_PAGE);
        if !read_page(problems, named, names, "page of ids", equal)? {
            if let (Some(key), None) = (key, ids) {
                *key = NO_PAGE;
            }
            self.stored.record_changed(number * RECORD_PAGE_SLOTS);
        }
        Ok(())
    }

    /// Starts over with an empty graph; what is stored of the old one goes with the next checkpoint.
    pub(super) fn drop_graph(&mut self) {
        let keys = std::mem::take(&mut self.stored.manifest.graph_pages);
        self.stored.orphans.extend(written(&keys).map(|(_, key)| key));
        self.graph = new_graph(&self.definition);
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

    fn restore_graph(&self, manifest: &Manifest, pages: &mut Pages) -> Result<Graph> {
        let mut graph = new_graph(&self.definition);
        for (_, key) in written(&manifest.graph_pages) {
            let Some(bytes) = pages.next().flatten() else {
                return damaged(&format!("page {key} of the graph is missing"));
            };
            decode_graph_page(&bytes, &mut |node| {
                if node.slot >= manifest.capacity {
                    return damaged(&format!("page {key} has a node in slot {}", node.slot));
                }
                let live = self.live.contains(node.slot as usize);
                if live == (node.kind == Kind::Removed) {
                    return damaged(&format!("node {} and its record disagree", node.slot));
                }
                Ok(graph.restore_node(node.slot, node.kind, node.successor, node.levels)?)
            })?;
        }
        graph.restore_entry_point(manifest.entry_point)?;
        graph.check().or_else(|what| damaged(&what))?;
        Ok(graph)
    }
}

/// Number and key of each page that was written.
pub(super) fn written(keys: &[PageKey]) -> impl Iterator<Item = (u32, PageKey)> {
    (0..).zip(keys.iter().copied()).filter(|(_, key)| *key != NO_PAGE)
}

/// The stored pages that are still to be read, in the order in which the manifest names them. Each is
/// taken out, so that its memory is free again once it is read: opening then needs little more than
/// the pages themselves.
type Pages = std::vec::IntoIter<Option<Vec<u8>>>;

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
