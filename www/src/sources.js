// The projects that the passages come from: what they are called, whose they are, and where a passage can be read in full.

const repository = (url) => (path) => `${url}/${path}`;

const book = (url) => (path) =>
  `${url}/${path.replace(/^(doc\/\w+\/)?src\//, "").replace(/\.md$/, ".html")}`;

/** docs/practices/alerting.md -> /docs/practices/alerting/; blog/posts/2025-12-16-name.md -> /blog/2025/12/16/name/ */
const prometheus = (path) => {
  const page = path
    .replace(/\.md$/, "/")
    .replace(/^blog\/posts\/(\d+)-(\d+)-(\d+)-/, "blog/$1/$2/$3/");
  return `https://prometheus.io/${page}`;
};

const SOURCES = {
  "python-peps": {
    name: "Python Enhancement Proposals",
    license: "public domain or CC0-1.0",
    by: "the authors of each PEP",
    home: "https://peps.python.org/",
    original: (path) =>
      `https://peps.python.org/${path.split("/")[1].replace(/\.(rst|txt)$/, "")}/`,
  },
  "rust-rfcs": {
    name: "Rust RFCs",
    license: "MIT OR Apache-2.0",
    by: "the Rust project’s RFC authors",
    home: "https://github.com/rust-lang/rfcs",
    original: repository("https://github.com/rust-lang/rfcs/blob/master"),
  },
  tldr: {
    name: "tldr pages",
    license: "CC-BY-4.0",
    by: "the tldr-pages team and contributors",
    home: "https://github.com/tldr-pages/tldr",
    original: repository("https://github.com/tldr-pages/tldr/blob/main"),
  },
  "rust-book": {
    name: "The Rust Programming Language",
    license: "MIT OR Apache-2.0",
    by: "the Rust project’s authors",
    home: "https://doc.rust-lang.org/book/",
    original: book("https://doc.rust-lang.org/book"),
  },
  cargo: {
    name: "Cargo",
    license: "MIT OR Apache-2.0",
    by: "the Cargo team and contributors",
    home: "https://github.com/rust-lang/cargo",
    original: (path) =>
      path.startsWith("doc/contrib/")
        ? book("https://doc.crates.io/contrib")(path)
        : book("https://doc.rust-lang.org/cargo")(path),
  },
  "rust-reference": {
    name: "The Rust Reference",
    license: "MIT OR Apache-2.0",
    by: "the Rust project’s authors",
    home: "https://doc.rust-lang.org/reference/",
    original: book("https://doc.rust-lang.org/reference"),
  },
  "rust-clippy": {
    name: "Clippy",
    license: "MIT OR Apache-2.0",
    by: "the Clippy team and contributors",
    home: "https://github.com/rust-lang/rust-clippy",
    original: repository("https://github.com/rust-lang/rust-clippy/blob/master"),
  },
  prometheus: {
    name: "Prometheus documentation and blog",
    license: "Apache-2.0",
    by: "the Prometheus authors",
    home: "https://github.com/prometheus/docs",
    original: prometheus,
  },
};

/** Every source with its key, in the order in which the page names them. */
export const sources = Object.entries(SOURCES).map(([key, source]) => ({ key, ...source }));

/** Where a passage of these sources can be read in its place, or undefined for a passage of the visitor's own. */
export function original({ source, path, own }) {
  if (own || !path) return undefined;
  return SOURCES[source]?.original(path);
}
