// Moving a collection over to another embedding function.

import { equal, ok, rejects } from "../support/assert.mjs";
import { argument } from "../support/bad-input.mjs";
import { letters, linked, many } from "../support/records.mjs";

const COUNT = 30;
const ids = Array.from({ length: COUNT }, (_, i) => `r${i}`);
const textOf = (i) => `text ${i}`;
const metadataOf = (i) => ({ number: i });

/** Two numbers for each text, of its last word, and what it was asked. `name` makes it known again. */
function numbers({ name = "numbers", factor = 1, before = async () => {} } = {}) {
  const calls = [];
  return {
    name,
    calls,
    getConfig: () => ({ factor }),
    embedded: () => calls.flat().map((text) => Number(text.split(" ")[1])),
    async generate(texts) {
      await before(texts, calls.length);
      calls.push(texts);
      return texts.map((text) => {
        const number = Number(text.split(" ")[1]);
        return [number * factor, 1];
      });
    },
  };
}

/** One that can be built again from what is stored. */
class Halves {
  name = "halves";
  async generate(texts) {
    return texts.map((text) => [Number(text.split(" ")[1]) / 2, 1, 1, 1]);
  }
  getConfig() {
    return { model: "half" };
  }
  static buildFromConfig() {
    return new Halves();
  }
}

async function notesOf(client, options = {}) {
  const notes = await client.createCollection({
    name: "notes",
    embeddingFunction: letters(),
    metadata: { about: "notes" },
    configuration: { hnsw: { space: "l2", ef_search: 77 } },
    ...options,
  });
  await notes.add({
    ids,
    documents: ids.map((_, i) => textOf(i)),
    metadatas: ids.map((_, i) => metadataOf(i)),
    uris: ids.map((id) => `x://${id}`),
  });
  return notes;
}

const everything = { include: ["documents", "embeddings", "metadatas", "uris"] };

/** A failure of the embedding function from this call on. */
const failingFrom = (call) => async (_, calls) => {
  if (calls >= call) throw new Error("the service is down");
};

