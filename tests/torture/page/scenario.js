// A scripted use of the package: every kind of call that writes. Each step is also done to a plain model, a Map from name
// to `{ metadata, records }`.
import { applied } from "../lib/operations.mjs";
import { randomOf, vector } from "../lib/random.mjs";

const DIMENSION = 8;
const MEGABYTES = 3 << 20;

const random = randomOf(4);
const batch = (ids, more = {}) => ({
  ids,
  embeddings: ids.map(() => vector(random, DIMENSION)),
  metadatas: ids.map((id, i) => ({ id, odd: i % 2 === 1 })),
  documents: ids.map((id) => `text of ${id}`),
  ...more,
});

const create = (name, metadata) => ({
  name: `create ${name}`,
  run: (client) => client.createCollection({ name, metadata, embeddingFunction: null }),
  model: (all) => all.set(name, { metadata, records: new Map() }),
});

const write = (collection, method, options, model = options) => ({
  name: `${method} in ${collection}`,
  run: async (client) =>
    (await client.getCollection({ name: collection, embeddingFunction: null }))[method](options),
  model(all) {
    const old = all.get(collection);
    all.set(collection, { ...old, records: applied(old.records, { method, options: model }) });
  },
});

const ids = (from, to) => Array.from({ length: to - from }, (_, i) => `r${from + i}`);

const plain = [
  create("notes", { about: "first" }),
  write("notes", "add", batch(ids(0, 6))),
  create("other", { about: "second" }),
  write("notes", "upsert", batch(ids(3, 9))),
  write("notes", "update", { ids: ["r1", "r8"], metadatas: [{ more: 1 }, { more: 2 }] }),
  write("other", "add", batch(["a", "b"])),
  // Done twice, it would delete two more.
  write("notes", "delete", { where: { odd: true }, limit: 2 }, { ids: ["r1", "r4"] }),
  {
    name: "modify notes",
    run: async (client) =>
      (await client.getCollection({ name: "notes", embeddingFunction: null })).modify({
        name: "renamed",
        metadata: { about: "third" },
      }),
    model(all) {
      const { records } = all.get("notes");
      all.delete("notes");
      all.set("renamed", { metadata: { about: "third" }, records });
    },
  },
  {
    name: "fork renamed",
    run: async (client) =>
      (await client.getCollection({ name: "renamed", embeddingFunction: null })).fork({
        name: "forked",
      }),
    model: (all) => all.set("forked", all.get("renamed")),
  },
  {
    name: "delete other",
    run: (client) => client.deleteCollection({ name: "other" }),
    model: (all) => all.delete("other"),
  },
  write("renamed", "delete", { ids: ["r0", "r2"] }),
  write("forked", "upsert", batch(ids(20, 24))),
];

const fat = (id) => batch([id], { documents: ["x".repeat(MEGABYTES)] });

/** The log grows so much that a checkpoint is due, twice: the second one replaces pages. */
const withCheckpoints = [
  create("notes", { about: "first" }),
  write("notes", "add", batch(ids(0, 6))),
  write("notes", "add", fat("f0")),
  write("notes", "add", fat("f1")),
  { ...write("notes", "add", fat("f2")), checkpoint: "notes" },
  write("notes", "delete", { ids: ["f0", "f1", "r3"] }),
  write("notes", "add", fat("f3")),
  write("notes", "update", fat("f2")),
  { ...write("notes", "add", fat("f4")), checkpoint: "notes" },
  write("notes", "upsert", batch(ids(20, 24))),
];

export const scenarios = { plain, withCheckpoints };
