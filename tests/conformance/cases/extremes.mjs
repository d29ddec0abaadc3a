// Unusual values, many records, many calls at once.
import { equal, near } from "../support/assert.mjs";
import { collectionOf } from "../support/records.mjs";

export const cases = {
  async "ids and documents may hold anything that a string can"({ client }) {
    const ids = [
      " ",
      "emoji \u{1f600}",
      'quote " and \\',
      "<b>html</b>",
      "nul \0",
      "x".repeat(1000),
    ];
    const embeddings = ids.map((_, i) => [i, 1]);
    const metadatas = ids.map((id) => ({ [`key ${id}`]: id }));
    const collection = await collectionOf(client, { ids, embeddings, documents: ids, metadatas });
    const got = await collection.get();
    equal([got.ids, got.documents, got.metadatas], [ids, ids, metadatas]);
    equal((await collection.get({ ids: [ids[1]] })).ids, [ids[1]]);
  },

  async "metadata keeps types, large integers and keys such as __proto__"({ client }) {
    const metadata = JSON.parse('{"__proto__": 1, "constructor": "x"}');
    Object.assign(metadata, { big: 2 ** 53 - 1, small: -0.25, no: false, text: "" });
    const collection = await collectionOf(client, {
      ids: ["a"],
      embeddings: [[1]],
      metadatas: [metadata],
    });
    const [stored] = (await collection.get()).metadatas;
    equal(Object.entries(stored).sort(), Object.entries(metadata).sort());
  },

  async "many writes at once all arrive"({ client }) {
    const collection = await client.createCollection({ name: "busy" });
    const writes = Array.from({ length: 40 }, (_, i) =>
      collection.add({
        ids: [`r${i}`, "same"],
        embeddings: [
          [i, 1],
          [i, 2],
        ],
      }),
    );
    await Promise.all(writes);
    equal(await collection.count(), 41);
  },

  async "a batch of 3000 is one write"({ client }) {
    const ids = Array.from({ length: 3000 }, (_, i) => `r${i}`);
    const embeddings = new Float32Array(3000 * 8).map((_, i) => Math.sin(i));
    const collection = await collectionOf(client, { ids, embeddings });
    equal(await collection.count(), 3000);
    const got = await collection.get({ ids: ["r2999"], include: ["embeddings"] });
    near(got.embeddings, [Array.from(embeddings.subarray(2999 * 8))], 0);
  },
};
