//! The list of collections: in the browser's storage, or in memory only.

use std::cell::RefCell;

use crate::engine::definition::Definition;
use crate::engine::format::{decode_definition, encode_definition};
use crate::wasm::errors::{Error, Result};
use crate::wasm::storage::{Entry, Storage, gone, taken};

/// The list of collections.
pub(crate) enum Catalog {
    /// Lost with the page. Oldest first.
    Memory(RefCell<Vec<Definition>>),
    /// Shared with other tabs, and therefore never kept here.
    Stored(Storage),
}

impl Catalog {
    /// The storage, where there is one.
    pub(crate) fn storage(&self) -> Option<&Storage> {
        match self {
            Self::Memory(_) => None,
            Self::Stored(storage) => Some(storage),
        }
    }

    /// All collections, oldest first.
    pub(crate) async fn list(&self) -> Result<Vec<Definition>> {
        match self {
            Self::Memory(list) => Ok(list.borrow().clone()),
            Self::Stored(storage) => {
                storage.collections().await?.iter().map(to_definition).collect()
            }
        }
    }

    /// How many there are.
    pub(crate) async fn count(&self) -> Result<u32> {
        match self {
            Self::Memory(list) => Ok(u32::try_from(list.borrow().len()).unwrap_or(u32::MAX)),
            Self::Stored(storage) => storage.count_collections().await,
        }
    }

    /// The collection with this name.
    pub(crate) async fn named(&self, name: &str) -> Result<Option<Definition>> {
        match self {
            Self::Memory(list) => {
                Ok(list.borrow().iter().find(|known| known.name == name).cloned())
            }
            Self::Stored(storage) => {
                storage.collection_named(name).await?.as_ref().map(to_definition).transpose()
            }
        }
    }

    /// Adds a collection and returns `None`, or returns the one that has its name already.
    pub(crate) async fn create(&self, definition: &Definition) -> Result<Option<Definition>> {
        match self {
            Self::Memory(list) => {
                let mut list = list.borrow_mut();
                let existing = list.iter().find(|known| known.name == definition.name).cloned();
                if existing.is_none() {
                    list.push(definition.clone());
                }
                Ok(existing)
            }
            Self::Stored(storage) => {
                let existing = storage.create(&from_definition(definition)).await?;
                existing.as_ref().map(to_definition).transpose()
            }
        }
    }

    /// Replaces the collection `id` by what `change` makes of it, and returns that.
    pub(crate) async fn modify(
        &self,
        id: &str,
        change: impl Fn(&Definition) -> Result<Definition>,
    ) -> Result<Definition> {
        match self {
            Self::Memory(list) => {
                let mut list = list.borrow_mut();
                let at = list.iter().position(|known| known.id == id).ok_or_else(gone)?;
                let new = change(&list[at])?;
                if list.iter().any(|known| known.name == new.name && known.id != id) {
                    return Err(taken(&new.name));
                }
                list[at] = new.clone();
                Ok(new)
            }
            Self::Stored(storage) => {
                let change = |old: Entry| Ok(from_definition(&change(&to_definition(&old)?)?));
                to_definition(&storage.modify(id, change).await?)
            }
        }
    }

    /// Removes the collection with this name and everything stored of it; returns its id, or
    /// `None` if there is none.
    pub(crate) async fn remove(&self, name: &str) -> Result<Option<String>> {
        match self {
            Self::Memory(list) => {
                let mut list = list.borrow_mut();
                let at = list.iter().position(|known| known.name == name);
                Ok(at.map(|at| list.remove(at).id))
            }
            Self::Stored(storage) => storage.delete(name).await,
        }
    }
}

fn from_definition(definition: &Definition) -> Entry {
    Entry {
        id: definition.id.clone(),
        name: definition.name.clone(),
        created: definition.created,
        definition: encode_definition(definition),
    }
}

/// The definition in an entry of the stored list.
pub(crate) fn to_definition(entry: &Entry) -> Result<Definition> {
    decode_definition(&entry.definition).map_err(|error| {
        let message = format!("the definition of collection \"{}\": {error}", entry.name);
        Error::new(error.code.as_str(), message)
    })
}
