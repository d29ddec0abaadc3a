//! What a collection is, apart from its records: name, metadata, configuration.

use super::distance::Space;
use super::error::{Code, Error, Result};
use super::json::Json;
use super::metadata::{Metadata, MetadataPatch};
use super::suggest::suggestion;

/// A collection's name, metadata and configuration, and what was drawn by lot when it was created.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// A UUID; never changes.
    pub id: String,
    /// Unique in the database; 3 to 512 characters.
    pub name: String,
    /// When it was created, in milliseconds since 1970.
    pub created: u64,
    /// Seed of the graph's levels, so that the same operations build the same graph.
    pub seed: u64,
    /// Named values of the collection itself.
    pub metadata: Option<Metadata>,
    /// How its records are searched.
    pub configuration: Configuration,
}

/// How records are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration {
    /// How distance is measured; fixed at creation. Default l2.
    pub space: Space,
    /// Candidates kept while a vector is linked; 1 to 10,000, default 100. Fixed at creation.
    pub ef_construction: u32,
    /// Candidates kept while a query walks the graph; 1 to 10,000, default 100. More: better recall, slower.
    pub ef_search: u32,
    /// Links a vector keeps on each level above the bottom, which has twice as many; 2 to 128, default 16.
    /// Fixed at creation.
    pub max_neighbors: u32,
}

impl Default for Configuration {
    fn default() -> Self {
        Self { space: Space::L2, ef_construction: 100, ef_search: 100, max_neighbors: 16 }
    }
}

impl Definition {
    /// A definition checked for a new collection.
    ///
    /// # Errors
    /// `invalid_argument` for the name, `invalid_metadata`, `invalid_configuration`.
    pub fn new(
        id: String,
        name: &str,
        created: u64,
        seed: u64,
        metadata: &Json,
        configuration: &Json,
    ) -> Result<Self> {
        check_name(name)?;
        Ok(Self {
            id,
            name: name.to_owned(),
            created,
            seed,
            metadata: read_metadata(name, metadata)?,
            configuration: Configuration::from_json(configuration)?,
        })
    }

    /// This definition with the given parts replaced; metadata is replaced as a whole.
    ///
    /// # Errors
    /// As [`Definition::new`]; a configuration key that is fixed at creation is refused by name.
    pub fn modified(
        &self,
        name: Option<&str>,
        metadata: &Json,
        configuration: &Json,
    ) -> Result<Self> {
        let mut new = self.clone();
        if let Some(name) = name {
            check_name(name)?;
            new.name = name.to_owned();
        }
        if *metadata != Json::Null {
            new.metadata = read_metadata(&new.name, metadata)?;
        }
        new.configuration = self.configuration.modified(configuration)?;
        Ok(new)
    }
}

fn read_metadata(name: &str, json: &Json) -> Result<Option<Metadata>> {
    if *json == Json::Null {
        return Ok(None);
    }
    Ok(MetadataPatch::from_json(json, &|| format!("collection \"{name}\""))?.merge(None))
}

/// Chroma's rule for names: 3 to 512 of `a-z A-Z 0-9 . _ -`, beginning and ending with a letter or
/// digit, without two dots in a row, and no IPv4 address.
///
/// # Errors
/// `invalid_argument`, saying which part of the rule is broken.
pub fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric();
    let wrong = if !(3..=512).contains(&name.len()) {
        Some(format!("it has {} characters, expected 3 to 512", name.chars().count()))
    } else if let Some(c) = name.chars().find(|&c| !plain(c) && !matches!(c, '.' | '_' | '-')) {
        Some(format!("it contains {c:?}, expected only a-z A-Z 0-9 . _ -"))
    } else if !name.starts_with(plain) || !name.ends_with(plain) {
        Some("it must begin and end with a letter or digit".to_owned())
    } else if name.contains("..") {
        Some("it contains two dots in a row".to_owned())
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("it is an IP address".to_owned())
    } else {
        None
    };
    match wrong {
        None => Ok(()),
        Some(why) => Err(Error::new(
            Code::InvalidArgument,
            format!("collection name {name:?} is not valid: {why}"),
        )),
    }
}

/// Keys of `configuration.hnsw` that are read.
const HNSW_KEYS: [&str; 4] = ["space", "ef_construction", "ef_search", "max_neighbors"];
/// Keys that Chroma's server takes for its own threads and files; accepted, without effect here.
const HNSW_KEYS_WITHOUT_EFFECT: [&str; 4] =
    ["num_threads", "batch_size", "sync_threshold", "resize_factor"];

impl Configuration {
    /// Reads `{ hnsw: { space, ef_construction, ef_search, max_neighbors } }`; what is missing or
    /// null has its default.
    ///
    /// # Errors
    /// `invalid_configuration`, naming the key and the nearest valid one.
    pub fn from_json(json: &Json) -> Result<Self> {
        let mut configuration = Self::default();
        for (key, value) in hnsw_entries(json)? {
            match key {
                "space" => configuration.space = read_space(value)?,
                "ef_construction" => configuration.ef_construction = count(key, value, 1, 10_000)?,
                "ef_search" => configuration.ef_search = count(key, value, 1, 10_000)?,
                _ => configuration.max_neighbors = count(key, value, 2, 128)?,
            }
        }
        Ok(configuration)
    }

