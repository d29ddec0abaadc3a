// A schema that both packages build in the same way is stored as the same JSON, and read back as the same objects.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as chromadb from "chromadb";
import * as vecino from "vecino/chromadb";

class Lengths {
  name = "lengths";
  constructor(factor) {
    this.factor = factor;
  }
  async generate(texts) {
    return texts.map((text) => [text.length * this.factor]);
  }
  getConfig() {
    return { factor: this.factor };
  }
  defaultSpace() {
    return "ip";
  }
  supportedSpaces() {
    return ["ip", "cosine"];
  }
  static buildFromConfig({ factor }) {
    return new Lengths(factor);
  }
}
const sparse = new Lengths(1);

/** Steps of the builder, each for either package. */
const steps = {
  cosine: (p, s) => s.createIndex(new p.VectorIndexConfig({ space: "cosine" })),
  hnsw: (p, s) =>
    s.createIndex(
      new p.VectorIndexConfig({
        hnsw: { ef_search: 7, max_neighbors: 4 },
        sourceKey: p.K.DOCUMENT,
      }),
    ),
  spann: (p, s) => s.createIndex(new p.VectorIndexConfig({ spann: { search_nprobe: 3 } })),
  function: (p, s) => s.createIndex(new p.VectorIndexConfig({ embeddingFunction: new Lengths(3) })),
  none: (p, s) => s.createIndex(new p.VectorIndexConfig({ embeddingFunction: null, space: "l2" })),
  legacy: (p, s) =>
    s.createIndex(new p.VectorIndexConfig({ embeddingFunction: { generate: async () => [] } })),
  noText: (p, s) => s.deleteIndex(new p.FtsIndexConfig(), p.DOCUMENT_KEY),
  text: (p, s) => s.createIndex(new p.FtsIndexConfig(), p.DOCUMENT_KEY),
  noStrings: (p, s) => s.deleteIndex(new p.StringInvertedIndexConfig()),
  stringsOfA: (p, s) => s.createIndex(new p.StringInvertedIndexConfig(), "a"),
  noStringsOfA: (p, s) => s.deleteIndex(new p.StringInvertedIndexConfig(), "a"),
  noIntsOfA: (p, s) => s.deleteIndex(new p.IntInvertedIndexConfig(), "a"),
  noFloats: (p, s) => s.deleteIndex(new p.FloatInvertedIndexConfig()),
  noBoolsOfB: (p, s) => s.deleteIndex(new p.BoolInvertedIndexConfig(), "b"),
  sparse: (p, s) =>
    s.createIndex(
      new p.SparseVectorIndexConfig({ embeddingFunction: sparse, sourceKey: "text", bm25: true }),
      "words",
    ),
  plainSparse: (p, s) => s.createIndex(new p.SparseVectorIndexConfig(), "terms"),
  cmek: (p, s) => s.setCmek(p.Cmek.gcp("projects/p/locations/l/keyRings/r/cryptoKeys/k")),
  noCmek: (_, s) => s.setCmek(null),
};

/** Sequences of steps: none, each alone, and random ones from a fixed seed. */
function sequences() {
  const names = Object.keys(steps);
  let state = 11;
  const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const drawn = Array.from({ length: 300 }, () =>
    Array.from({ length: 1 + random(7) }, () => names[random(names.length)]),
  );
  return [[], ...names.map((name) => [name]), ...drawn];
}

const build = (p, names) => names.reduce((schema, name) => steps[name](p, schema), new p.Schema());
const client = {};

test("the JSON is the same", () => {
  for (const names of sequences()) {
    const [ours, theirs] = [vecino, chromadb].map((p) => build(p, names).serializeToJSON());
    assert.deepEqual(ours, theirs, names.join());
  }
});

