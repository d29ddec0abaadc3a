//! The catalog: which tenants, databases and collections there are.
//!
//! A method that returns an error has changed nothing. What a method changed is noted in
//! [`Edits`], so that a caller who keeps the catalog elsewhere writes these parts and no others.

use super::definition::{Changes, Definition, HEIRS, Scope, check_name};
use super::error::{Code, Error, Result};

/// The tenant that always exists.
pub const DEFAULT_TENANT: &str = "default_tenant";
/// The database that every tenant has.
pub const DEFAULT_DATABASE: &str = "default_database";
/// The id of every [`DEFAULT_DATABASE`], as in Chroma.
const DEFAULT_DATABASE_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A database within a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// A UUID.
    pub id: String,
    /// The tenant's name.
    pub tenant: String,
    /// Unique within the tenant.
    pub name: String,
}

/// The tenants and databases that were created, in order of creation; the default ones are not
/// among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces {
    /// Names of tenants.
    pub tenants: Vec<String>,
    /// Databases.
    pub databases: Vec<Database>,
}

/// What has changed since the catalog was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// Whether tenants or databases were created or deleted.
    pub namespaces: bool,
    /// Ids of collections that are new or have another definition.
    pub defined: Vec<String>,
    /// Ids of collections that are gone.
    pub removed: Vec<String>,
}

/// Tenants, databases and collections.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    namespaces: Namespaces,
    /// Oldest first.
    collections: Vec<Definition>,
    /// Why a definition could not be read. Whether a name or an id is unknown is uncertain then.
    unreadable: Option<Error>,
    edits: Edits,
}

impl Catalog {
    /// A catalog of what exists, collections in any order. `unreadable` says why one of them is
    /// missing, if one is: the others can be used, and what might be the missing one cannot.
    #[must_use]
    pub fn new(
        namespaces: Namespaces,
        collections: Vec<Definition>,
        unreadable: Option<Error>,
    ) -> Self {
        let mut catalog = Self { namespaces, unreadable, ..Self::default() };
        for definition in collections {
            catalog.insert(definition);
        }
        catalog
    }

    /// The tenants and databases that were created.
    #[must_use]
    pub fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// Takes the notes of what has changed.
    pub fn take_edits(&mut self) -> Edits {
        std::mem::take(&mut self.edits)
    }

    /// How many collections there are in all databases, heirs left out.
    #[must_use]
    pub fn len(&self) -> u32 {
        let shown = self.collections.iter().filter(|known| known.ancestor().is_none());
        u32::try_from(shown.count()).unwrap_or(u32::MAX)
    }

    /// The ids of all collections, heirs among them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.collections.iter().map(|definition| &*definition.id)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The collections of a database, oldest first.
    pub fn list<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Definition> {
        self.collections.iter().filter(move |known| known.scope == *scope)
    }

