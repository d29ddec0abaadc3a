// Where records are kept, when a write is done, and what a read must have seen.
import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four } from "../support/records.mjs";

const refused = (...says) => ({ code: "invalid_argument", name: "ChromaValueError", says });

export const cases = {
  async "the client tells where the records are"({ client, persistent }) {
    const expected = persistent ? "indexeddb" : "memory";
    ok(client.persistence instanceof Promise, "a promise");
    equal(await client.persistence, expected);
    await collectionOf(client);
    equal([await client.persistence, (await client.stats()).persistent], [expected, persistent]);
  },

  async "verify reads all collections and says that nothing is wrong"({ client }) {
    equal(await client.verify(), { ok: true, collections: [], problems: [] });
    const { id } = await collectionOf(client);
    await client.createCollection({ name: "empty", embeddingFunction: null });
    const progress = [];
    const onProgress = (...counts) => progress.push(counts);
    const { ok: sound, collections, problems } = await client.verify({ onProgress });
    equal(
      [sound, problems, progress],
      [
        true,
        [],
        [
          [0, 2],
          [1, 2],
          [2, 2],
        ],
      ],
    );
    const things = { id, name: "things", records: 4, ok: true, lost: [], problems: [] };
    equal(
      collections.find(({ name }) => name === "things"),
      things,
    );
    equal(collections.find(({ name }) => name === "empty").records, 0);

    const stop = new AbortController();
    const stopped = client.verify({ signal: stop.signal, onProgress: () => stop.abort() });
    await rejects(stopped, { name: "AbortError", code: 20 });
    await rejects(client.verify({ signal: AbortSignal.abort() }), { name: "AbortError", code: 20 });
    await rejects(client.verify({ quick: true }), refused("verify()", '"quick"'));
  },

  async "every read takes a consistency"({ client }) {
    const collection = await collectionOf(client);
    for (const consistency of ["eventual", "strong", undefined]) {
      const level = { consistency };
      equal(await collection.count(level), 4);
      equal((await collection.get({ ids: ["a"], ...level })).ids, ["a"]);
      equal((await collection.peek({ limit: 2, ...level })).ids, ["a", "b"]);
      const query = { queryEmbeddings: four.embeddings.slice(0, 1), nResults: 1, ...level };
      equal((await collection.query(query)).ids, [["a"]]);
      equal((await collection.search({ limit: 1 }, level)).ids, [["a"]]);
      equal((await collection.getIndexingStatus(level)).total_ops, 4);
    }
  },

  async "another consistency is refused, and the words that there are named"({ client }) {
    const collection = await collectionOf(client);
    const query = { queryEmbeddings: [[1, 2]] };
    for (const [name, call] of [
      ["count()", (level) => collection.count(level)],
      ["get()", (level) => collection.get(level)],
      ["peek()", (level) => collection.peek(level)],
      ["query()", (level) => collection.query({ ...query, ...level })],
      ["search()", (level) => collection.search({ limit: 1 }, level)],
      ["getIndexingStatus()", (level) => collection.getIndexingStatus(level)],
    ]) {
      const expected = refused(name, "eventual or strong");
      await rejects(call({ consistency: "stron" }), {
        ...expected,
        says: [...expected.says, 'mean "strong"'],
      });
      await rejects(call({ consistency: true }), expected);
      await rejects(call({ consistency: null }), expected);
    }
    await rejects(collection.add({ ...four, consistency: "strong" }), refused('"consistency"'));
  },

  async "a strong read of a collection that is gone is refused"({ client }) {
    const collection = await collectionOf(client);
    await client.deleteCollection({ name: "things" });
    await rejects(collection.count({ consistency: "strong" }), { code: "not_found" });
  },

  async "a client is a target of events"({ client }) {
    ok(client instanceof EventTarget, "an EventTarget");
    let heard = 0;
    const listener = () => {
      heard += 1;
    };
    client.addEventListener("close", listener);
    client.addEventListener("warning", listener);
    await collectionOf(client);
    await client.close();
    equal(heard, 0, "closing by oneself is no event");
  },
};

export const persistentCases = {
  async "durability is relaxed or strict"({ vecino, path, fresh }) {
    const strict = fresh({ durability: "strict" });
    const relaxed = fresh({ durability: "relaxed" });
    await (await collectionOf(strict)).delete({ ids: ["a"] });
    const same = await relaxed.getCollection({ name: "things" });
    equal((await same.get({ consistency: "strong" })).ids, ["b", "c", "d"]);
    for (const [options, ...says] of [
      [{ durability: "strickt" }, "durability", "relaxed or strict", 'mean "strict"'],
      [{ durability: true }, "durability", "relaxed or strict"],
      [{ fallback: "disk" }, "fallback", "memory"],
      [{ fallback: true }, "fallback", "memory"],
      [{ durabilty: "strict" }, '"durabilty"', 'mean "durability"'],
    ]) {
      let error;
      try {
        new vecino.PersistentClient({ path, ...options });
      } catch (thrown) {
        error = thrown;
      }
      await rejects(Promise.reject(error), refused("PersistentClient", ...says));
    }
  },
};
