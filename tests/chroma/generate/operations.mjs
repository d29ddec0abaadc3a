// The operations of a seed, as plain JSON: what is called, on which collection, with what. They depend on the seed
// alone, never on an answer, so any prefix and any selection of them can be run again.
import { badCall, badClientCall } from "./bad-input.mjs";
import { where, whereDocument } from "./filters.mjs";
import { Random } from "./random.mjs";
import { document, embedding, metadata, uri } from "./values.mjs";

const slots = ["one", "two", "three"];
const columns = ["documents", "metadatas", "embeddings", "uris"];
const weights = {
  add: 14,
  upsert: 10,
  update: 10,
  get: 18,
  query: 22,
  deleteIds: 3,
  deleteWhere: 3,
  count: 3,
  peek: 2,
  modify: 2,
  describe: 2,
  getOrCreate: 1,
  list: 1,
  recreate: 1,
  bad: 7,
  badClient: 1,
};

/** All operations of `seed`. Later ones never change earlier ones, so `count` only cuts. */
export function operations(seed, count) {
  const random = new Random(seed);
  const collections = new Map();
  const made = [];
  const names = { made: 0 };
  for (const slot of slots.slice(0, random.int(1, 3)))
    made.push(create(random, collections, slot, names));
  while (made.length < count) {
    made.push(...next(random, random.pick([...collections.values()]), collections, names));
  }
  return JSON.parse(JSON.stringify(made.slice(0, count)));
}

/** What the generator knows of a collection. `ids` are those that may exist. */
function create(random, collections, slot, names) {
  const space = random.pick(["l2", "cosine", "ip", undefined]);
  const embeds = random.chance(0.4);
  names.made += 1;
  const collection = {
    slot,
    name: `${slot}-${names.made}`,
    space,
    embeds,
    dimension: embeds ? 3 : random.int(1, 8),
    exact: random.chance(0.5),
    ids: new Set(),
  };
  collections.set(slot, collection);
  const args = { name: collection.name, embeddingFunction: embeds ? "letters" : null };
  if (random.chance(0.5)) args.metadata = { made: names.made, kind: "test", good: true };
  const hnsw = space ? { space } : {};
  if (random.chance(0.5)) Object.assign(hnsw, { ef_search: 100, max_neighbors: random.int(8, 32) });
  if (Object.keys(hnsw).length > 0) args.configuration = { hnsw };
  return { on: slot, call: random.pick(["createCollection", "getOrCreateCollection"]), args };
}

function next(random, collection, collections, names) {
  const on = collection.slot;
  const kind = random.weighted(weights);
  const one = (call, args) => [{ on, call, args }];
  switch (kind) {
    case "add":
    case "upsert":
    case "update":
      return one(kind, records(random, collection, kind));
    case "get":
      return one("get", {
        ...selection(random, collection),
        ...page(random),
        ...include(random, columns),
      });
    case "query":
      return one("query", query(random, collection));
    case "deleteIds": {
      const ids = someIds(random, collection, random.int(1, 4));
      for (const id of ids) collection.ids.delete(id);
      return [
        { on, call: "delete", args: { ids } },
        { on, call: "count", args: {} },
      ];
    }
    case "deleteWhere": {
      const args = { ...selection(random, collection), where: where(random) };
      // A whole collection that disappears in one call leaves little to compare afterwards.
      if (random.chance(0.7)) args.limit = random.int(0, 5);
      return [
        { on, call: "delete", args },
        { on, call: "count", args: {} },
      ];
    }
    case "count":
    case "peek":
      return one(kind, kind === "peek" ? { limit: random.int(0, 5) } : {});
    case "modify":
      return modify(random, collection, names);
    case "describe":
      return one("describe", { name: collection.name });
    case "getOrCreate":
      return one("getOrCreateCollection", {
        name: collection.name,
        metadata: { ignored: 1 },
        embeddingFunction: collection.embeds ? "letters" : null,
      });
    case "list":
      return [
        { call: "listCollections", args: random.chance(0.3) ? { limit: random.int(0, 2) } : {} },
      ];
    case "recreate": {
      const gone = { on, call: "deleteCollection", args: { name: collection.name } };
      const stale = one(random.pick(["count", "get"]), {});
      return [gone, ...stale, create(random, collections, on, names)];
    }
    case "bad":
      return [{ on, ...badCall(random, collection) }];
    case "badClient":
      return [badClientCall(random, collection.name)];
  }
  throw new Error(`no operation of the kind ${kind}`);
}

