//! What a collection is, apart from its records: name, metadata, configuration.

use vecino_kernels::distance::Space;
use vecino_kernels::vectors::Quantization;

use super::error::{Code, Error, Result};
use super::json::Json;
use super::metadata::{Metadata, MetadataPatch};
use super::suggest::suggestion;

/// Where a collection lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The tenant's name.
    pub tenant: String,
    /// The name of one of the tenant's databases.
    pub database: String,
}

/// A collection's name, metadata and configuration, and what was drawn by lot when it was created.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// A UUID; never changes. What is stored of the collection is under it.
    pub id: String,
    /// The id by which callers know it, if it has taken another collection's place.
    pub public_id: Option<String>,
    /// Never changes either.
    pub scope: Scope,
    /// Unique in the scope; 3 to 512 characters.
    pub name: String,
    /// When it was created, in milliseconds since 1970.
    pub created: u64,
    /// Seed of the graph's levels, so that the same operations build the same graph.
    pub seed: u64,
    /// Named values of the collection itself.
    pub metadata: Option<Metadata>,
    /// How its records are searched.
    pub configuration: Configuration,
    /// What the caller keeps with the collection; the engine does not read it.
    pub extra: Option<String>,
}

/// Where the embeddings themselves are while a collection is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Residence {
    /// In memory. The default.
    #[default]
    Memory,
    /// In the browser's storage, and in memory only once asked for; codes are what is searched first.
    Stored,
}

impl Residence {
    /// The stable name: `memory` or `stored`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Stored => "stored",
        }
    }
}

/// How records are searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Configuration {
    /// How distance is measured; fixed at creation. Default l2.
    pub space: Space,
    /// Candidates kept while a vector is linked; 1 to 10,000, default 100. Fixed at creation.
    pub ef_construction: u32,
    /// Candidates kept while a query walks the graph; 1 to 10,000, default 100. More: better recall, slower.
    pub ef_search: u32,
    /// Links a vector keeps on each level above the bottom, which has twice as many; 2 to 128, default 16.
    pub max_neighbors: u32,
    /// Reported as given and otherwise without effect: Chroma's growth factor, default 1.2.
    pub resize_factor: f64,
    /// Reported as given and otherwise without effect: Chroma's writes between two syncs, default 1,000.
    pub sync_threshold: u32,
    /// How many workers link vectors where there are many; 0 and 1 are the same. Not reported, as in Chroma.
    /// Default 1.
    pub num_threads: u32,
    /// What a walk measures distances on; results are measured on the embeddings in any case. Default int8.
    pub quantization: Quantization,
    /// Where the embeddings are; fixed at creation. Default memory.
    pub embeddings: Residence,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            space: Space::L2,
            ef_construction: 100,
            ef_search: 100,
            max_neighbors: 16,
            resize_factor: 1.2,
            sync_threshold: 1_000,
            num_threads: 1,
            quantization: Quantization::Int8,
            embeddings: Residence::Memory,
        }
    }
}

/// What a collection is to become; null and `None` leave things as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The new name.
    pub name: Option<String>,
    /// Replaces the metadata as a whole.
    pub metadata: Json,
    /// Settings to replace.
    pub configuration: Json,
    /// Replaces what the caller keeps.
    pub extra: Option<String>,
}

/// The tenant of every heir: no name that a program would give.
pub const HEIRS: &str = "\0";

impl Definition {
    /// The id by which callers know it.
    #[must_use]
    pub fn public_id(&self) -> &str {
        self.public_id.as_ref().unwrap_or(&self.id)
    }

    /// The id of the collection whose heir this is, if it is one: a hidden collection that is filled
    /// with other embeddings of the same records, to take its place in the end.
    #[must_use]
    pub fn ancestor(&self) -> Option<&str> {
        (self.scope.tenant == HEIRS).then_some(&*self.scope.database)
    }

    /// What an heir becomes in this one's place: all but what comes with its embeddings.
    #[must_use]
    pub fn inherited_by(&self, heir: &Self) -> Self {
        Self {
            id: heir.id.clone(),
            public_id: Some(self.public_id().to_owned()),
            seed: heir.seed,
            extra: heir.extra.clone(),
            ..self.clone()
        }
    }

