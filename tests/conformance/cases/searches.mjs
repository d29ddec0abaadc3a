import { equal, near, rejects } from "../support/assert.mjs";
import { argument, check, value } from "../support/bad-input.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

export const cases = {
  async "a search ranks, filters, cuts and selects"({ client }) {
    const things = await collectionOf(client);
    const found = await things.search({
      where: { kind: "fruit" },
      rank: { $knn: { query: [1, 0], limit: 10 } },
      limit: 2,
      select: ["#document", "#score"],
    });
    equal(found.ids, [["a", "b"]]);
    equal(found.documents, [["red apple", "green pear"]]);
    near(found.scores, [[0, 2]]);
    equal([found.embeddings, found.metadatas], [[null], [null]]);
    equal(found.select, [["#document", "#score"]]);
    equal(found.rows(), [
      [
        { id: "a", document: "red apple", score: 0 },
        { id: "b", document: "green pear", score: 2 },
      ],
    ]);
  },

  async "without a rank: order of insertion, no scores; nothing selected: ids"({ client }) {
    const things = await collectionOf(client);
    const found = await things.search({ limit: { offset: 1, limit: 2 } });
    equal([found.ids, found.scores, found.documents], [[["b", "c"]], [null], [null]]);
    equal(found.rows(), [[{ id: "b" }, { id: "c" }]]);
  },

  async "several searches at once, plain and built, answer in their order"({ client, chromadb }) {
    const { K, Knn, Search, Select } = chromadb;
    const things = await collectionOf(client);
    const found = await things.search(
      [
        new Search().where(K("kind").eq("place")).select(K.EMBEDDING, K.METADATA),
        { rank: Knn({ query: Float32Array.of(0, 1), limit: 1 }), select: [K.SCORE] },
        {
          rank: { $knn: { query: Float32Array.of(2, 2), limit: 1 } },
          select: new Select(["#score"]),
        },
      ],
      { readLevel: "index_and_wal" },
    );
    equal(found.ids, [["d"], ["b"], ["c"]]);
    equal(found.embeddings, [[[-1, 0.5]], null, null]);
    equal(found.metadatas, [[{ kind: "place" }], null, null]);
    equal(found.scores, [null, [0], [0]]);
    equal(found.rows()[0], [{ id: "d", embedding: [-1, 0.5], metadata: { kind: "place" } }]);
  },

  async "texts are embedded, all in one call, by generateForQueries where there is one"({
    client,
  }) {
    const asked = [];
    const embeddingFunction = {
      ...letters(),
      generateForQueries: async (texts) => {
        asked.push(texts);
        return texts.map((text) => [text.length, 0, 1]);
      },
    };
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a", "b"], documents: ["an apple", "sky"] });
    const knn = (query) => ({ rank: { $knn: { query, limit: 1 } } });
    const found = await notes.search([knn("fly"), knn("a wooden table"), knn([8, 3, 2])]);
    equal(found.ids, [["b"], ["a"], ["a"]]);
    equal(asked, [["fly", "a wooden table"]]);
    equal(embeddingFunction.calls.length, 1);
  },

  async "what cannot be searched for is named"(context) {
    const things = await collectionOf(context.client, four, { embeddingFunction: letters() });
    const sparse = { indices: [1], values: [0.5] };
    await check(context, things, [
      [(c) => c.search([]), argument("empty array")],
      [(c) => c.search(5), argument("search 0", "the number 5")],
      [(c) => c.search({ filter: {} }), argument('"filter"', "where")],
      [(c) => c.search([{}, { ranks: 1 }]), argument("search 1", '"ranks"', 'mean "rank"')],
      [(c) => c.search({ limit: -1 }), argument("limit", "-1")],
      [(c) => c.search({ limit: { offset: 1.5 } }), argument("limit.offset", "1.5")],
      [(c) => c.search({ select: 5 }), argument("select must be an array of keys", "5")],
      [(c) => c.search({ select: [5] }), argument("select: a key must be a string")],
      [(c) => c.search({}, { readLevel: "all" }), argument("readLevel", '"all"')],
      [(c) => c.search({}, { level: "all" }), argument('"level"')],
      [
        (c) => c.search({ rank: { $knn: { query: "x", key: "words" } } }),
        value("unsupported", '"words"', "sparse"),
      ],
      [
        (c) => c.search({ rank: { $sum: [{ $val: 1 }, { $knn: { query: "x" } }] } }),
        { code: "dimension_mismatch" },
      ],
      [(c) => c.search({ rank: { $knn: { query: sparse } } }), argument("sparse")],
    ]);
  },

  async "without a function, a text says what to do"({ client }) {
    const things = await collectionOf(client, four, { embeddingFunction: null });
    await rejects(things.search({ rank: { $knn: { query: "x" } } }), {
      code: "invalid_argument",
      says: ["search()", "things", "pass an embedding as its query"],
    });
  },

  async "an aborted search rejects with the signal's reason"({ client }) {
    const things = await collectionOf(client);
    const reason = new Error("no longer needed");
    const error = await things
      .search({}, { signal: AbortSignal.abort(reason) })
      .catch((caught) => caught);
    equal(error === reason, true);
  },
};
