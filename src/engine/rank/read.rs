//! Reading a search from `{ filter?, rank?, group_by?, limit?, select? }`, as it is on Chroma's wire.

use super::fields::{count, fields, invalid, number, strings};
use super::group::SCORE;
use super::{Aggregate, GroupBy, Knn, Operator, Rank, Search, Select, Wanted};
use crate::engine::collection::Selection;
use crate::engine::error::{Code, Error, Result};
use crate::engine::filter::{Compile, Where};
use crate::engine::json::Json;
use crate::engine::suggest::suggestion;

/// Ranks nested deeper than this are refused, so that scoring by one cannot exhaust the stack.
const MAX_DEPTH: usize = 64;
/// Records that a `$knn` without a limit lists.
const DEFAULT_LIMIT: u32 = 16;

const OPERATORS: [&str; 11] =
    ["$knn", "$val", "$sum", "$sub", "$mul", "$div", "$max", "$min", "$abs", "$exp", "$log"];
const PARTS: [&str; 5] = ["#id", "#document", "#embedding", "#metadata", SCORE];

impl Search {
    /// Reads a search. `compile` is for the regular expressions of its filter.
    ///
    /// # Errors
    /// `invalid_argument`, or what [`Where::from_json`] finds wrong with the filter.
    pub fn from_json(json: &Json, compile: Compile<'_>) -> Result<Self> {
        let known = ["filter", "rank", "group_by", "limit", "select"];
        let [filter, rank, group_by, limit, select] = fields(json, "the search", known)?;
        let filter = filter.map(|json| Where::from_json(json, compile)).transpose()?;
        let mut search =
            Self { selection: Selection { filter, ..Selection::default() }, ..Self::default() };
        if let Some(json) = rank {
            search.rank = Some(read_rank(json, &mut search.knns, 0)?);
            if search.knns.is_empty() {
                return invalid(
                    "the rank has no $knn; expected at least one, because only records \
                     that one lists are ranked"
                        .to_owned(),
                );
            }
        }
        if let Some(json) = group_by {
            search.group_by = Some(read_group_by(json)?);
            if search.rank.is_none() {
                return invalid("group_by needs a rank; the search has none".to_owned());
            }
        }
        if let Some(json) = limit {
            let [offset, limit] = fields(json, "limit", ["offset", "limit"])?;
            search.offset = offset.map_or(Ok(0), |json| count(json, "limit.offset", 0))?;
            search.limit = limit.map(|json| count(json, "limit.limit", 0)).transpose()?;
        }
        if let Some(json) = select {
            let [keys] = fields(json, "select", ["keys"])?;
            search.select = read_select(strings(keys, "select.keys")?)?;
        }
        Ok(search)
    }
}

fn read_rank(json: &Json, knns: &mut Vec<Knn>, depth: usize) -> Result<Rank> {
    if depth > MAX_DEPTH {
        return invalid(format!("the rank is nested deeper than {MAX_DEPTH} levels"));
    }
    let Json::Object(entries) = json else {
        return invalid(format!("a rank is {}; expected an object", json.kind()));
    };
    let [(name, operand)] = entries.as_slice() else {
        return invalid(format!("a rank has {} operators; expected one", entries.len()));
    };
    let mut read = |json: &Json| read_rank(json, knns, depth + 1);
    let (operator, operands) = match name.as_str() {
        "$knn" => {
            knns.push(read_knn(operand, knns.first())?);
            return Ok(Rank::Knn(knns.len() - 1));
        }
        "$val" => return number(operand, "$val").map(Rank::Value),
        "$sum" => (Operator::Sum, read_list(operand, name, &mut read)?),
        "$mul" => (Operator::Mul, read_list(operand, name, &mut read)?),
        "$max" => (Operator::Max, read_list(operand, name, &mut read)?),
        "$min" => (Operator::Min, read_list(operand, name, &mut read)?),
        "$sub" => (Operator::Sub, read_sides(operand, name, &mut read)?),
        "$div" => (Operator::Div, read_sides(operand, name, &mut read)?),
        "$abs" => (Operator::Abs, vec![read(operand)?]),
        "$exp" => (Operator::Exp, vec![read(operand)?]),
        "$log" => (Operator::Log, vec![read(operand)?]),
        _ => {
            let suggestion = suggestion(name, &OPERATORS);
            return invalid(format!("unknown operator \"{name}\" in the rank{suggestion}"));
        }
    };
    Ok(Rank::Operation(operator, operands))
}

type Read<'a> = &'a mut dyn FnMut(&Json) -> Result<Rank>;

fn read_list(json: &Json, name: &str, read: Read<'_>) -> Result<Vec<Rank>> {
    match json {
        Json::Array(items) if !items.is_empty() => items.iter().map(read).collect(),
        Json::Array(_) => invalid(format!("{name} is an empty array; expected at least one rank")),
        other => invalid(format!("{name} is {}; expected an array of ranks", other.kind())),
    }
}