    /// The collection with this name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn named(&self, scope: &Scope, name: &str) -> Result<&Definition> {
        match self.position(scope, name) {
            Some(at) => Ok(&self.collections[at]),
            None => Err(self.missing(name)),
        }
    }

    /// The collection with this id.
    ///
    /// # Errors
    /// `not_found`.
    pub fn by_id(&self, id: &str) -> Result<&Definition> {
        Ok(&self.collections[self.place(id)?])
    }

    /// The collection that callers know by this id.
    ///
    /// # Errors
    /// `not_found`.
    pub fn by_public_id(&self, id: &str) -> Result<&Definition> {
        let found = self.collections.iter().find(|known| known.public_id() == id);
        found.ok_or_else(|| self.unreadable.clone().unwrap_or_else(gone))
    }

    /// Adds a collection, or, where `get_or_create` is set, returns the one that has its name. The
    /// database of an heir is named by the id of its ancestor, which must be there.
    ///
    /// # Errors
    /// `already_exists`, `unknown_database`; whatever made a definition unreadable.
    pub fn create(&mut self, definition: Definition, get_or_create: bool) -> Result<&Definition> {
        let at = match self.position(&definition.scope, &definition.name) {
            Some(at) if get_or_create => at,
            Some(_) => return Err(taken("collection", &definition.name)),
            None => {
                if let Some(error) = &self.unreadable {
                    return Err(error.clone());
                }
                let Scope { tenant, database } = &definition.scope;
                if tenant == HEIRS {
                    self.place(database)?;
                } else if self.database(tenant, database).is_err() {
                    let message = format!("the database \"{database}\" does not exist");
                    return Err(Error::new(Code::UnknownDatabase, message));
                }
                self.edits.defined.push(definition.id.clone());
                self.insert(definition)
            }
        };
        Ok(&self.collections[at])
    }

    /// Replaces parts of a collection's definition.
    ///
    /// # Errors
    /// `not_found`, `already_exists` for the new name, and those of [`Definition::modified`].
    pub fn modify(&mut self, id: &str, changes: &Changes) -> Result<&Definition> {
        let at = self.place(id)?;
        let new = self.collections[at].modified(changes)?;
        if self.position(&new.scope, &new.name).is_some_and(|other| other != at) {
            return Err(taken("collection", &new.name));
        }
        self.edits.defined.push(new.id.clone());
        self.collections[at] = new;
        Ok(&self.collections[at])
    }

    /// Removes a collection, and its heir.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove(&mut self, scope: &Scope, name: &str) -> Result<()> {
        let id = self.named(scope, name)?.id.clone();
        self.remove_where(&|known| known.id == id);
        Ok(())
    }

    /// Puts an heir into the place of its ancestor, which is removed.
    ///
    /// # Errors
    /// `not_found` if one of them is not there.
    pub fn inherit(&mut self, heir: &str) -> Result<&Definition> {
        let heir = self.by_id(heir)?.clone();
        let at = self.place(heir.ancestor().unwrap_or_default())?;
        let new = self.collections[at].inherited_by(&heir);
        self.edits.removed.push(self.collections.remove(at).id);
        self.collections.retain(|known| known.id != heir.id);
        self.edits.defined.push(heir.id);
        let at = self.insert(new);
        Ok(&self.collections[at])
    }

    /// Removes every collection, tenant and database.
    pub fn clear(&mut self) {
        self.namespaces = Namespaces::default();
        self.edits.namespaces = true;
        self.remove_where(&|_| true);
    }

    /// Adds a tenant, whose name has at least three characters.
    ///
    /// # Errors
    /// `already_exists`, `invalid_name`.
    pub fn create_tenant(&mut self, name: &str) -> Result<()> {
        if name.chars().count() < 3 {
            let message = format!("the tenant name \"{name}\" is shorter than 3 characters");
            return Err(Error::new(Code::InvalidName, message));
        }
        if self.tenant(name).is_ok() {
            return Err(taken("tenant", name));
        }
        self.namespaces.tenants.push(name.to_owned());
        self.edits.namespaces = true;
        Ok(())
    }

    /// Whether there is this tenant.
    ///
    /// # Errors
    /// `not_found`.
    pub fn tenant(&self, name: &str) -> Result<()> {
        let known = name == DEFAULT_TENANT || self.namespaces.tenants.iter().any(|t| t == name);
        if known { Ok(()) } else { Err(unknown("tenant", name)) }
    }

    /// Adds a database. As in Chroma, its tenant need not have been created.
    ///
    /// # Errors
    /// `already_exists`, `invalid_name`.
    pub fn create_database(&mut self, database: Database) -> Result<Database> {
        check_name("database", &database.name)?;
        if self.database(&database.tenant, &database.name).is_ok() {
            return Err(taken("database", &database.name));
        }
        self.namespaces.databases.push(database.clone());
        self.edits.namespaces = true;
        Ok(database)
    }

    /// The database with this name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn database(&self, tenant: &str, name: &str) -> Result<Database> {
        let found = self.databases(tenant).into_iter().find(|known| known.name == name);
        found.ok_or_else(|| unknown("database", name))
    }

    /// A tenant's databases by name.
    #[must_use]
    pub fn databases(&self, tenant: &str) -> Vec<Database> {
        let mut databases: Vec<Database> = Vec::new();
        let mut insert = |new: Database| {
            let at = databases.partition_point(|known| known.name < new.name);
            databases.insert(at, new);
        };
        if self.tenant(tenant).is_ok() {
            let (id, name) = (DEFAULT_DATABASE_ID.to_owned(), DEFAULT_DATABASE.to_owned());
            insert(Database { id, tenant: tenant.to_owned(), name });
        }
        let created = self.namespaces.databases.iter().filter(|known| known.tenant == tenant);
        created.cloned().for_each(insert);
        databases
    }

    /// Removes a database with its collections. A default database is empty then, but still there.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove_database(&mut self, tenant: &str, name: &str) -> Result<()> {
        self.database(tenant, name)?;
        self.namespaces.databases.retain(|known| known.tenant != tenant || known.name != name);
        self.edits.namespaces = true;
        self.remove_where(&|known| {
            let Scope { tenant: of, database } = &known.scope;
            of == tenant && database == name
        });
        Ok(())
    }

    /// Puts a definition in its place by age and returns that.
    fn insert(&mut self, definition: Definition) -> usize {
        let older =
            |known: &Definition| (known.created, &known.id) < (definition.created, &definition.id);
        let at = self.collections.partition_point(older);
        self.collections.insert(at, definition);
        at
    }

    /// Removes collections, then the heirs of what was removed.
    fn remove_where(&mut self, wanted: &dyn Fn(&Definition) -> bool) {
        let Self { collections, edits, .. } = self;
        for heirs in [false, true] {
            collections.retain(|known| {
                let ended = |id: &str| edits.removed.iter().any(|removed| removed == id);
                let stays = match known.ancestor() {
                    Some(ancestor) if heirs => !ended(ancestor),
                    _ => heirs || !wanted(known),
                };
                if !stays {
                    edits.removed.push(known.id.clone());
                }
                stays
            });
        }
    }

    fn place(&self, id: &str) -> Result<usize> {
        let place = self.collections.iter().position(|known| known.id == id);
        place.ok_or_else(|| self.unreadable.clone().unwrap_or_else(gone))
    }

    fn missing(&self, name: &str) -> Error {
        self.unreadable.clone().unwrap_or_else(|| unknown("collection", name))
    }

    fn position(&self, scope: &Scope, name: &str) -> Option<usize> {
        self.collections.iter().position(|known| known.name == name && known.scope == *scope)
    }
}

