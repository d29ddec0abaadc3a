//! Vecino: a vector database that lives in a web page.
//!
//! Collections of records - id, embedding, document, metadata - are searched by the distance of
//! their embeddings. The engine is Rust compiled to WebAssembly; what it holds is kept in IndexedDB;
//! JavaScript uses it through the collection API that Chroma's users know.
//!
//! # The house
//!
//! ```text
//! kernels/      pure: the loops that time is spent in, over slots and distances, nothing else
//!   distance, aligned, pages, vectors, apart,   numbers
//!   codes, nearest, exact, quick, sort, text
//!   hnsw/                                       the graph over slots
//! src/engine/   pure: what a vector database knows
//!   json, value, metadata, record, text_table   what a record says, and records by id
//!   postings/, filter/                          records by metadata value, clauses that select them
//!   catalog, definition                         tenants, databases, collections: names and configuration
//!   planner                                     scan or walk
//!   rank/                                       searches: arithmetic over distances, groups
//!   change                                      what one call does to the records
//!   collection/                                 all of it together: plan, stage, apply, read, link, checkpoint,
//!                                               what is lost, verify, what an heir lacks
//!   format/                                     bytes: log entries, pages, manifests
//! src/wasm/     shell: IndexedDB, randomness, JavaScript values, the classes handed to JavaScript;
//!               what only its `callRare` leads to is a second module, cut off by scripts/build/split.mjs
//!               and loaded on first use
//! regex/        regular expressions for filters, a module that js/regex.ts loads on first use
//! js/           the npm package: clients, collections, results, embedding functions, the worker
//! www/          the demo, built on the published package alone
//! tests/        across the whole; bench/ measures beside peers
//! ```
//!
//! Dependence points one way: `js -> src/wasm -> src/engine -> kernels`. `tests/layers.rs` holds the rules.
//!
//! # Ground state and derived state
//!
//! The ground state is the log: every call that changes records appends one entry. Pages of vectors
//! and records are a shorter way to say the same. The graph is derived: damaged or missing, it is
//! built again from the vectors. Of ground state that cannot be read the rest stays in use; what is
//! lost is named by id, remembered in the manifest, and kept as it is until the caller has put the
//! records again or deleted them.
//!
//! - **A write is plan -> commit -> apply.** `Collection::plan` takes `&self`, checks everything and
//!   returns a [`Change`](engine::change::Change); the shell appends its bytes to the log;
//!   `Collection::apply` makes it visible and cannot fail. A write that fails leaves memory as it
//!   was. Reads never wait for writes. The shell plans inside the transaction that appends, after
//!   taking in what other tabs have appended, so that no tab ever has to start over. A long batch is
//!   planned in parts, an entry each, all in one transaction: reads are answered between them. Each part is
//!   staged at once, hidden from reads; when the transaction has completed, all are revealed in one short step.
//! - **A checkpoint** writes the pages that changed under new keys, flips the manifest that names the
//!   valid pages, and trims the log, in one transaction. Pages are encoded one by one, with reads
//!   answered in between; nothing else changes until it is stored. Opening is checkpoint + rest of the log.
//! - **Tabs share the log, not the memory.** Who has written tells the others (`js/tabs.ts`), and they
//!   take in the rest of the log; a message that is lost delays that until the next write or strong
//!   read. A Web Lock elects, for each collection, the tab that makes its checkpoints: only one that
//!   has it in memory can, and two would make each other load again what the other wrote. One that
//!   lives and lets the log become far too long loses the office to another.
//! - **A record is searchable when its call resolves.** New vectors are scanned exactly until the
//!   graph has them; linking happens in short steps that the shell asks for when it is idle. Small
//!   collections are never linked: scanning them is exact and takes less than a way to the worker.
//! - **Embeddings can be left in storage.** In memory are their codes, which pages store in their place, and
//!   new ones until a checkpoint has stored them, in groups. A read that needs others gives their groups' numbers instead of
//!   an answer, and is made again when they are there ([`engine::collection::Collection::missing`]).
//! - **Several workers can link.** The others have a mirror of vectors and graph, are told which nodes changed, and
//!   find what new vectors are to be linked to ([`engine::collection::Mirror`]). Nothing waits for them, and what they
//!   say is judged when it comes. So the graph of several workers depends on how quick each was; it is sound and as good.
//! - **A filter becomes a set of slots before the search starts,** from postings that are built for a
//!   metadata key when a filter first names it. The planner scans these slots or
//!   walks the graph past all others. There are always min(k, matches) results.
//!
//! # Invariants
//!
//! - The engine names no JavaScript crate, no async, no clock, no target, and draws no lots: seeds
//!   and times come in as arguments. The same operations, and answers of mirrors, give the same graph everywhere.
//! - The graph and the exact scan see slots, distances and an `accept` closure; never ids, metadata
//!   or documents. A filter judges a record, never a vector.
//! - Only `engine::format` knows bytes; stored numbers have a fixed width and are little-endian.
//! - Only `wasm::indexeddb` names IndexedDB; in `js/` only the cache of embeddings, which has a
//!   database of its own. Exported async methods take `&self`, and no borrow crosses an await.
//! - A linked vector never changes in place; its record moves to another slot.
//! - A walk goes by estimates on codes; every distance in an answer is measured on the vectors.
//! - Every linked vector can be reached: a ring leads through all nodes of the graph.
//!
//! # Words
//!
//! - *slot*: internal row number, `u32`. *live*, *tombstone*, *free*: see [`engine::collection`].
//! - *space*: how distance is measured (l2 squared, cosine, ip); smaller is closer.
//! - *code*: a vector in small whole numbers. *quantization*: how it is coded. *estimate*: a distance told
//!   from codes.
//! - *twin*: a vector equal to a linked one, found through it. *successor*: the next in the ring.
//! - *apart*: of embeddings that are left in storage. *group*: eight slots whose embeddings are stored together.
//! - *mirror*: a copy of vectors and graph in another worker, which helps to link.
//! - *level*: a storey of the graph, 0 at the bottom. *link*, *neighbor*, *entry point*, *m*,
//!   *ef_construction*, *ef_search*: as in Malkov and Yashunin (arXiv 1603.09320).
//! - *heir*: a hidden collection that is filled with other embeddings of the same records, to take the
//!   place of its *ancestor*. Its database is named by the ancestor's id, under a tenant of no program.
//! - *exact search*: measuring every matching record. *recall*: the share of it that a walk finds.
//! - *change*, *log*, *sequence number*, *page*, *manifest*, *checkpoint*: as above.
//!
//! # Not goals
//!
//! A server, an embedding runtime, more data than a tab's memory, SQL.
#![deny(unsafe_code)]

pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
