// In the page: a collection that is linked by several workers, and what becomes of it.

const DIMENSION = 400;
/** More than are scanned in any case. */
export const COUNT = 3_600;

/** Mulberry32: the same numbers in every run. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 - 0.5;
  };
}

/** `count` vectors in clusters; those of another `seed` are in the same clusters. */
function vectors(count, seed) {
  const [place, noise] = [generator(1), generator(seed)];
  const centers = Array.from({ length: 100 }, () => Array.from({ length: DIMENSION }, place));
  return Array.from({ length: count }, (_, at) =>
    centers[(at * 7) % 100].map((value) => value + 0.6 * noise()),
  );
}

let client;
let notes;
const warnings = [];

/** Opens a client; `path`: a kept one. */
export async function open({ path, worker, threads = 2 } = {}) {
  const { EphemeralClient, PersistentClient } = await import("/dist/index.js");
  client = path ? new PersistentClient({ path, worker }) : new EphemeralClient({ worker });
  client.addEventListener("warning", (event) => {
    event.preventDefault();
    warnings.push({ code: event.code, message: event.message });
  });
  const configuration = { hnsw: { space: "cosine", num_threads: threads } };
  notes = await client.getOrCreateCollection({
    name: "notes",
    configuration,
    embeddingFunction: null,
  });
  return notes.configuration.hnsw;
}

export async function add(first = 0, count = COUNT) {
  const embeddings = vectors(COUNT, 2).slice(first, first + count);
  const ids = embeddings.map((_, at) => String(first + at));
  for (let start = 0; start < ids.length; start += 1_000) {
    const part = (column) => column.slice(start, start + 1_000);
    await notes.add({ ids: part(ids), embeddings: part(embeddings) });
  }
}

/** Resolves once so many records are in the graph; without a number, once all are. */
export async function linked(least) {
  for (;;) {
    const { num_indexed_ops, num_unindexed_ops } = await notes.getIndexingStatus();
    if (least === undefined ? num_unindexed_ops === 0 : num_indexed_ops >= least)
      return num_indexed_ops;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Deletes, replaces and adds while others are being linked. Resolves with how many records there are then. */
export async function change() {
  const replaced = vectors(COUNT, 3);
  let count = COUNT;
  for (let round = 0; round < 10; round += 1) {
    const ids = (from) => Array.from({ length: 50 }, (_, at) => String(from + round * 150 + at));
    await notes.delete({ ids: ids(100) });
    count -= 50;
    const changed = ids(1_900);
    await notes.update({ ids: changed, embeddings: changed.map((id) => replaced[id]) });
    await notes.upsert({
      ids: changed.map((id) => `new ${id}`),
      embeddings: changed.map((id) => replaced[COUNT - 1 - id]),
    });
    count += 50;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return count;
}

/** What walks find beside what is there: the share of it, how many records there are, and whether any is found wrongly. */
export async function compared() {
  const asked = vectors(100, 4);
  const ask = (how) => notes.query({ queryEmbeddings: asked, nResults: 10, include: [], ...how });
  const [found, exact] = [await ask({}), await ask({ exact: true })];
  const hits = found.ids.map((ids, at) => ids.filter((id) => exact.ids[at].includes(id)).length);
  const { ids } = await notes.get({ include: [] });
  const known = new Set(ids);
  return {
    recall: hits.reduce((sum, count) => sum + count, 0) / (10 * asked.length),
    count: await notes.count(),
    different: known.size,
    wrong: found.ids.flat().filter((id) => !known.has(id)),
  };
}

export async function problems() {
  const { ok, problems, collections } = await client.verify();
  return ok ? [] : [problems, collections];
}

export const told = () => warnings;

export const close = () => client.close();
