import { equal, ok, rejects } from "../support/assert.mjs";
import { dump, letters } from "../support/records.mjs";

export const cases = {
  async "documents alone are embedded, in one call of the function"({ client }) {
    const embeddingFunction = letters();
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    equal(notes.embeddingFunction, embeddingFunction);
    await notes.add({ ids: ["a", "b"], documents: ["an apple", "sky"] });
    equal(embeddingFunction.calls, [["an apple", "sky"]]);
    const { embeddings } = await notes.get({ include: ["embeddings"] });
    equal(embeddings, [
      [8, 3, 2],
      [3, 0, 1],
    ]);
  },

  async "given embeddings win over documents, and nothing is embedded"({ client }) {
    const embeddingFunction = letters();
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a"], documents: ["an apple"], embeddings: [[1, 2, 3]] });
    equal(embeddingFunction.calls, []);
    equal((await notes.get({ include: ["embeddings"] })).embeddings, [[1, 2, 3]]);
  },

  async "query texts are embedded; query embeddings win over them"({ client }) {
    const embeddingFunction = letters();
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a", "b"], documents: ["an apple", "sky"] });
    const hits = await notes.query({ queryTexts: ["fly", "in a tree"], nResults: 1 });
    equal(hits.ids, [["b"], ["a"]]);
    const given = await notes.query({
      queryTexts: ["fly"],
      queryEmbeddings: [[8, 3, 2]],
      nResults: 1,
    });
    equal([given.ids, given.distances], [[["a"]], [[0]]]);
    equal(embeddingFunction.calls.length, 2);
  },

  async "generateForQueries is used for query texts, and for nothing else"({ client }) {
    const embeddingFunction = { ...letters(), generateForQueries: async () => [[3, 0, 1]] };
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a", "b"], documents: ["an apple", "sky"] });
    const hits = await notes.query({ queryTexts: ["whatever"], nResults: 1 });
    equal([hits.ids, hits.distances], [[["b"]], [[0]]]);
    equal(embeddingFunction.calls.length, 1);
  },

  async "update and upsert embed new documents anew"({ client }) {
    const notes = await client.createCollection({ name: "notes", embeddingFunction: letters() });
    await notes.add({ ids: ["a"], documents: ["an apple"] });
    await notes.update({ ids: ["a"], documents: ["sky"] });
    equal((await notes.get({ include: ["embeddings"] })).embeddings, [[3, 0, 1]]);
    await notes.upsert({ ids: ["a", "b"], documents: ["oak", "an elm"] });
    equal((await notes.get({ include: ["embeddings"] })).embeddings, [
      [3, 2, 1],
      [6, 2, 2],
    ]);
  },

  async "an update without documents embeds nothing"({ client }) {
    const embeddingFunction = letters();
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a"], documents: ["an apple"] });
    await notes.update({ ids: ["a"], metadatas: [{ seen: true }] });
    await notes.update({ ids: ["a"], documents: [null], metadatas: [{ seen: false }] });
    equal(embeddingFunction.calls.length, 1);
    const got = await notes.get();
    equal([got.documents, got.metadatas], [["an apple"], [{ seen: false }]]);
  },

  async "the function may return Float32Arrays, or one, at once or later"({ client }) {
    const forms = [
      async (texts) => texts.map(() => Float32Array.of(1, 2)),
      async (texts) => new Float32Array(texts.length * 2).fill(3),
      (texts) => texts.map(() => [4, 5]),
    ];
    for (const [index, generate] of forms.entries()) {
      const options = { name: `form-${index}`, embeddingFunction: { generate } };
      const notes = await client.createCollection(options);
      await notes.add({ ids: ["a", "b"], documents: ["x", "y"] });
      equal(await notes.count(), 2);
    }
  },

  async "without a function, documents alone and query texts name both ways out"({ client }) {
    await client.createCollection({ name: "notes", embeddingFunction: letters() });
    const notes = await client.getCollection({ name: "notes" });
    equal(notes.embeddingFunction, undefined);
    const expected = {
      code: "invalid_argument",
      name: "ChromaValueError",
      says: ["notes", /pass (queryE|e)mbeddings/, "embeddingFunction to createCollection"],
    };
    await rejects(notes.add({ ids: ["a"], documents: ["x"] }), expected);
    await rejects(notes.query({ queryTexts: ["x"] }), expected);
    const again = await client.getCollection({ name: "notes", embeddingFunction: letters() });
    await again.add({ ids: ["a"], documents: ["x"] });
    equal(await notes.count(), 1);
  },

  async "a function that returns the wrong count, or no arrays, is named; nothing is written"({
    client,
  }) {
    const returned = [
      [[[1, 2]], /1 rows.*expected 2/],
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        /3 rows.*expected 2/,
      ],
      [undefined, /got undefined/],
      [{ data: [] }, /got an object/],
      [["x", "y"], /text 0.*the string "x"/],
      [[[1, 2], null], /text 1.*null/],
      [[[1, 2], [3]], /text 1 has 1 dimensions/],
      [
        [
          [1, "2"],
          [3, 4],
        ],
        /text 0 holds the string "2" at position 1/,
      ],
      [new Float32Array(5), /5 numbers.*2 rows/],
    ];
    for (const [index, [value, message]] of returned.entries()) {
      const embeddingFunction = { name: "broken", generate: async () => value };
      const notes = await client.createCollection({ name: `notes-${index}`, embeddingFunction });
      const before = await dump(client);
      for (const method of ["add", "upsert", "update"]) {
        await rejects(notes[method]({ ids: ["a", "b"], documents: ["x", "y"] }), {
          code: "embedding_function",
          name: "ChromaClientError",
          says: ['embedding function "broken"', message],
        });
      }
      await rejects(notes.query({ queryTexts: ["x", "y"] }), { code: "embedding_function" });
      equal(await dump(client), before);
    }
  },

  async "what a function throws arrives unchanged; nothing is written"({ client }) {
    const reason = new Error("the model is asleep");
    const embeddingFunction = { generate: () => Promise.reject(reason) };
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    for (const call of [
      () => notes.add({ ids: ["a"], documents: ["x"] }),
      () => notes.query({ queryTexts: ["x"] }),
    ]) {
      const error = await call().catch((caught) => caught);
      ok(error === reason, `expected the very error, got ${error}`);
    }
    equal(await notes.count(), 0);
  },

  async "a function that answers in another dimension is refused like any embedding"({ client }) {
    const embeddingFunction = letters();
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a"], documents: ["x"] });
    notes.embeddingFunction.generate = async (texts) => texts.map(() => [1, 2]);
    await rejects(notes.add({ ids: ["b"], documents: ["y"] }), {
      code: "dimension_mismatch",
      says: ["2", "3"],
    });
    equal(await notes.count(), 1);
  },
};
