//! The rules of the house, as a test: who may name what.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension)
                && !path.ends_with("tests.rs")
            {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has {extension} files");
    found.sort();
    found
}

/// Lines of code that contain one of `words`, comments left out.
fn uses(path: &Path, words: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(path).expect("readable");
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let hits = code.filter(|line| words.iter().any(|word| line.contains(word)));
    hits.map(|line| format!("{}: {}", path.display(), line.trim())).collect()
}

fn never(folder: &str, words: &[&str]) {
    let hits: Vec<_> = files(folder, "rs").iter().flat_map(|path| uses(path, words)).collect();
    assert!(hits.is_empty(), "{folder} must not name {words:?}:\n{}", hits.join("\n"));
}

/// The files under `folder` whose code names one of `words`, by name.
fn who(folder: &str, extension: &str, words: &[&str]) -> Vec<String> {
    let naming = files(folder, extension).into_iter().filter(|path| !uses(path, words).is_empty());
    let name = |path: PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
    naming.map(name).collect()
}

#[test]
fn the_engine_knows_no_browser_no_clock_and_no_chance() {
    never("src/engine", &["wasm_bindgen", "js_sys", "web_sys", "serde", "idb", "crate::wasm"]);
    never("src/engine", &["async ", ".await", "Instant", "SystemTime", "getrandom", "target_arch"]);
    never("kernels/src", &["async ", ".await", "Instant", "SystemTime"]);
    // Two kernels are written for the target; the numbers are the same.
    assert_eq!(who("kernels/src", "rs", &["target_arch"]), ["dot.rs", "mask.rs"]);
    // Which crates the kernels may use is in their Cargo.toml.
    let manifest = fs::read_to_string(root().join("kernels/Cargo.toml")).expect("readable");
    let (_, dependencies) = manifest.split_once("[dependencies]\n").expect("it has some");
    let (dependencies, _) = dependencies.split_once("\n\n").expect("something follows");
    assert_eq!(dependencies, "fixedbitset = \"0.5\"");
}

#[test]
fn filters_know_no_vectors_and_postings_no_records() {
    for folder in ["src/engine/filter", "src/engine/postings"] {
        never(folder, &["vectors::", "hnsw::", "distance::", "collection::"]);
    }
    never("src/engine/postings", &["record::", "filter::"]);
}

#[test]
fn only_the_format_knows_bytes() {
    let words = ["to_le_bytes", "from_le_bytes", "to_ne_bytes", "xxh64"];
    let inside = files("src/engine/format", "rs").len();
    assert!(inside > 0);
    let engine = [files("src/engine", "rs"), files("kernels/src", "rs")].concat();
    for path in engine {
        if !path.components().any(|part| part.as_os_str() == "format") {
            let hits = uses(&path, &words);
            assert!(hits.is_empty(), "{}", hits.join("\n"));
        }
    }
}

#[test]
fn one_file_names_indexeddb_and_what_fetches_is_known() {
    assert_eq!(who("src/wasm", "rs", &["idb::", "web_sys::Idb"]), ["indexeddb.rs"]);
    // Embeddings, a static model's files, and the engine's own module.
    let fetching = who("js", "ts", &[" fetch(", "fetch)("]);
    assert_eq!(fetching, ["request.ts", "files.ts", "wasm-source.ts"]);
    // The cache of embeddings, which is no collection's and has a database of its own.
    assert_eq!(who("js", "ts", &["indexedDB."]), ["indexed-db.ts"]);
}

#[test]
fn exported_async_methods_share_the_object() {
    let hits: Vec<_> = files("src/wasm", "rs")
        .iter()
        .flat_map(|path| uses(path, &["async fn"]))
        .filter(|line| line.contains("&mut self"))
        .collect();
    assert!(
        hits.is_empty(),
        "a re-entered `&mut self` is a run-time exception:\n{}",
        hits.join("\n")
    );
}