fn read_sides(json: &Json, name: &str, read: Read<'_>) -> Result<Vec<Rank>> {
    let [Some(left), Some(right)] = fields(json, name, ["left", "right"])? else {
        return invalid(format!("{name} needs left and right"));
    };
    Ok(vec![read(left)?, read(right)?])
}

fn read_knn(json: &Json, first: Option<&Knn>) -> Result<Knn> {
    let known = ["query", "key", "limit", "default", "return_rank"];
    let [query, key, limit, default, return_rank] = fields(json, "$knn", known)?;
    match key {
        None => {}
        Some(Json::String(key)) if key == "#embedding" => {}
        Some(Json::String(key)) => {
            return invalid(format!(
                "$knn searches \"{key}\"; only \"#embedding\" can be searched, sparse vectors in \
                 metadata are not supported"
            ));
        }
        Some(other) => return invalid(format!("$knn.key is {}; expected a string", other.kind())),
    }
    let query = match query {
        Some(Json::Array(items)) if !items.is_empty() => {
            items.iter().map(|item| number(item, "a value of $knn.query")).collect::<Result<_>>()?
        }
        Some(Json::String(_)) => {
            return invalid(
                "$knn.query is a text; expected an embedding, which the collection's \
                 embedding function makes of it"
                    .to_owned(),
            );
        }
        Some(Json::Object(_)) => {
            return invalid(
                "$knn.query is a sparse vector, which is not supported; expected an \
                 embedding"
                    .to_owned(),
            );
        }
        other => {
            let kind = match other {
                Some(Json::Array(_)) => "an empty array",
                other => other.map_or("missing", Json::kind),
            };
            return invalid(format!("$knn.query is {kind}; expected an embedding"));
        }
    };
    let knn = Knn {
        query,
        limit: limit.map_or(Ok(DEFAULT_LIMIT), |json| count(json, "$knn.limit", 1))?,
        default: default.map(|json| number(json, "$knn.default")).transpose()?,
        return_rank: match return_rank {
            None => false,
            Some(Json::Bool(value)) => *value,
            Some(other) => {
                let kind = other.kind();
                return invalid(format!("$knn.return_rank is {kind}; expected a boolean"));
            }
        },
    };
    match first {
        Some(first) if first.query.len() != knn.query.len() => {
            let (a, b) = (first.query.len(), knn.query.len());
            let message = format!("one $knn.query has {a} numbers, another {b}; expected as many");
            Err(Error::new(Code::DimensionMismatch, message))
        }
        _ => Ok(knn),
    }
}

fn read_group_by(json: &Json) -> Result<GroupBy> {
    let [keys, aggregate] = fields(json, "group_by", ["keys", "aggregate"])?;
    let keys = keys_of(keys, "group_by.keys", false)?;
    let aggregate = aggregate.unwrap_or(&Json::Null);
    let (largest, json) = match fields(aggregate, "group_by.aggregate", ["$min_k", "$max_k"])? {
        [Some(json), None] => (false, json),
        [None, Some(json)] => (true, json),
        _ => return invalid("group_by.aggregate needs one of $min_k and $max_k".to_owned()),
    };
    let place = if largest { "$max_k" } else { "$min_k" };
    let [by, k] = fields(json, place, ["keys", "k"])?;
    let by = keys_of(by, place, true)?;
    let Some(k) = k else { return invalid(format!("{place} needs k")) };
    Ok(GroupBy { keys, aggregate: Aggregate { largest, keys: by, k: count(k, place, 1)? } })
}

/// Metadata keys, at least one; `#score` among them if `scored`.
fn keys_of(json: Option<&Json>, place: &str, scored: bool) -> Result<Vec<String>> {
    let keys = strings(json, place)?;
    if keys.is_empty() {
        return invalid(format!("{place} has no keys; expected at least one"));
    }
    match keys.iter().find(|key| key.starts_with('#') && !(scored && *key == SCORE)) {
        Some(key) => {
            let score = if scored { " or #score" } else { "" };
            invalid(format!("{place} has the key \"{key}\"; expected metadata keys{score}"))
        }
        None => Ok(keys),
    }
}

fn read_select(names: Vec<String>) -> Result<Select> {
    let has = |name: &str| names.iter().any(|given| given == name);
    let (parts, keys): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.starts_with('#'));
    if let Some(name) = parts.into_iter().find(|name| !PARTS.contains(&name.as_str())) {
        let suggestion = suggestion(name, &PARTS);
        return invalid(format!("select has \"{name}\", which no record has{suggestion}"));
    }
    let metadata = match (has("#metadata"), keys.is_empty()) {
        (true, _) => Some(Wanted::All),
        (false, false) => Some(Wanted::Keys(keys.into_iter().cloned().collect())),
        (false, true) => None,
    };
    let (document, embedding, score) = (has("#document"), has("#embedding"), has(SCORE));
    Ok(Select { document, embedding, score, metadata, names })
}
