// The functions that turn options into what is stored answer as those of npm chromadb do.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as chromadb from "chromadb";
import * as vecino from "vecino/chromadb";

class Known {
  name = "known";
  constructor(settings = {}) {
    Object.assign(this, settings);
  }
  async generate(texts) {
    return texts.map(() => [1]);
  }
  getConfig() {
    return { a: 1 };
  }
  static buildFromConfig() {
    return new Known();
  }
}

const known = () => new Known();
const legacy = () => ({ name: "legacy", generate: async () => [] });
const spaced = () =>
  new Known({ defaultSpace: () => "cosine", supportedSpaces: () => ["cosine", "l2"] });

/** Both packages warn in their own words; neither belongs into the test's output. */
async function answers(call) {
  const { warn } = console;
  const warnings = [[], []];
  try {
    const results = [];
    for (const [i, p] of [vecino, chromadb].entries()) {
      console.warn = (...words) => {
        // Said by chromadb about a package that it would like to load.
        if (!String(words[0]).includes("default-embed")) warnings[i].push(words);
      };
      results.push(await call(p).catch((error) => ({ name: error.name })));
    }
    return { results, warned: warnings.map(({ length }) => length) };
  } finally {
    console.warn = warn;
  }
}

test("what a new collection stores", async () => {
  const functions = [undefined, null, known, legacy, spaced];
  const configurations = [
    undefined,
    {},
    { hnsw: { space: "ip" } },
    { hnsw: { ef_search: 7 } },
    { spann: { search_nprobe: 3 } },
    { spann: { space: "ip" } },
    { hnsw: {}, spann: {} },
  ];
  const metadatas = [undefined, { a: 1 }, { "hnsw:space": "ip" }, { "hnsw:M": 4 }];
  for (const make of functions) {
    for (const configuration of configurations) {
      for (const metadata of metadatas) {
        const { results, warned } = await answers((p) =>
          p.processCreateCollectionConfig({
            configuration: structuredClone(configuration),
            embeddingFunction: make?.() ?? make,
            metadata,
          }),
        );
        const [ours, theirs] = results;
        const input = JSON.stringify([make?.name, configuration, metadata]);
        // Chroma says "no function" by leaving the key undefined.
        const expected =
          "name" in theirs
            ? theirs
            : { ...theirs, embedding_function: theirs.embedding_function ?? null };
        assert.deepEqual(ours, expected, input);
        assert.equal(warned[0], warned[1], `warnings: ${input}`);
      }
    }
  }
});

test("what is stored of a function, and that it is built again", async () => {
  for (const make of [known, legacy, spaced, () => undefined]) {
    const { results } = await answers(async (p) =>
      p.serializeEmbeddingFunction({ embeddingFunction: make() }),
    );
    assert.deepEqual(results[0], results[1]);
  }
  const twice = { embeddingFunction: known(), configEmbeddingFunction: known() };
  for (const p of [vecino, chromadb]) {
    assert.throws(() => p.serializeEmbeddingFunction(twice), { name: "ChromaValueError" });
    p.registerEmbeddingFunction("known-package", Known);
    assert.throws(() => p.registerEmbeddingFunction("known-package", Known), {
      name: "ChromaValueError",
    });
  }
  try {
    for (const efConfig of [
      undefined,
      { type: "legacy" },
      { type: "known", name: "nobody-knows", config: {} },
      { type: "known", name: "known-package", config: {} },
    ]) {
      const { results } = await answers((p) => p.getEmbeddingFunction({ client: {}, efConfig }));
      assert.deepEqual(results[0], results[1]);
    }
  } finally {
    for (const p of [vecino, chromadb]) p.knownEmbeddingFunctions.delete("known-package");
  }
  const { results } = await answers((p) => p.getDefaultEFConfig());
  assert.deepEqual(results[0], results[1]);
});

test("what modify stores", async () => {
  const refusing = () =>
    new Known({
      validateConfigUpdate() {
        throw new Error("no");
      },
    });
  for (const currentEmbeddingFunction of [undefined, known(), refusing()]) {
    for (const newConfiguration of [
      {},
      { hnsw: { ef_search: 5 } },
      { embeddingFunction: known() },
      { embeddingFunction: legacy() },
    ]) {
      const { results } = await answers((p) =>
        p.processUpdateCollectionConfig({
          collectionName: "notes",
          currentConfiguration: {},
          currentEmbeddingFunction,
          newConfiguration,
          client: {},
        }),
      );
      assert.deepEqual(results[0], results[1]);
    }
  }
});

test("the version that clients tell is the package's", async () => {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const client = new vecino.ChromaClient({ memory: true });
  assert.equal(await client.version(), JSON.parse(text).version);
});