    /// Checks name, metadata and configuration of a new collection. Settings come from
    /// `configuration.hnsw`, or, if there is none, from `hnsw:` keys of the metadata.
    ///
    /// # Errors
    /// `invalid_name`, `invalid_metadata`, `invalid_configuration`.
    pub fn new(
        id: String,
        scope: Scope,
        name: &str,
        (created, seed): (u64, u64),
        metadata: &Json,
        configuration: &Json,
    ) -> Result<Self> {
        check_name("collection", name)?;
        Ok(Self {
            id,
            public_id: None,
            scope,
            name: name.to_owned(),
            created,
            seed,
            metadata: read_metadata(name, metadata)?,
            configuration: Configuration::from_json(configuration, metadata)?,
            extra: None,
        })
    }

    /// This definition with the given parts replaced.
    ///
    /// # Errors
    /// As [`Definition::new`]; a setting that is fixed at creation is refused by name.
    pub fn modified(&self, changes: &Changes) -> Result<Self> {
        let mut new = self.clone();
        if let Some(name) = &changes.name {
            check_name("collection", name)?;
            new.name.clone_from(name);
        }
        if changes.metadata != Json::Null {
            new.metadata = read_metadata(&new.name, &changes.metadata)?;
        }
        if changes.extra.is_some() {
            new.extra.clone_from(&changes.extra);
        }
        for (key, value) in hnsw_entries(&changes.configuration)? {
            if matches!(key, "space" | "ef_construction") {
                return invalid(format!("{HNSW}.{key} is fixed when a collection is created"));
            }
            if key == EMBEDDINGS {
                return invalid(
                    "configuration.embeddings is fixed when a collection is created; create another \
                     one and add the records to it"
                        .to_owned(),
                );
            }
            new.configuration.set(key, value)?;
        }
        let (old, now) = (self.configuration, new.configuration);
        if old.embeddings == Residence::Stored && old.quantization != now.quantization {
            return invalid(
                "configuration.quantization is fixed in a collection whose embeddings are stored; \
                 create another one and add the records to it"
                    .to_owned(),
            );
        }
        Ok(new)
    }
}

fn read_metadata(name: &str, json: &Json) -> Result<Option<Metadata>> {
    if *json == Json::Null {
        return Ok(None);
    }
    let owner = || format!("collection \"{name}\"");
    match MetadataPatch::from_json(json, &owner)?.merge(None) {
        None => Err(Error::new(
            Code::InvalidMetadata,
            format!("metadata of {} has no key but with null; leave it out", owner()),
        )),
        some => Ok(some),
    }
}

/// Chroma's rule for names of collections and databases: 3 to 512 of `a-z A-Z 0-9 . _ -`, beginning
/// and ending with a letter or digit, without two dots in a row, and no IPv4 address; or two such
/// names joined by a plus. `what` is the thing that is named, for the error.
///
/// # Errors
/// `invalid_name`, saying which part of the rule is broken.
pub fn check_name(what: &str, name: &str) -> Result<()> {
    let wrong = match name.split_once('+') {
        Some((one, other)) => broken_rule(one).or_else(|| broken_rule(other)),
        None => broken_rule(name),
    };
    match wrong {
        None => Ok(()),
        Some(why) => Err(Error::new(
            Code::InvalidName,
            format!("the {what} name \"{name}\" is not valid: {why}"),
        )),
    }
}

fn broken_rule(name: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric();
    if !(3..=512).contains(&name.len()) {
        Some("expected 3 to 512 characters")
    } else if !name.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-')) {
        Some("expected only a-z A-Z 0-9 . _ -")
    } else if !name.starts_with(plain) || !name.ends_with(plain) {
        Some("it must begin and end with a letter or digit")
    } else if name.as_bytes().windows(2).any(|pair| pair == b"..") {
        Some("it contains two dots in a row")
    } else if is_ipv4(name) {
        Some("it is an IP address")
    } else {
        None
    }
}

fn is_ipv4(name: &str) -> bool {
    let mut parts = 0;
    name.split('.').all(|part| {
        parts += 1;
        part.parse::<u8>().is_ok() && (part.len() == 1 || !part.starts_with('0'))
    }) && parts == 4
}

const HNSW: &str = "configuration.hnsw";
const QUANTIZATION: &str = "quantization";
const EMBEDDINGS: &str = "embeddings";

/// Keys of `configuration.hnsw` and the keys of a collection's metadata that older programs use
/// instead. The last one is for Chroma's server and without effect here.
const SETTINGS: [(&str, &str); 8] = [
    ("space", "hnsw:space"),
    ("ef_construction", "hnsw:construction_ef"),
    ("ef_search", "hnsw:search_ef"),
    ("max_neighbors", "hnsw:M"),
    ("resize_factor", "hnsw:resize_factor"),
    ("sync_threshold", "hnsw:sync_threshold"),
    ("num_threads", "hnsw:num_threads"),
    ("batch_size", "hnsw:batch_size"),
];