    fn modified(self, json: &Json) -> Result<Self> {
        let mut configuration = self;
        for (key, value) in hnsw_entries(json)? {
            if key != "ef_search" {
                return invalid(format!(
                    "configuration.hnsw.{key} is fixed when a collection is created; only ef_search can be changed"
                ));
            }
            configuration.ef_search = count(key, value, 1, 10_000)?;
        }
        Ok(configuration)
    }
}

fn invalid<T>(message: String) -> Result<T> {
    Err(Error::new(Code::InvalidConfiguration, message))
}

/// The entries of `configuration.hnsw` that are set, unknown keys refused.
fn hnsw_entries(json: &Json) -> Result<impl Iterator<Item = (&'static str, &Json)>> {
    let mut read = Vec::new();
    for (key, value) in object(json, "configuration")? {
        match (key.as_str(), value) {
            (_, Json::Null) => {}
            ("hnsw", hnsw) => {
                for (key, value) in object(hnsw, "configuration.hnsw")? {
                    match HNSW_KEYS.iter().find(|known| *known == key) {
                        Some(_) if *value == Json::Null => {}
                        Some(known) => read.push((*known, value)),
                        None if HNSW_KEYS_WITHOUT_EFFECT.contains(&key.as_str()) => {}
                        None => {
                            return invalid(format!(
                                "unknown key \"{key}\" in configuration.hnsw{}",
                                suggestion(key, &HNSW_KEYS)
                            ));
                        }
                    }
                }
            }
            ("spann", _) => {
                return invalid("configuration.spann is for Chroma's cloud; use hnsw".to_owned());
            }
            (other, _) => {
                return invalid(format!(
                    "unknown key \"{other}\" in configuration{}",
                    suggestion(other, &["hnsw"])
                ));
            }
        }
    }
    Ok(read.into_iter())
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

fn count(key: &str, json: &Json, least: u32, most: u32) -> Result<u32> {
    let found = match json {
        Json::Int(value) => match u32::try_from(*value) {
            Ok(count) if (least..=most).contains(&count) => return Ok(count),
            _ => value.to_string(),
        },
        Json::Float(value) if value.is_finite() => "a fraction".to_owned(),
        other => other.kind().to_owned(),
    };
    invalid(format!(
        "configuration.hnsw.{key} is {found}; expected a whole number from {least} to {most}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hnsw(entries: &[(&str, Json)]) -> Json {
        let entries = entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        Json::Object(vec![("hnsw".into(), Json::Object(entries))])
    }

    #[test]
    fn names_follow_the_rule() {
        for good in ["abc", "a.b_c-1", "1.2.3", "192.168.0.256", &"x".repeat(512)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["ab", "-abc", "abc.", "a..b", "a b c", "naïve", "127.0.0.1", &"x".repeat(513)]
        {
            assert_eq!(check_name(bad).expect_err(bad).code, Code::InvalidArgument);
        }
    }

    #[test]
    fn configuration_is_read_with_defaults_and_mistakes_are_named() {
        let read = Configuration::from_json(&hnsw(&[
            ("space", Json::String("cosine".into())),
            ("ef_search", Json::Int(50)),
            ("num_threads", Json::Int(4)),
            ("max_neighbors", Json::Null),
        ]));
        let expected = Configuration { space: Space::Cosine, ef_search: 50, ..Default::default() };
        assert_eq!(read, Ok(expected));
        let check = |json: Json, part: &str| {
            let error = Configuration::from_json(&json).expect_err(part);
            assert!(error.message.contains(part), "{error}");
        };
        check(hnsw(&[("efSearch", Json::Int(1))]), "did you mean \"ef_search\"");
        check(hnsw(&[("space", Json::String("cosin".into()))]), "did you mean \"cosine\"");
        check(hnsw(&[("ef_search", Json::Int(0))]), "is 0; expected a whole number from 1");
        check(hnsw(&[("ef_search", Json::Float(1.5))]), "is a fraction");
        check(
            Json::Object(vec![("hnws".into(), Json::Null), ("hnsv".into(), Json::Int(1))]),
            "hnsw",
        );
    }

    #[test]
    fn only_ef_search_can_be_modified() {
        let definition =
            Definition::new("id".into(), "abc", 0, 0, &Json::Null, &Json::Null).expect("valid");
        let changed =
            definition.modified(Some("xyz"), &Json::Null, &hnsw(&[("ef_search", Json::Int(7))]));
        let changed = changed.expect("valid");
        assert_eq!((changed.name.as_str(), changed.configuration.ef_search), ("xyz", 7));
        let fixed = hnsw(&[("space", Json::String("ip".into()))]);
        assert!(definition.modified(None, &Json::Null, &fixed).is_err());
    }
}
