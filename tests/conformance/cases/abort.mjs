import { equal, ok } from "../support/assert.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

/** The reason that `promise` was rejected with. */
async function reasonOf(promise) {
  return promise.then(
    () => ok(false, "expected a rejection"),
    (reason) => reason,
  );
}

export const cases = {
  async "an aborted signal rejects with its reason before anything is sent"({ client }) {
    const collection = await collectionOf(client, four);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const records = { ids: ["e"], embeddings: [[1, 1]], signal };
    for (const call of [
      () => collection.add(records),
      () => collection.upsert(records),
      () => collection.update({ ...records, ids: ["a"] }),
      () => collection.get({ signal }),
      () => collection.query({ queryEmbeddings: [[1, 1]], signal }),
    ]) {
      ok((await reasonOf(call())) === reason, "expected the signal's own reason");
    }
    const got = await collection.get({ include: ["embeddings"] });
    equal([got.ids, got.embeddings], [four.ids, four.embeddings]);
  },

  async "aborting while texts are embedded rejects at once; the function is told; nothing is written"({
    client,
  }) {
    const told = [];
    const embeddingFunction = {
      generate: (_, { signal }) =>
        new Promise(() => signal.addEventListener("abort", () => told.push(signal.reason))),
    };
    const collection = await client.createCollection({ name: "slow", embeddingFunction });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [
      collection.add({ ids: ["a"], documents: ["x"], signal }),
      collection.query({ queryTexts: ["x"], signal }),
    ].map(reasonOf);
    await Promise.resolve();
    controller.abort("changed my mind");
    equal(await Promise.all(calls), ["changed my mind", "changed my mind"]);
    equal(told.length, 2);
    equal(await collection.count(), 0);
  },

  async "aborting after the embedding function answered writes nothing either"({ client }) {
    const controller = new AbortController();
    const embeddingFunction = {
      async generate(texts) {
        controller.abort();
        return texts.map(() => [1, 2]);
      },
    };
    const collection = await client.createCollection({ name: "late", embeddingFunction });
    const { signal } = controller;
    const reason = await reasonOf(collection.add({ ids: ["a"], documents: ["x"], signal }));
    equal(reason.name, "AbortError");
    equal(await collection.count(), 0);
  },

  async "a signal that is not aborted changes nothing"({ client }) {
    const embeddingFunction = letters();
    const collection = await client.createCollection({ name: "fine", embeddingFunction });
    const { signal } = new AbortController();
    await collection.add({ ids: ["a"], documents: ["x"], signal });
    equal((await collection.query({ queryTexts: ["x"], signal })).ids, [["a"]]);
    equal((await collection.get({ signal })).ids, ["a"]);
  },
};