impl Configuration {
    /// Reads `{ hnsw: { space, ef_construction, ef_search, max_neighbors, ... }, quantization, embeddings }`; what is
    /// missing or null has its default. Without `hnsw` the settings among `metadata` count.
    ///
    /// # Errors
    /// `invalid_configuration`, naming the key and the nearest valid one.
    pub fn from_json(json: &Json, metadata: &Json) -> Result<Self> {
        let mut configuration = Self::default();
        let mut entries = hnsw_entries(json)?;
        if let (None, Json::Object(metadata)) = (json.member("hnsw"), metadata) {
            let legacy = |(key, value)| {
                let setting = SETTINGS.iter().find(|(_, legacy)| legacy == key)?;
                Some((setting.0, value))
            };
            entries.extend(metadata.iter().map(|(key, value)| (key, value)).filter_map(legacy));
        }
        for (key, value) in entries {
            configuration.set(key, value)?;
        }
        let Self { embeddings, quantization, .. } = configuration;
        if embeddings == Residence::Stored && quantization != Quantization::Int8 {
            let name = quantization.as_str();
            return invalid(format!(
                "configuration.embeddings \"stored\" needs configuration.quantization \"int8\", whose codes \
                 are searched and linked in memory, not \"{name}\"",
            ));
        }
        Ok(configuration)
    }

    fn set(&mut self, key: &str, value: &Json) -> Result<()> {
        match key {
            QUANTIZATION => self.quantization = read_quantization(value)?,
            EMBEDDINGS => self.embeddings = read_residence(value)?,
            "space" => self.space = read_space(value)?,
            "ef_construction" => self.ef_construction = count(key, value, 1, 10_000)?,
            "ef_search" => self.ef_search = count(key, value, 1, 10_000)?,
            "max_neighbors" => self.max_neighbors = count(key, value, 2, 128)?,
            "sync_threshold" => self.sync_threshold = count(key, value, 0, u32::MAX)?,
            "num_threads" => self.num_threads = count(key, value, 0, u32::MAX)?.max(1),
            "resize_factor" => {
                self.resize_factor = match value {
                    Json::Int(factor) if *factor >= 0 => *factor as f64,
                    Json::Float(factor) if *factor >= 0.0 && factor.is_finite() => *factor,
                    other => {
                        let kind = other.kind();
                        return invalid(format!("{HNSW}.{key} is {kind}; expected 0 or more"));
                    }
                }
            }
            _ => drop(count(key, value, 0, u32::MAX)?),
        }
        Ok(())
    }
}

fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidConfiguration, message))
}

/// The settings in `configuration.hnsw` that are not null, unknown keys refused.
fn hnsw_entries(json: &Json) -> Result<Vec<(&'static str, &Json)>> {
    let mut read = Vec::new();
    for (key, value) in object(json, "configuration")? {
        match (key.as_str(), value) {
            (_, Json::Null) => {}
            ("hnsw", hnsw) => {
                for (key, value) in object(hnsw, HNSW)? {
                    match SETTINGS.iter().find(|(known, _)| known == key) {
                        Some(_) if *value == Json::Null => {}
                        Some((known, _)) => read.push((*known, value)),
                        None => {
                            let known = SETTINGS.map(|(known, _)| known);
                            let meant = suggestion(key, &known);
                            return invalid(format!("unknown key \"{key}\" in {HNSW}{meant}"));
                        }
                    }
                }
            }
            (QUANTIZATION, value) => read.push((QUANTIZATION, value)),
            (EMBEDDINGS, value) => read.push((EMBEDDINGS, value)),
            ("spann", _) => {
                return invalid("configuration.spann is for Chroma's cloud; use hnsw".to_owned());
            }
            (other, _) => {
                let meant = suggestion(other, &["hnsw", QUANTIZATION, EMBEDDINGS]);
                return invalid(format!("unknown key \"{other}\" in configuration{meant}"));
            }
        }
    }
    Ok(read)
}

fn object<'a>(json: &'a Json, name: &str) -> Result<&'a [(String, Json)]> {
    match json {
        Json::Null => Ok(&[]),
        Json::Object(entries) => Ok(entries),
        other => invalid(format!("{name} is {}; expected an object", other.kind())),
    }
}