export const cases = {
  async "all embeddings are replaced at once, and nothing else changes"({ client }) {
    const notes = await notesOf(client);
    await notes.delete({ ids: ["r3"] });
    await notes.add({ ids: ["r3"], documents: [textOf(3)] }); // the last now
    const before = await notes.get(everything);
    const { id, metadata, configuration } = notes;
    const embeddingFunction = numbers();
    const told = [];
    const end = await notes.reembed({
      embeddingFunction,
      batchSize: 7,
      onProgress: (progress) => told.push(progress),
    });
    equal([end.done, end.total, end.remaining], [COUNT, COUNT, 0]);
    equal(
      told.map(({ done }) => done),
      [7, 14, 21, 28, 30],
    );
    ok(told.every(({ total, rate }) => total === COUNT && rate > 0) && told[0].remaining > 0);
    equal(
      embeddingFunction.embedded().sort((a, b) => a - b),
      ids.map((_, i) => i),
    );

    equal([notes.id, notes.name, notes.metadata], [id, "notes", metadata]);
    equal(notes.configuration.hnsw, configuration.hnsw);
    equal(notes.embeddingFunction === embeddingFunction, true);
    const after = await notes.get(everything);
    equal({ ...after, embeddings: [] }, { ...before, embeddings: [] });
    equal(
      after.embeddings,
      after.ids.map((id) => [Number(id.slice(1)), 1]),
    );
    const { ids: found, distances } = await notes.query({ queryTexts: ["like 12"], nResults: 3 });
    equal(
      [found[0].sort(), distances[0]],
      [
        ["r11", "r12", "r13"],
        [0, 1, 1],
      ],
    );
    equal((await notes.search({ rank: { $knn: { query: "like 5" } }, limit: { limit: 1 } })).ids, [
      ["r5"],
    ]);
    await rejects(notes.query({ queryEmbeddings: [[1, 2, 3]] }), {
      code: "dimension_mismatch",
      says: ["3", "2"],
    });
    await notes.add({ ids: ["new"], documents: ["text 100"] });
    equal((await notes.get({ ids: ["new"], ...everything })).embeddings, [[100, 1]]);
    equal(await client.countCollections(), 1);
    equal((await client.stats()).collections, 1);
    ok((await client.verify()).ok, "what is stored is sound");
  },

  async "the function is built again for whoever gets the collection"({ client, vecino, reopen }) {
    try {
      vecino.registerEmbeddingFunction("halves", Halves);
    } catch {} // by the same case in another kind of client
    const notes = await notesOf(client);
    await notes.reembed({ embeddingFunction: new Halves() });
    equal(notes.configuration.embedding_function, {
      type: "known",
      name: "halves",
      config: { model: "half" },
    });
    const again = await (reopen ? await reopen() : client).getCollection({ name: "notes" });
    equal(again.embeddingFunction.name, "halves");
    equal(again.configuration, notes.configuration);
    const { ids: found } = await again.query({ queryTexts: ["like 7"], nResults: 1 });
    equal(found, [["r7"]]);
    equal((await again.get({ ids: ["r8"], ...everything })).embeddings, [[4, 1, 1, 1]]);
  },

  async "the old embeddings serve until the end, and what is written meanwhile is embedded"({
    client,
  }) {
    const notes = await notesOf(client);
    const other = await client.getCollection({ name: "notes", embeddingFunction: letters() });
    const before = async (_, call) => {
      if (call > 3) return;
      const { ids: found } = await notes.query({ queryEmbeddings: [[6, 1, 2]], nResults: 1 });
      equal(found.length, 1);
      equal((await other.query({ queryTexts: ["text 1"], nResults: 1 })).distances, [[0]]);
      if (call === 0) await other.add({ ids: ["late"], documents: ["text 40"] });
      if (call === 1) await notes.update({ ids: ["r0"], documents: ["text 41"] });
      if (call === 2) {
        await notes.delete({ ids: ["r1", "r3", "r29"] });
        await notes.add({ ids: ["r1"], documents: ["text 42"], metadatas: [{ again: true }] });
        await notes.add({
          ids: ["r3"],
          documents: [textOf(3)],
          metadatas: [metadataOf(3)],
          uris: ["x://r3"],
        });
        await notes.modify({ name: "renamed", metadata: { changed: true } });
      }
      if (call === 3) await notes.update({ ids: ["r2"], metadatas: [{ late: 1, number: null }] });
    };
    const embeddingFunction = numbers({ before });
    const end = await notes.reembed({ embeddingFunction, batchSize: 5 });
    const got = await notes.get(everything);
    const moved = ["r1", "r3", "r29"];
    const expected = ids.filter((id) => !moved.includes(id)).concat("late", "r1", "r3");
    equal(got.ids, expected);
    const numberOf = { late: 40, r0: 41, r1: 42 };
    equal(
      got.embeddings.map(([number]) => number),
      got.ids.map((id) => numberOf[id] ?? Number(id.slice(1))),
    );
    equal(got.metadatas[got.ids.indexOf("r1")], { again: true });
    equal(got.metadatas[got.ids.indexOf("r2")], { late: 1 });
    equal([end.done, end.total], [expected.length, expected.length]);
    equal([notes.name, notes.metadata], ["renamed", { changed: true }]);
    const embedded = embeddingFunction.embedded();
    equal(new Set(embedded).size, embedded.length, "a text was embedded twice");
  },

  async "an object obtained before is told to be got again"({ client }) {
    const notes = await notesOf(client);
    const other = await client.getCollection({ name: "notes", embeddingFunction: letters() });
    await notes.reembed({ embeddingFunction: numbers() });
    const changed = {
      code: "embedding_function",
      says: ["embedded anew", "get the collection again"],
    };
    await rejects(other.query({ queryTexts: ["text 1"] }), changed);
    await rejects(other.query({ queryEmbeddings: [[1, 2]] }), changed);
    await rejects(other.add({ ids: ["x"], documents: ["text 1"] }), changed);
    await rejects(other.upsert({ ids: ["x"], embeddings: [[1, 2]] }), changed);
    await rejects(other.search({ rank: { $knn: { query: [1, 2] } } }), changed);
    await other.update({ ids: ["r1"], metadatas: [{ still: true }] });
    equal((await other.get({ where: { still: true } })).ids, ["r1"]);
    equal(await other.count(), COUNT);
    await rejects(other.fork({ name: "fork" }), changed);
    await rejects(other.reembed({ embeddingFunction: numbers() }), changed);
    // Who knows the collection by its id alone has no embeddings of another function.
    await client.collection(notes.id).add({ ids: ["y"], embeddings: [[1, 2]] });
    equal((await client.getCollectionById(notes.id)).name, "notes");
    equal((await notes.fork({ name: "fork" })).id === notes.id, false);
    const again = await client.getCollection({ name: "notes", embeddingFunction: numbers() });
    equal((await again.query({ queryTexts: ["like 9"], nResults: 1 })).ids, [["r9"]]);
  },

  async "a call that is under way at the end embeds once more"({ client }) {
    const base = letters();
    let wait = Promise.resolve();
    const slow = {
      ...base,
      async generate(texts) {
        const made = await base.generate(texts);
        await wait;
        return made;
      },
    };
    const notes = await notesOf(client, { embeddingFunction: slow });
    let go;
    wait = new Promise((resolve) => {
      go = resolve;
    });
    const adding = notes.add({ ids: ["x"], documents: ["text 50"] });
    const asking = notes.query({ queryTexts: ["like 6"], nResults: 1 });
    await notes.reembed({ embeddingFunction: numbers() });
    go();
    await adding;
    equal((await asking).ids, [["r6"]]);
    equal((await notes.get({ ids: ["x"], ...everything })).embeddings, [[50, 1]]);
  },

  async "records without a document are named before anything starts"({ client }) {
    const notes = await notesOf(client);
    const bare = Array.from({ length: 7 }, (_, i) => `bare ${i}`);
    await notes.add({ ids: bare, embeddings: bare.map(() => [1, 2, 3]), uris: bare });
    const embeddingFunction = numbers();
    await rejects(
      notes.reembed({ embeddingFunction }),
      argument("7 records have no document", '"bare 0", "bare 1"', "and others", "update()"),
    );
    equal(embeddingFunction.calls, []);
    equal((await client.verify()).collections.length, 1, "nothing was begun");
    equal((await notes.query({ queryTexts: ["text 1"], nResults: 1 })).distances, [[0]]);
    await notes.delete({ ids: bare });
    await notes.reembed({ embeddingFunction });
    equal(embeddingFunction.embedded().length, COUNT);
  },

  async "a failure changes nothing, and the next call embeds only the rest"({ client, reopen }) {
    const notes = await notesOf(client);
    const before = await notes.get(everything);
    const failing = numbers({ before: failingFrom(3) });
    const error = await notes
      .reembed({ embeddingFunction: failing, batchSize: 5 })
      .catch((error) => error);
    equal([error.message, failing.calls.length], ["the service is down", 3]);
    equal(await notes.get(everything), before);
    equal((await notes.query({ queryTexts: ["text 1"], nResults: 1 })).distances, [[0]]);
    equal([await client.countCollections(), (await client.listCollections()).length], [1, 1]);
    const { ok: sound, collections } = await client.verify();
    const [unfinished] = collections.filter(({ id }) => id !== notes.id);
    ok(sound && unfinished.name === "unfinished-reembed");
    equal(unfinished.records, 15);
    equal((await client.stats()).collections, 1);

    const later = reopen ? await reopen() : client;
    const again = await later.getCollection({ name: "notes", embeddingFunction: letters() });
    const told = [];
    const onProgress = ({ done, total }) => told.push([done, total]);
    const embeddingFunction = numbers();
    await again.reembed({ embeddingFunction, onProgress, batchSize: 10 });
    equal(told, [
      [25, 30],
      [30, 30],
    ]);
    equal(
      [...failing.embedded(), ...embeddingFunction.embedded()],
      ids.map((_, i) => i),
    );
    equal((await later.verify()).collections.length, 1);
  },

  async "another function begins anew, and one without a name always does"({ client }) {
    const notes = await notesOf(client);
    const stopped = { batchSize: 5 };
    const failing = () => failingFrom(2);
    const once = async (embeddingFunction) => {
      await notes.reembed({ ...stopped, embeddingFunction }).catch(() => {});
      const { collections } = await client.verify();
      return [collections.length, embeddingFunction.calls.flat().length];
    };
    equal(await once(numbers({ before: failing() })), [2, 10]);
    equal(await once(numbers({ before: failing(), factor: 2 })), [2, 10]);
    equal(await once(numbers({ before: failing(), name: "" })), [2, 10]);
    const nameless = numbers({ name: "", factor: 3 });
    await notes.reembed({ embeddingFunction: nameless });
    equal(nameless.embedded().length, COUNT);
    equal((await notes.get({ ids: ["r2"], ...everything })).embeddings, [[6, 1]]);
  },

  async "aborting rejects at once and leaves the collection as it was"({ client }) {
    const notes = await notesOf(client);
    const before = await notes.get(everything);
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const embeddingFunction = numbers({
      before: (_, call) => {
        if (call < 2) return;
        controller.abort(reason);
        return new Promise(() => {});
      },
    });
    const same = (error) => equal(error === reason, true);
    const options = { embeddingFunction, batchSize: 5, signal };
    await notes.reembed(options).then(() => ok(false, "expected a rejection"), same);
    await notes.reembed(options).then(() => ok(false, "expected a rejection"), same);
    equal(await notes.get(everything), before);
    const rest = numbers();
    await notes.reembed({ embeddingFunction: rest, batchSize: 5 });
    equal([...embeddingFunction.embedded(), ...rest.embedded()].length, COUNT);
  },

  async "deleting the collection meanwhile deletes what was begun"({ client }) {
    const notes = await notesOf(client);
    const before = async (_, call) => {
      if (call === 1) await client.deleteCollection({ name: "notes" });
    };
    const reembedding = notes.reembed({ embeddingFunction: numbers({ before }), batchSize: 5 });
    await rejects(reembedding, { code: "not_found", name: "ChromaNotFoundError" });
    equal((await client.verify()).collections, []);
    equal(await client.countCollections(), 0);
  },

  async "of two at a time one is refused"({ client }) {
    const notes = await notesOf(client);
    const other = await client.getCollection({ name: "notes", embeddingFunction: letters() });
    const before = async (_, call) => {
      if (call > 0) return;
      const second = other.reembed({ embeddingFunction: numbers({ factor: 2 }) });
      await rejects(second, { code: "already_exists", says: "under way" });
    };
    await notes.reembed({ embeddingFunction: numbers({ before }), batchSize: 5 });
    equal((await notes.get({ ids: ["r4"], ...everything })).embeddings, [[4, 1]]);
    equal((await client.verify()).collections.length, 1);
  },

  async "an empty collection takes the function over"({ client }) {
    const empty = await client.createCollection({ name: "empty", embeddingFunction: letters() });
    equal((await empty.reembed({ embeddingFunction: numbers() })).done, 0);
    await empty.add({ ids: ["a"], documents: ["text 4"] });
    equal((await empty.get(everything)).embeddings, [[4, 1]]);
  },

  async "a schema's function is replaced as well"({ client, chromadb }) {
    const { Schema, VectorIndexConfig } = chromadb;
    const schema = new Schema();
    schema.createIndex(new VectorIndexConfig({ space: "l2", embeddingFunction: letters() }));
    const notes = await notesOf(client, {
      schema,
      embeddingFunction: undefined,
      configuration: undefined,
    });
    await notes.reembed({ embeddingFunction: new Halves() });
    equal((await notes.query({ queryTexts: ["like 8"], nResults: 1 })).ids, [["r8"]]);
    const again = await client.getCollection({ name: "notes", embeddingFunction: new Halves() });
    equal((await again.query({ queryTexts: ["like 8"], nResults: 1 })).ids, [["r8"]]);
  },

  async "the options are checked"({ client }) {
    const notes = await notesOf(client);
    const embeddingFunction = numbers();
    await rejects(notes.reembed({}), argument("embeddingFunction"));
    await rejects(notes.reembed({ embeddingFunction: {} }), argument("generate(texts)"));
    await rejects(notes.reembed({ embeddingFunction, batchsize: 1 }), argument("batchSize"));
    await rejects(notes.reembed({ embeddingFunction, batchSize: 0 }), argument("at least 1"));
    await rejects(notes.reembed({ embeddingFunction, onProgress: 1 }), argument("a function"));
    await rejects(notes.reembed({ embeddingFunction, signal: 1 }), argument("AbortSignal"));
    await rejects(client.collection(notes.id).reembed({ embeddingFunction }), argument("handle"));
    const wrong = { name: "wrong", generate: () => [[1]] };
    await rejects(notes.reembed({ embeddingFunction: wrong }), {
      code: "embedding_function",
      says: "30",
    });
    let calls = 0;
    const uneven = {
      name: "uneven",
      generate: (texts) => texts.map(() => Array(++calls > 5 ? 3 : 2).fill(1)),
    };
    await rejects(notes.reembed({ embeddingFunction: uneven, batchSize: 5 }), {
      code: "dimension_mismatch",
      says: ["5 of 30 records are embedded anew", "call reembed() again"],
    });
    equal((await notes.query({ queryTexts: ["text 1"], nResults: 1 })).distances, [[0]]);
  },

  async "records that are linked into the graph are found by their new embeddings"({ client }) {
    const { n, ids: all, row } = many();
    const wide = {
      name: "wide",
      generate: async (texts) => texts.map((text) => row(Number(text.split(" ")[1]))),
    };
    const notes = await client.createCollection({ name: "wide", embeddingFunction: letters() });
    await notes.add({ ids: all, documents: all.map((_, i) => textOf(i)) });
    await notes.reembed({ embeddingFunction: wide, batchSize: 1000 });
    await linked(client);
    ok((await notes.getIndexingStatus()).num_indexed_ops === n, "there is a graph");
    for (const i of [0, 1234, n - 1]) {
      const { ids: found } = await notes.query({ queryTexts: [`like ${i}`], nResults: 5 });
      const distanceTo = (j) => {
        const [a, b] = [row(i), row(j)];
        return a.reduce((sum, number, k) => sum + (number - b[k]) ** 2, 0);
      };
      const exact = all.map((id, j) => [distanceTo(j), id]).sort(([a], [b]) => a - b);
      equal(
        found[0],
        exact.slice(0, 5).map(([, id]) => id),
      );
    }
  },
};
