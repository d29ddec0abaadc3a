//! Messages that name the word the caller probably meant.

/// `; did you mean "x"?` when one of `known` is close to `word`, otherwise the list of them.
#[must_use]
pub fn suggestion(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|name| (strsim::levenshtein(word, name), name))
        .min_by_key(|(edits, _)| *edits);
    match nearest {
        Some((edits, name)) if edits <= (name.len() / 2).max(1) => {
            format!("; did you mean \"{name}\"?")
        }
        _ => format!("; expected one of {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn a_near_miss_is_named_and_a_far_one_gets_the_list() {
        assert_eq!(suggestion("$gtt", &["$gt", "$in"]), "; did you mean \"$gt\"?");
        assert_eq!(suggestion("$like", &["$eq", "$in"]), "; expected one of $eq, $in");
        assert_eq!(
            suggestion("efSearch", &["space", "ef_search"]),
            "; did you mean \"ef_search\"?"
        );
    }
}