function records(random, collection, kind) {
  const count = random.chance(0.1) ? random.int(20, 50) : random.int(1, 10);
  const ids =
    kind === "update" ? someIds(random, collection, count) : newIds(random, collection, count);
  if (kind !== "update") for (const id of ids) collection.ids.add(id);
  const args = { ids };
  const column = (make, holes) =>
    ids.map(() => (holes && random.chance(holes) ? null : make(random)));
  const embedded = !collection.embeds || random.chance(0.5);
  if (embedded && (kind !== "update" || random.chance(0.5))) {
    args.embeddings = ids.map(() => embedding(random, collection));
    if (random.chance(0.2)) args.form = "float32";
  }
  const documents = args.embeddings ? random.chance(0.7) : collection.embeds;
  if (documents && (args.embeddings || kind !== "update" || random.chance(0.5))) {
    args.documents = column(document);
  }
  if (random.chance(0.8))
    args.metadatas = column((r) => metadata(r, { nulls: kind === "add" }), 0.1);
  if (random.chance(0.2)) args.uris = column(uri);
  return args;
}

const odd = ['a "b"', " spaced ", "é 😀", "0", "id/with/slash", "-"];

function newIds(random, collection, count) {
  const ids = new Set();
  while (ids.size < count) {
    const known = collection.ids.size > 0 && random.chance(0.2);
    const name = random.chance(0.02) ? random.pick(odd) : `r${random.int(0, 199)}`;
    ids.add(known ? random.pick([...collection.ids]) : name);
  }
  return [...ids];
}

/** Mostly ids that exist, in any order. */
function someIds(random, collection, count) {
  const ids = random.sample([...collection.ids], count);
  if (ids.length === 0 || random.chance(0.1)) ids.push(`missing${random.int(0, 9)}`);
  return ids;
}

function selection(random, collection) {
  const chosen = {};
  if (random.chance(0.2)) chosen.ids = someIds(random, collection, random.int(1, 20));
  if (random.chance(0.5)) chosen.where = where(random);
  if (random.chance(0.25)) chosen.whereDocument = whereDocument(random);
  return chosen;
}

function page(random) {
  const chosen = {};
  if (random.chance(0.3)) chosen.limit = random.int(0, 20);
  if (random.chance(0.2)) chosen.offset = random.int(0, 20);
  return chosen;
}

function include(random, all) {
  return random.chance(0.5) ? {} : { include: random.sample(all, random.int(0, all.length)) };
}

function query(random, collection) {
  const args = { ...selection(random, collection), ...include(random, ["distances", ...columns]) };
  const count = random.int(1, 3);
  if (collection.embeds && random.chance(0.5)) {
    args.queryTexts = random.list(count, () => document(random));
  } else {
    args.queryEmbeddings = random.list(count, () => embedding(random, collection));
  }
  if (random.chance(0.8)) args.nResults = random.chance(0.1) ? 300 : random.int(1, 15);
  return args;
}

function modify(random, collection, names) {
  const on = collection.slot;
  const args = random.pick([
    () => ({ metadata: { changed: random.int(0, 9), kind: "new" } }),
    () => ({ configuration: { hnsw: { ef_search: random.int(50, 200) } } }),
    () => {
      names.made += 1;
      return { name: `${on}-${names.made}` };
    },
    () => ({}),
    () => ({ metadata: {} }),
    () => ({ configuration: { hnsw: { space: "ip" } } }),
  ])();
  if (args.name) collection.name = args.name;
  return [
    { on, call: "modify", args },
    { on, call: "describe", args: { name: collection.name } },
  ];
}
