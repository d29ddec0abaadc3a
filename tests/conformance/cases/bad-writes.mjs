// Writes that are refused: the error names the record, and nothing changes.
import { equal, rejects } from "../support/assert.mjs";
import { argument, check, value } from "../support/bad-input.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

const cosine = { configuration: { hnsw: { space: "cosine" } } };
const e = [[1, 2]];

/** [call, error]; each in add, upsert and update. */
const writes = [
  [{ ids: ["n"], embeddings: [[1, 2, 3]] }, value("dimension_mismatch", '"n"', /\b3\b/, /\b2\b/)],
  [
    {
      ids: ["n", "m"],
      embeddings: [
        [1, 2],
        [1, 2, 3],
      ],
    },
    value("dimension_mismatch", '"m" has 3', '"n" has 2'),
  ],
  [
    { ids: ["n", "m"], embeddings: new Float32Array(5) },
    value("dimension_mismatch", "5 numbers", "2 rows"),
  ],
  [{ ids: ["n"], embeddings: [[]] }, argument('"n" is empty')],
  [{ ids: [], embeddings: [] }, argument("ids is empty", "at least one")],
  [{ ids: [""], embeddings: e }, argument("ids[0] is an empty string")],
  [{ ids: ["n", "n"], embeddings: [...e, ...e] }, value("duplicate_id", '"n"', "at 0 and 1")],
  [{ ids: [7], embeddings: e }, argument("ids[0] must be a string", "the number 7")],
  [{ ids: "n", embeddings: e }, argument("ids must be an array", 'the string "n"')],
  [{ embeddings: e }, argument("ids must be an array", "undefined")],
  [{ ids: ["n", "m"], embeddings: e }, argument("embeddings has 1 rows, expected 2")],
  [{ ids: ["n"], embeddings: e, documents: ["x", "y"] }, argument("documents has 2", "ids has 1")],
  [{ ids: ["n"], embeddings: e, metadatas: [] }, argument("metadatas has 0", "ids has 1")],
  [{ ids: ["n"], embeddings: e, uris: ["x", "y"] }, argument("uris has 2", "ids has 1")],
  [{ ids: ["n"], embeddings: [[1, Number.NaN]] }, value("non_finite", '"n"', "NaN", "position 1")],
  [{ ids: ["n"], embeddings: [[Number.POSITIVE_INFINITY, 1]] }, value("non_finite", '"n"', /inf/i)],
  [{ ids: ["n"], embeddings: [[1, 1e39]] }, value("non_finite", '"n"', "position 1")],
  [
    {
      ids: ["a", "n"],
      embeddings: [
        [1, 2],
        [0, 0],
      ],
    },
    value("zero_vector", '"n"', "cosine"),
  ],
  [{ ids: ["n"], embeddings: [[1, "2"]] }, argument('"n"', 'the string "2" at position 1')],
  [{ ids: ["n"], embeddings: [1, 2] }, argument('"n" must be an array', "Wrap")],
  [{ ids: ["n"], embeddings: "1,2" }, argument("embeddings must be", 'the string "1,2"')],
  [{ ids: ["n"], embeddings: null }, argument("embeddings must be", "null")],
  [{ ids: ["n"], embeddings: e, documents: [5] }, argument("documents[0]", '"n"', "the number 5")],
  [{ ids: ["n"], embeddings: e, documents: null }, argument("documents must be an array", "null")],
  [{ ids: ["n"], embeddings: e, metadatas: ["x"] }, value("invalid_metadata", '"n"', "an object")],
  [{ ids: ["n"], embeddings: e, metadatas: [{}] }, value("invalid_metadata", '"n"', "empty")],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ when: new Date() }] },
    value("invalid_metadata", '"n"', '"when"', "Date"),
  ],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ deep: { er: 1 } }] },
    value("invalid_metadata", '"n"', '"deep"', "an object"),
  ],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ f: () => 1 }] },
    value("invalid_metadata", '"n"', '"f"'),
  ],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ b: 1n }] },
    value("invalid_metadata", '"n"', '"b"', "bigint"),
  ],
  [{ ids: ["n"], embeddings: e, metadatas: [{ $x: 1 }] }, value("invalid_metadata", '"n"', "$x")],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ "": 1 }] },
    value("invalid_metadata", '"n"', "empty"),
  ],
  [
    { ids: ["n"], embeddings: e, metadatas: [{ x: Number.NaN }] },
    value("non_finite", '"n"', '"x"'),
  ],
  [{ ids: ["n"], embeddings: e, document: ["x"] }, argument('"document"', 'mean "documents"')],
  [{ ids: ["n"], embedings: e }, argument('"embedings"', 'mean "embeddings"')],
  [{ ids: ["n"], embeddings: e, signal: 5 }, argument("signal must be an AbortSignal", "5")],
  [undefined, argument("expects an object", "undefined")],
];

export const cases = {
  async "bad writes change nothing and name the record"(context) {
    const collection = await collectionOf(context.client, four, cosine);
    const calls = ["add", "upsert", "update"].flatMap((method) =>
      writes.map(([records, error]) => [(target) => target[method](records), error]),
    );
    calls.push([(target) => target.add({ ids: ["n"] }), argument("needs embeddings or documents")]);
    calls.push([
      (target) => target.upsert({ ids: ["n"] }),
      argument("needs embeddings or documents"),
    ]);
    await check(context, collection, calls);
  },

  async "documents to be embedded must be there for every record"(context) {
    const embeddingFunction = letters();
    const collection = await context.client.createCollection({ name: "notes", embeddingFunction });
    await check(context, collection, [
      [
        (target) => target.add({ ids: ["a", "b"], documents: ["x", null] }),
        argument('record "b" has no document'),
      ],
    ]);
    equal(embeddingFunction.calls, [], "and nothing was paid for");
  },

  async "bad ids and metadata are refused before anything is embedded"({ client }) {
    const embeddingFunction = letters();
    const collection = await client.createCollection({ name: "notes", embeddingFunction });
    const documents = ["x", "y"];
    await rejects(collection.add({ ids: ["a", "a"], documents }), { code: "duplicate_id" });
    await rejects(collection.add({ ids: ["a", "b"], documents, metadatas: [{}] }), {
      code: "invalid_argument",
    });
    equal(embeddingFunction.calls, []);
  },

  async "the dimension outlives the records"(context) {
    const collection = await collectionOf(context.client, four);
    await collection.delete({ ids: four.ids });
    await check(context, collection, [
      [
        (target) => target.add({ ids: ["n"], embeddings: [[1, 2, 3]] }),
        value("dimension_mismatch", "3", "2"),
      ],
    ]);
  },
};