/// The error for a collection that is not, or no longer, there.
#[must_use]
pub fn gone() -> Error {
    Error::new(Code::NotFound, "the collection does not exist; it may have been deleted")
}

fn unknown(what: &str, name: &str) -> Error {
    Error::new(Code::NotFound, format!("there is no {what} named \"{name}\""))
}

fn taken(what: &str, name: &str) -> Error {
    Error::new(Code::AlreadyExists, format!("a {what} named \"{name}\" exists already"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::json::Json;

    fn scope(database: &str) -> Scope {
        Scope { tenant: DEFAULT_TENANT.into(), database: database.into() }
    }

    fn definition(id: &str, database: &str, name: &str, created: u64) -> Definition {
        let (scope, none) = (scope(database), Json::Null);
        Definition::new(id.into(), scope, name, (created, 0), &none, &none).expect("valid")
    }

    fn with_two() -> Catalog {
        let mut catalog = Catalog::default();
        for (id, name, created) in [("a", "apples", 1), ("b", "pears", 2)] {
            let definition = definition(id, DEFAULT_DATABASE, name, created);
            catalog.create(definition, false).expect("new");
        }
        catalog
    }

    fn names(catalog: &Catalog, database: &str) -> Vec<String> {
        catalog.list(&scope(database)).map(|known| known.name.clone()).collect()
    }

    fn rename(name: &str) -> Changes {
        let (metadata, configuration) = (Json::Null, Json::Null);
        Changes { name: Some(name.into()), metadata, configuration, extra: None }
    }

    #[test]
    fn collections_are_listed_by_creation_and_names_are_unique_within_a_database() {
        let mut catalog = with_two();
        let again = definition("c", DEFAULT_DATABASE, "apples", 3);
        let error = catalog.create(again.clone(), false).expect_err("it exists");
        assert_eq!(error.code, Code::AlreadyExists);
        assert_eq!(catalog.create(again, true).expect("the old one").id, "a");
        let error = catalog.modify("b", &rename("apples")).expect_err("taken");
        assert_eq!(error.code, Code::AlreadyExists);
        assert_eq!(catalog.modify("b", &rename("pears")).expect("its own").name, "pears");
        catalog.modify("a", &rename("quinces")).expect("free");
        assert_eq!(names(&catalog, DEFAULT_DATABASE), ["quinces", "pears"]);
        let edits = catalog.take_edits();
        assert_eq!(edits.defined, ["a", "b", "b", "a"]);
        catalog.remove(&scope(DEFAULT_DATABASE), "pears").expect("it is there");
        assert_eq!(catalog.take_edits().removed, ["b"]);
        let error = catalog.remove(&scope(DEFAULT_DATABASE), "pears").expect_err("gone");
        assert_eq!(error.code, Code::NotFound);
        assert_eq!(catalog.by_id("b").expect_err("gone").code, Code::NotFound);
        assert_eq!(catalog.take_edits(), Edits::default(), "what fails changes nothing");
    }

    #[test]
    fn an_heir_is_hidden_and_ends_with_its_collection_or_takes_its_place() {
        let mut catalog = with_two();
        let heir = |id: &str, of: &str| {
            let scope = Scope { tenant: HEIRS.into(), database: of.into() };
            // The clock may have been set back.
            Definition { scope, extra: Some(id.into()), ..definition(id, "", "heir", 0) }
        };
        catalog.create(heir("x", "a"), true).expect("its ancestor is there");
        assert_eq!(catalog.create(heir("y", "a"), true).expect("it is there").id, "x");
        let error = catalog.create(heir("y", "c"), true).expect_err("there is no ancestor");
        assert_eq!(error.code, Code::NotFound);
        assert_eq!((names(&catalog, DEFAULT_DATABASE).len(), catalog.len()), (2, 2));
        assert_eq!(catalog.ids().collect::<Vec<_>>(), ["x", "a", "b"]);

        catalog.take_edits();
        let new = catalog.inherit("x").expect("both are there");
        assert_eq!((&*new.name, new.public_id(), new.extra.as_deref()), ("apples", "a", Some("x")));
        let edits = catalog.take_edits();
        assert_eq!((edits.defined, edits.removed), (vec!["x".into()], vec!["a".into()]));
        assert_eq!(names(&catalog, DEFAULT_DATABASE), ["apples", "pears"]);
        assert_eq!(catalog.by_public_id("a").expect("as before").id, "x");
        assert_eq!(catalog.by_id("a").expect_err("another id").code, Code::NotFound);
        assert_eq!(catalog.inherit("b").expect_err("no heir").code, Code::NotFound);

        for (id, of) in [("y", "x"), ("z", "b")] {
            catalog.create(heir(id, of), false).expect("new");
        }
        catalog.remove(&scope(DEFAULT_DATABASE), "apples").expect("it is there");
        assert_eq!(catalog.take_edits().removed, ["x", "y"]);
        catalog.remove_database(DEFAULT_TENANT, DEFAULT_DATABASE).expect("it is there");
        assert_eq!(catalog.take_edits().removed, ["b", "z"]);
    }

    #[test]
    fn databases_hold_collections_of_their_own() {
        let mut catalog = with_two();
        let error = catalog.create(definition("c", "other", "apples", 3), true);
        assert_eq!(error.expect_err("no such database").code, Code::UnknownDatabase);
        let tenant = DEFAULT_TENANT.to_owned();
        let other = Database { id: "o".into(), tenant, name: "other".into() };
        catalog.create_database(other.clone()).expect("new");
        let error = catalog.create_database(other.clone()).expect_err("it exists");
        assert_eq!(error.code, Code::AlreadyExists);
        let short = Database { name: "x".into(), ..other.clone() };
        assert_eq!(catalog.create_database(short).expect_err("short").code, Code::InvalidName);
        catalog.create(definition("c", "other", "apples", 3), false).expect("new there");
        assert_eq!(names(&catalog, "other"), ["apples"]);
        let listed = catalog.databases(DEFAULT_TENANT);
        let listed: Vec<_> = listed.iter().map(|known| known.name.as_str()).collect();
        assert_eq!(listed, [DEFAULT_DATABASE, "other"]);
        catalog.take_edits();
        catalog.remove_database(DEFAULT_TENANT, "other").expect("it is there");
        let edits = catalog.take_edits();
        assert!(edits.namespaces && edits.removed == ["c"]);
        assert!(catalog.database(DEFAULT_TENANT, "other").is_err());
        assert_eq!(names(&catalog, DEFAULT_DATABASE), ["apples", "pears"]);
    }

    #[test]
    fn an_unreadable_definition_hides_no_other() {
        let error = Error::new(Code::Damaged, "the checksum does not match");
        let known = definition("a", DEFAULT_DATABASE, "apples", 1);
        let mut catalog = Catalog::new(Namespaces::default(), vec![known], Some(error.clone()));
        let scope = scope(DEFAULT_DATABASE);
        assert_eq!(catalog.named(&scope, "apples").expect("readable").id, "a");
        assert_eq!(catalog.named(&scope, "pears"), Err(error.clone()));
        assert_eq!(catalog.by_id("b"), Err(error.clone()));
        let pears = definition("c", DEFAULT_DATABASE, "pears", 3);
        assert_eq!(catalog.create(pears, true), Err(error));
    }

    #[test]
    fn tenants_are_created_once_and_clearing_forgets_them() {
        let mut catalog = with_two();
        assert_eq!(catalog.create_tenant("ab").expect_err("short").code, Code::InvalidName);
        catalog.create_tenant("acme").expect("new");
        for known in ["acme", DEFAULT_TENANT] {
            let error = catalog.create_tenant(known).expect_err(known);
            assert_eq!(error.code, Code::AlreadyExists);
            assert!(catalog.database(known, DEFAULT_DATABASE).is_ok());
        }
        assert!(catalog.databases("nobody").is_empty());
        catalog.take_edits();
        catalog.clear();
        let edits = catalog.take_edits();
        assert!(edits.namespaces && edits.removed == ["a", "b"]);
        assert!(catalog.tenant("acme").is_err() && catalog.tenant(DEFAULT_TENANT).is_ok());
    }
}