fn read_space(json: &Json) -> Result<Space> {
    match json {
        Json::String(name) => Space::parse(name).ok_or_else(|| {
            Error::new(
                Code::InvalidConfiguration,
                format!("unknown space \"{name}\"{}", suggestion(name, &["l2", "cosine", "ip"])),
            )
        }),
        other => {
            invalid(format!("space is {}; expected \"l2\", \"cosine\" or \"ip\"", other.kind()))
        }
    }
}

fn read_quantization(json: &Json) -> Result<Quantization> {
    let found = match json {
        Json::String(name) => match Quantization::parse(name) {
            Some(known) => return Ok(known),
            None => format!("\"{name}\""),
        },
        other => other.kind().to_owned(),
    };
    invalid(format!(
        "configuration.quantization is {found}; expected \"int8\", \"binary\" or \"none\""
    ))
}

fn read_residence(json: &Json) -> Result<Residence> {
    let found = match json {
        Json::String(name) => match name.as_str() {
            "memory" => return Ok(Residence::Memory),
            "stored" => return Ok(Residence::Stored),
            other => format!("\"{other}\""),
        },
        other => other.kind().to_owned(),
    };
    invalid(format!("configuration.embeddings is {found}; expected \"memory\" or \"stored\""))
}

fn count(key: &str, json: &Json, least: u32, most: u32) -> Result<u32> {
    let found = match json {
        Json::Int(value) => match u32::try_from(*value) {
            Ok(count) if (least..=most).contains(&count) => return Ok(count),
            _ => value.to_string(),
        },
        Json::Float(value) if value.is_finite() => "a fraction".to_owned(),
        other => other.kind().to_owned(),
    };
    invalid(format!("{HNSW}.{key} is {found}; expected a whole number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hnsw(entries: &[(&str, Json)]) -> Json {
        let entries = entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        Json::Object(vec![("hnsw".into(), Json::Object(entries))])
    }

    fn definition() -> Definition {
        let scope = Scope { tenant: "t".into(), database: "d".into() };
        Definition::new("id".into(), scope, "abc", (0, 0), &Json::Null, &Json::Null).expect("valid")
    }

    fn changes(name: Option<&str>, configuration: Json) -> Changes {
        Changes { name: name.map(str::to_owned), metadata: Json::Null, configuration, extra: None }
    }

    #[test]
    fn an_heir_takes_over_all_but_what_comes_with_its_embeddings() {
        let old = Definition { created: 7, ..definition() };
        let scope = Scope { tenant: HEIRS.into(), database: old.id.clone() };
        let extra = Some("extra".into());
        let heir = Definition { id: "heir".into(), scope, seed: 9, extra, ..definition() };
        assert_eq!((heir.ancestor(), old.ancestor()), (Some("id"), None));
        let new = old.inherited_by(&heir);
        assert_eq!((&*new.id, new.public_id(), new.ancestor()), ("heir", "id", None));
        assert_eq!((&*new.name, new.created, &new.scope), ("abc", 7, &old.scope));
        assert_eq!((new.seed, new.extra.as_deref()), (9, Some("extra")));
        let scope = Scope { tenant: HEIRS.into(), database: new.id.clone() };
        let second = Definition { id: "second".into(), scope, ..definition() };
        assert_eq!(new.inherited_by(&second).public_id(), "id");
    }

    #[test]
    fn names_follow_the_rule() {
        for good in ["abc", "a.b_c-1", "1.2.3", "192.168.0.256", "aaa+bbb", &"x".repeat(512)] {
            assert_eq!(check_name("collection", good), Ok(()), "{good}");
        }
        let long = "x".repeat(513);
        let bad = ["ab", "-abc", "abc.", "a..b", "a b c", "naïve", "127.0.0.1", &long, "aaa+bb+c"];
        for bad in bad {
            assert_eq!(check_name("collection", bad).expect_err(bad).code, Code::InvalidName);
        }
    }

    #[test]
    fn configuration_is_read_with_defaults_and_mistakes_are_named() {
        let read = Configuration::from_json(
            &hnsw(&[
                ("space", Json::String("cosine".into())),
                ("ef_search", Json::Int(50)),
                ("num_threads", Json::Int(4)),
                ("resize_factor", Json::Int(2)),
                ("max_neighbors", Json::Null),
            ]),
            &Json::Null,
        );
        let expected = Configuration {
            space: Space::Cosine,
            ef_search: 50,
            resize_factor: 2.0,
            num_threads: 4,
            ..Default::default()
        };
        assert_eq!(read, Ok(expected));
        let check = |json: Json, part: &str| {
            let error = Configuration::from_json(&json, &Json::Null).expect_err(part);
            assert!(error.message.contains(part), "{error}");
        };
        check(hnsw(&[("efSearch", Json::Int(1))]), "did you mean \"ef_search\"");
        check(hnsw(&[("space", Json::String("cosin".into()))]), "did you mean \"cosine\"");
        check(hnsw(&[("ef_search", Json::Int(0))]), "is 0; expected a whole number from 1");
        check(hnsw(&[("ef_search", Json::Float(1.5))]), "is a fraction");
        check(hnsw(&[("num_threads", Json::Int(-1))]), "is -1");
        check(hnsw(&[("resize_factor", Json::Int(-1))]), "expected 0 or more");
        let quantization = |value| Json::Object(vec![("quantization".into(), value)]);
        check(
            quantization(Json::String("int4".into())),
            "is \"int4\"; expected \"int8\", \"binary\" or",
        );
        check(quantization(Json::Int(8)), "configuration.quantization is");
        let embeddings = |value| Json::Object(vec![("embeddings".into(), value)]);
        check(
            embeddings(Json::String("disk".into())),
            "is \"disk\"; expected \"memory\" or \"stored\"",
        );
        check(embeddings(Json::Bool(true)), "configuration.embeddings is");
        let text = |text: &str| Json::String(text.into());
        let unquantized =
            vec![("embeddings".into(), text("stored")), ("quantization".into(), text("none"))];
        check(Json::Object(unquantized), "needs configuration.quantization");
        check(
            Json::Object(vec![("hnws".into(), Json::Null), ("hnsv".into(), Json::Int(1))]),
            "hnsw",
        );
    }

    #[test]
    fn settings_in_the_metadata_count_only_without_a_configuration() {
        let metadata = Json::Object(vec![
            ("hnsw:space".into(), Json::String("ip".into())),
            ("hnsw:M".into(), Json::Int(8)),
            ("about".into(), Json::Int(1)),
        ]);
        let read = |configuration| Configuration::from_json(&configuration, &metadata);
        let legacy = Configuration { space: Space::Ip, max_neighbors: 8, ..Default::default() };
        assert_eq!(read(Json::Null), Ok(legacy));
        let none = Json::Object(vec![("quantization".into(), Json::String("none".into()))]);
        let unquantized = Configuration { quantization: Quantization::None, ..legacy };
        assert_eq!(read(none), Ok(unquantized));
        let given = hnsw(&[("ef_search", Json::Int(7))]);
        assert_eq!(read(given), Ok(Configuration { ef_search: 7, ..Default::default() }));
    }

    #[test]
    fn what_links_are_made_of_is_fixed_and_the_rest_can_be_modified() {
        let settings = hnsw(&[("ef_search", Json::Int(7)), ("max_neighbors", Json::Int(8))]);
        let changed = definition().modified(&changes(Some("xyz"), settings)).expect("valid");
        let Configuration { ef_search, max_neighbors, .. } = changed.configuration;
        assert_eq!((changed.name.as_str(), ef_search, max_neighbors), ("xyz", 7, 8));
        for fixed in [("space", Json::String("ip".into())), ("ef_construction", Json::Int(5))] {
            let error = definition().modified(&changes(None, hnsw(&[fixed]))).expect_err("fixed");
            assert!(error.message.contains("is fixed"), "{error}");
        }
    }

    #[test]
    fn where_embeddings_are_is_fixed_and_with_it_what_is_made_of_them() {
        let member =
            |key: &str, value: &str| Json::Object(vec![(key.into(), Json::String(value.into()))]);
        let configuration =
            Configuration::from_json(&member("embeddings", "stored"), &Json::Null).expect("valid");
        assert_eq!(configuration.embeddings, Residence::Stored);
        let stored = Definition { configuration, ..definition() };
        for (definition, change) in [
            (&stored, member("embeddings", "memory")),
            (&stored, member("quantization", "none")),
            (&definition(), member("embeddings", "stored")),
        ] {
            let error = definition.modified(&changes(None, change)).expect_err("fixed");
            assert!(error.message.contains("is fixed"), "{error}");
        }
        let same = changes(None, member("quantization", "int8"));
        assert_eq!(stored.modified(&same), Ok(stored.clone()));
    }
}
