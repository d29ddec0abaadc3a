//! Verifying: everything stored of a collection against its checksums and against each other.

use super::Collection;
use super::restore::{Opening, Problem};
use crate::engine::error::{Error, Result};
use crate::engine::format::{
    Lost, Manifest, PageKey, Place, decode_definition, decode_manifest, is_whole_manifest,
};

/// Everything that is stored of one collection.
pub struct Stored {
    /// Its definition, without which the rest belongs to nothing.
    pub definition: Option<Vec<u8>>,
    /// The pointer record of its last checkpoint.
    pub manifest: Option<Vec<u8>>,
    /// What is stored under each of [`Collection::checkpoint_pages`].
    pub pages: Vec<Option<Vec<u8>>>,
    /// The keys of all its pages.
    pub keys: Vec<PageKey>,
    /// Number of each of its groups of embeddings, ascending, and which places of it are in use, one bit each; `None`
    /// for one that cannot be read.
    pub groups: Vec<(u64, Option<u8>)>,
    /// The log.
    pub log: Vec<(u64, Vec<u8>)>,
}

/// How a stored collection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Its name, if its definition can be read.
    pub name: Option<String>,
    /// The records that can be read.
    pub records: u32,
    /// The number of the last change that is stored.
    pub sequence: u64,
    /// What is lost.
    pub lost: Vec<Lost>,
    /// What else is wrong, and what the losses come from.
    pub problems: Vec<Problem>,
}

impl Health {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.lost.is_empty() && self.problems.is_empty()
    }
}

impl Collection {
    /// Reads everything and says what is wrong; changes nothing. O(what is stored).
    #[must_use]
    pub fn verify(stored: Stored) -> Health {
        let mut health =
            Health { name: None, records: 0, sequence: 0, lost: Vec::new(), problems: Vec::new() };
        if let Err(error) = health.examine(stored) {
            let problems = &mut health.problems;
            Problem::add(problems, error.code.as_str(), &"the collection", &error.message);
        }
        health
    }

    /// What is wrong with this collection in memory.
    #[must_use]
    pub fn health(&self) -> Health {
        let mut problems = Vec::new();
        if let Err(what) = self.check() {
            Problem::add(&mut problems, "inconsistent", &"memory", &what);
        }
        Health {
            name: Some(self.definition.name.clone()),
            records: self.count(),
            sequence: self.sequence,
            lost: self.lost().to_vec(),
            problems,
        }
    }
}

impl Health {
    fn examine(&mut self, stored: Stored) -> Result<(), Error> {
        let Stored { definition, manifest, pages, keys, groups, log } = stored;
        let Some(definition) = definition else {
            let what = "pages or log entries of a collection that does not exist";
            Problem::add(&mut self.problems, "orphan", &"the collection", what);
            return Ok(());
        };
        let definition = decode_definition(&definition)?;
        self.name = Some(definition.name.clone());
        let problems = &mut self.problems;
        let mut named = Manifest::default();
        if let Some(bytes) = manifest.as_deref() {
            named = decode_manifest(bytes)?;
            if !is_whole_manifest(bytes) {
                let what = "one of the two copies of the manifest cannot be read";
                Problem::add(problems, "damaged", &"the manifest", what);
            }
        }
        let mut all: Vec<PageKey> = named.pages().iter().map(|page| page.key).collect();
        all.extend_from_slice(&named.kept_pages);
        for key in &keys {
            if !all.contains(key) {
                let what = "a page that the manifest does not name";
                Problem::add(problems, "orphan", &Place::Page(*key), what);
            }
        }
        if let Some(key) = all.iter().rfind(|key| **key >= named.next_key) {
            let what = "a page has a key that is to be used";
            Problem::add(problems, "inconsistent", &Place::Page(*key), what);
        }
        let twice = |at: &usize| all[..*at].contains(&all[*at]);
        if let Some(at) = (0..all.len()).find(twice) {
            let what = "a page is named twice";
            Problem::add(problems, "inconsistent", &Place::Page(all[at]), what);
        }
        let opening = Opening::of_all(definition, manifest.as_deref(), pages)?;
        let (mut collection, found) = opening.examine(log)?;
        for (group, code) in collection.compare_groups(&groups) {
            let what = "a group of embeddings lacks some of its records'";
            Problem::add(&mut self.problems, code, &Place::Group(group.into()), what);
        }
        let health = collection.health();
        self.records = health.records;
        self.sequence = health.sequence;
        self.lost = health.lost;
        self.problems.extend(found);
        self.problems.extend(health.problems);
        Ok(())
    }
}