test("what is read back from it is the same, embedding functions built again", async () => {
  for (const p of [vecino, chromadb]) {
    p.registerEmbeddingFunction("lengths", Lengths);
    p.registerSparseEmbeddingFunction("lengths", Lengths);
  }
  try {
    for (const names of sequences()) {
      const json = build(chromadb, names).serializeToJSON();
      const [ours, theirs] = await Promise.all(
        [vecino, chromadb].map((p) => p.Schema.deserializeFromJSON(structuredClone(json), client)),
      );
      assert.ok(ours instanceof vecino.Schema);
      assert.deepEqual(plain(ours), plain(theirs), names.join());
      assert.deepEqual(ours.serializeToJSON(), theirs.serializeToJSON(), names.join());
      assert.deepEqual(ours.resolveEmbeddingFunction(), theirs.resolveEmbeddingFunction());
    }
  } finally {
    for (const p of [vecino, chromadb]) {
      p.knownEmbeddingFunctions.delete("lengths");
      p.knownSparseEmbeddingFunctions.delete("lengths");
    }
  }
  assert.equal(await vecino.Schema.deserializeFromJSON(null, client), undefined);
});

test("JSON with parts missing is read the same", async () => {
  for (const json of [
    {},
    { defaults: {}, keys: { a: {} } },
    { defaults: { string: {} }, keys: { a: { int: { int_inverted_index: { enabled: false } } } } },
    { defaults: null, keys: { "#embedding": { float_list: { vector_index: { enabled: true } } } } },
  ]) {
    const [ours, theirs] = await Promise.all(
      [vecino, chromadb].map((p) => p.Schema.deserializeFromJSON(json, client)),
    );
    assert.deepEqual(plain(ours), plain(theirs));
  }
});

test("both refuse the same steps", () => {
  const refused = {
    nothing: (_, s) => s.createIndex(),
    noConfig: (_, s) => s.createIndex(undefined, "a"),
    embedding: (p, s) => s.createIndex(new p.StringInvertedIndexConfig(), "#embedding"),
    document: (p, s) => s.createIndex(new p.StringInvertedIndexConfig(), "#document"),
    reserved: (p, s) => s.createIndex(new p.StringInvertedIndexConfig(), "#other"),
    vectorOfKey: (p, s) => s.createIndex(new p.VectorIndexConfig(), "a"),
    textOfKey: (p, s) => s.createIndex(new p.FtsIndexConfig(), "a"),
    text: (p, s) => s.createIndex(new p.FtsIndexConfig()),
    sparse: (p, s) => s.createIndex(new p.SparseVectorIndexConfig()),
    source: (p, s) => s.createIndex(new p.SparseVectorIndexConfig({ sourceKey: "b" }), "a"),
    deleteNothing: (_, s) => s.deleteIndex(),
    deleteKey: (_, s) => s.deleteIndex(undefined, "a"),
    deleteVector: (p, s) => s.deleteIndex(new p.VectorIndexConfig()),
    deleteSparse: (p, s) => s.deleteIndex(new p.SparseVectorIndexConfig(), "a"),
    deleteEmbedding: (p, s) => s.deleteIndex(new p.IntInvertedIndexConfig(), "#embedding"),
    deleteText: (p, s) => s.deleteIndex(new p.FtsIndexConfig()),
    deleteReserved: (p, s) => s.deleteIndex(new p.IntInvertedIndexConfig(), "#other"),
  };
  for (const [name, step] of Object.entries(refused)) {
    assert.throws(() => step(chromadb, new chromadb.Schema()), Error, name);
    const schema = new vecino.Schema();
    const before = schema.serializeToJSON();
    const expected = { code: "invalid_argument", name: "ChromaValueError" };
    assert.throws(() => step(vecino, schema), expected, name);
    assert.deepEqual(schema.serializeToJSON(), before, name);
  }
});

test("a key at a provider keeps its form", () => {
  const [ours, theirs] = [vecino, chromadb].map((p) =>
    ["projects/p/locations/l/keyRings/r/cryptoKeys/k", "nonsense"].map((resource) => {
      const key = p.Cmek.gcp(resource);
      const again = p.Cmek.fromJSON(key.toJSON());
      return [key.validatePattern(), key.provider, again.resource, again.toJSON()];
    }),
  );
  assert.deepEqual(ours, theirs);
  assert.throws(() => vecino.Cmek.fromJSON({ aws: "x" }), {
    code: "invalid_argument",
    message: /aws/,
  });
});

/** Objects without their classes, and without fields that say nothing. */
function plain(value) {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Lengths) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, plain(inner)]),
  );
}
