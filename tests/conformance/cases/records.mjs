import { equal } from "../support/assert.mjs";
import { collectionOf, four } from "../support/records.mjs";

export const cases = {
  async "what is added is read back, column by column and row by row"({ client }) {
    const collection = await collectionOf(client);
    equal(await collection.count(), 4);
    const all = await collection.get({ include: ["documents", "metadatas", "embeddings", "uris"] });
    equal(all.ids, four.ids);
    equal(all.documents, four.documents);
    equal(all.metadatas, four.metadatas);
    equal(all.embeddings, four.embeddings);
    equal(all.uris, four.uris);
    equal(all.include, ["documents", "metadatas", "embeddings", "uris"]);
    equal(all.rows()[1], {
      id: "b",
      document: "green pear",
      embedding: [0, 1],
      metadata: four.metadatas[1],
      uri: "x://b",
    });
  },

  async "get includes documents and metadatas by default; other columns are empty"({ client }) {
    const collection = await collectionOf(client);
    const got = await collection.get();
    equal(got.include, ["documents", "metadatas"]);
    equal([got.embeddings, got.uris], [[], []]);
    equal(got.rows()[0], {
      id: "a",
      document: "red apple",
      embedding: undefined,
      metadata: four.metadatas[0],
      uri: undefined,
    });
    const bare = await collection.get({ include: [] });
    equal([bare.ids, bare.documents, bare.metadatas], [four.ids, [], []]);
  },

  async "what a record lacks is null"({ client }) {
    const collection = await collectionOf(client, { ids: ["a"], embeddings: [[1, 2]] });
    const got = await collection.get({ include: ["documents", "metadatas", "uris"] });
    equal([got.documents, got.metadatas, got.uris], [[null], [null], [null]]);
  },

  async "an empty document is a document"({ client }) {
    const embeddings = [[1], [2]];
    const collection = await collectionOf(client, {
      ids: ["a", "b"],
      embeddings,
      documents: ["", null],
    });
    equal((await collection.get()).documents, ["", null]);
  },

  async "embeddings come as rows of numbers, as Float32Arrays, or as one of them"({ client }) {
    const collection = await client.createCollection({ name: "forms" });
    const flat = Float32Array.of(1, 2, 3, 4);
    await collection.add({
      ids: ["a", "b"],
      embeddings: [
        [1, 2],
        [3, 4],
      ],
    });
    await collection.add({
      ids: ["c", "d"],
      embeddings: [flat.subarray(0, 2), flat.subarray(2, 4)],
    });
    await collection.add({ ids: ["e", "f"], embeddings: flat });
    const { embeddings } = await collection.get({ include: ["embeddings"] });
    equal(embeddings, [
      [1, 2],
      [3, 4],
      [1, 2],
      [3, 4],
      [1, 2],
      [3, 4],
    ]);
    equal(flat.length, 4, "the caller's memory stays the caller's");
  },

  async "embeddings come back as 32-bit floats"({ client }) {
    const collection = await collectionOf(client, { ids: ["a"], embeddings: [[0.1, -1e-20]] });
    const { embeddings } = await collection.get({ include: ["embeddings"] });
    equal(embeddings, [[Math.fround(0.1), Math.fround(-1e-20)]]);
  },

  async "add leaves existing ids as they are and adds the others"({ client }) {
    const collection = await collectionOf(client);
    await collection.add({
      ids: ["a", "e"],
      embeddings: [
        [9, 9],
        [5, 5],
      ],
      documents: ["new", "egg"],
    });
    const got = await collection.get({ include: ["documents", "embeddings", "metadatas"] });
    equal(got.ids, ["a", "b", "c", "d", "e"]);
    equal([got.documents[0], got.documents[4]], ["red apple", "egg"]);
    equal(
      [got.embeddings[0], got.embeddings[4]],
      [
        [1, 0],
        [5, 5],
      ],
    );
    equal(got.metadatas[0], four.metadatas[0]);
  },

  async "update changes what is given, merges metadata and ignores missing ids"({ client }) {
    const collection = await collectionOf(client);
    await collection.update({
      ids: ["b", "zzz"],
      metadatas: [{ ripe: false, taste: "sweet" }, { lost: true }],
    });
    await collection.update({ ids: ["a"], embeddings: [[7, 7]], uris: ["y://a"] });
    await collection.update({ ids: ["c"] });
    const got = await collection.get({ include: ["documents", "embeddings", "metadatas", "uris"] });
    equal(got.ids, four.ids);
    equal(got.metadatas[1], { year: 2005, kind: "fruit", ripe: false, taste: "sweet" });
    equal([got.documents[0], got.embeddings[0], got.uris[0]], ["red apple", [7, 7], "y://a"]);
    equal([got.embeddings[1], got.documents[1]], [[0, 1], "green pear"]);
  },

  async "null removes a metadata key; a record's last key takes its metadata along"({ client }) {
    const collection = await collectionOf(client);
    await collection.update({ ids: ["a", "d"], metadatas: [{ kind: null }, { kind: null }] });
    const { metadatas } = await collection.get({ ids: ["a", "d"] });
    equal(metadatas, [{ year: 1999 }, null]);
  },

  async "upsert adds new records at the end and updates existing ones in place"({ client }) {
    const collection = await collectionOf(client);
    await collection.upsert({
      ids: ["e", "b"],
      embeddings: [
        [5, 5],
        [6, 6],
      ],
      metadatas: [{ kind: "egg" }, { kind: "tree" }],
    });
    const got = await collection.get({ include: ["documents", "embeddings", "metadatas"] });
    equal(got.ids, ["a", "b", "c", "d", "e"]);
    equal(got.documents.slice(1, 2).concat(got.documents.slice(4)), ["green pear", null]);
    equal(got.metadatas[1], { year: 2005, kind: "tree", ripe: true });
    equal(
      [got.embeddings[1], got.embeddings[4]],
      [
        [6, 6],
        [5, 5],
      ],
    );
  },

  async "delete by id says how many there were"({ client }) {
    const collection = await collectionOf(client);
    equal(await collection.delete({ ids: ["b", "none"] }), { deleted: 1 });
    equal(await collection.delete({ ids: ["b"] }), { deleted: 0 });
    equal((await collection.get()).ids, ["a", "c", "d"]);
  },

  async "delete by filter, by both, and with a limit in order of insertion"({ client }) {
    const collection = await collectionOf(client);
    equal(await collection.delete({ ids: ["a", "d"], where: { kind: "place" } }), { deleted: 1 });
    equal(await collection.delete({ where: { kind: "fruit" }, limit: 1 }), { deleted: 1 });
    equal((await collection.get()).ids, ["b", "c"]);
    equal(await collection.delete({ where: { kind: "fruit" }, limit: 0 }), { deleted: 0 });
    equal(await collection.delete({ whereDocument: { $contains: "plum" } }), { deleted: 1 });
    equal((await collection.get()).ids, ["b"]);
  },

  async "delete of nothing in particular deletes nothing"({ client }) {
    const collection = await collectionOf(client);
    equal(await collection.delete({}), { deleted: 0 });
    equal(await collection.count(), 4);
  },

  async "a deleted record that is added again stands at the end"({ client }) {
    const collection = await collectionOf(client);
    await collection.delete({ ids: ["a"] });
    await collection.add({ ids: ["a"], embeddings: [[3, 3]] });
    const got = await collection.get();
    equal(got.ids, ["b", "c", "d", "a"]);
    equal([got.documents[3], got.metadatas[3]], [null, null], "nothing of the old record is left");
  },

  async "get is in order of insertion, whatever the order of ids; limit and offset cut it"({
    client,
  }) {
    const collection = await collectionOf(client);
    equal((await collection.get({ ids: ["d", "none", "a"] })).ids, ["a", "d"]);
    equal((await collection.get({ limit: 2 })).ids, ["a", "b"]);
    equal((await collection.get({ limit: 2, offset: 3 })).ids, ["d"]);
    equal((await collection.get({ offset: 9 })).ids, []);
    equal((await collection.get({ limit: 0 })).ids, []);
    equal((await collection.get({ limit: null })).ids, four.ids);
  },

  async "peek shows the first ten"({ client }) {
    const ids = Array.from({ length: 12 }, (_, i) => `r${i}`);
    const collection = await collectionOf(client, { ids, embeddings: ids.map((_, i) => [i]) });
    equal((await collection.peek()).ids, ids.slice(0, 10));
    equal((await collection.peek({ limit: 3 })).ids, ids.slice(0, 3));
  },
};
