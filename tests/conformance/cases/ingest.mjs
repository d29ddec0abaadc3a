// Bringing many records in, batch by batch.
import { equal, ok, rejects } from "../support/assert.mjs";
import { letters } from "../support/records.mjs";

const numbered = (count, from = 0) =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${from + i}`,
    document: `text ${from + i}`,
    metadata: { number: from + i },
  }));

/** `letters`, and the ids of what it embedded: the last word of every text. */
function embedder() {
  const base = letters();
  const numbers = () => base.calls.flat().map((text) => Number(text.split(" ")[1]));
  return { ...base, numbers };
}

async function notesOf(client, embeddingFunction = embedder()) {
  return client.createCollection({ name: "notes", embeddingFunction });
}

const range = (count, from = 0) => Array.from({ length: count }, (_, i) => from + i);

export const cases = {
  async "every kind of source is stored as it is, in order"({ client }) {
    const sources = {
      array: (records) => records,
      iterable: (records) => new Set(records),
      generator: function* (records) {
        yield* records;
      },
      asynchronous: async function* (records) {
        yield* records;
      },
      stream: (records) =>
        new ReadableStream({
          start(controller) {
            for (const record of records) controller.enqueue(record);
            controller.close();
          },
        }),
    };
    for (const [kind, source] of Object.entries(sources)) {
      const notes = await client.createCollection({ name: kind, embeddingFunction: embedder() });
      const end = await notes.ingest(source(numbered(23)), { batchSize: 5 });
      equal([end.done, end.skipped, end.total], [23, 0, kind === "array" ? 23 : undefined]);
      const { ids, documents, metadatas } = await notes.get();
      equal([ids.length, ids[22], documents[22], metadatas[22].number], [23, "r22", "text 22", 22]);
      equal(
        ids,
        numbered(23).map(({ id }) => id),
        kind,
      );
      equal(notes.embeddingFunction.numbers(), range(23));
    }
  },

  async "a stream without an iterator is read through its reader"({ client }) {
    const notes = await notesOf(client);
    let cancelled = 0;
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(numbered(1, 0)[0]),
      cancel: () => {
        cancelled += 1;
      },
    });
    const old = { getReader: () => stream.getReader() };
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const { signal } = controller;
    await notes.ingest(old, { batchSize: 1, onProgress, signal }).then(
      () => ok(false, "expected a rejection"),
      (reason) => equal(reason.message, "enough"),
    );
    for (let tries = 0; cancelled === 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    equal(cancelled, 1);
  },

  async "progress tells what is stored, of how many, and how fast"({ client }) {
    const notes = await notesOf(client);
    const told = [];
    const onProgress = (progress) => told.push(progress);
    const end = await notes.ingest(numbered(12), { batchSize: 5, onProgress });
    equal(
      told.map(({ done, skipped, total }) => [done, skipped, total]),
      [
        [5, 0, 12],
        [10, 0, 12],
        [12, 0, 12],
      ],
    );
    ok(told.every(({ rate }) => rate > 0));
    ok(told[0].remaining > 0 && told[2].remaining === 0);
    equal([end.done, end.total], [12, 12]);
    const unknown = await notes.ingest(new Set(numbered(2)), { total: 7 });
    equal([unknown.done, unknown.total], [2, 7]);
    const nothing = await notes.ingest([]);
    equal([nothing.done, nothing.rate >= 0, nothing.remaining], [0, true, 0]);
  },

  async "embeddings that are given are stored; only the others are made"({ client }) {
    const notes = await notesOf(client);
    const [one, two, three] = numbered(3);
    await notes.ingest([
      { ...one, embedding: [1, 2, 3] },
      two,
      { id: three.id, embedding: new Float32Array([4, 5, 6]) },
    ]);
    const got = await notes.get({ include: ["documents", "embeddings", "metadatas"] });
    equal(got.embeddings, [
      [1, 2, 3],
      [6, 1, 2],
      [4, 5, 6],
    ]);
    equal([got.documents[2], got.metadatas[2]], [null, null]);
    equal(notes.embeddingFunction.numbers(), [1]);
  },

  async "what is there is updated; with resume it stays, and is not embedded again"({ client }) {
    const notes = await notesOf(client);
    await notes.ingest(numbered(4));
    const changed = numbered(6).map((record) => ({
      ...record,
      document: `${record.document} new`,
    }));
    const resumed = await notes.ingest(changed, { resume: true, batchSize: 3 });
    equal([resumed.done, resumed.skipped], [6, 4]);
    equal((await notes.get()).documents, [
      ...numbered(4).map(({ document }) => document),
      "text 4 new",
      "text 5 new",
    ]);
    equal(notes.embeddingFunction.numbers(), range(6));
    await notes.ingest(changed);
    equal(
      (await notes.get()).documents,
      changed.map(({ document }) => document),
    );
  },

  async "after a failure the batches before are stored, and resume embeds the rest alone"({
    client,
  }) {
    const embeddingFunction = embedder();
    const { generate } = embeddingFunction;
    embeddingFunction.generate = async (texts) => {
      if (texts.includes("text 13") && embeddingFunction.calls.length === 2)
        throw new Error("down");
      return generate(texts);
    };
    const notes = await notesOf(client, embeddingFunction);
    const failed = await notes.ingest(numbered(20), { batchSize: 5 }).catch((reason) => reason);
    equal(failed.message, "down");
    equal(await notes.count(), 10);
    embeddingFunction.generate = generate;
    const end = await notes.ingest(numbered(20), { batchSize: 5, resume: true });
    equal([end.done, end.skipped, await notes.count()], [20, 10, 20]);
    equal(embeddingFunction.numbers(), range(20));
  },

  async "a source is read no further ahead than what is being embedded and written"({ client }) {
    let given = 0;
    const stored = [];
    function* source() {
      for (const record of numbered(50)) {
        given += 1;
        yield record;
      }
    }
    const notes = await notesOf(client);
    const onProgress = ({ done }) => stored.push(given - done);
    await notes.ingest(source(), { batchSize: 10, onProgress });
    equal(stored.length, 5);
    ok(
      stored.every((ahead) => ahead <= 10),
      `${stored}`,
    );
  },

  async "aborting rejects at once, ends the source and embeds no more"({ client }) {
    const controller = new AbortController();
    const { signal } = controller;
    let ended = false;
    function* source() {
      try {
        for (let i = 0; ; i += 1) yield numbered(1, i)[0];
      } finally {
        ended = true;
      }
    }
    const notes = await notesOf(client);
    const onProgress = ({ done }) => {
      if (done === 20) controller.abort(new Error("enough"));
    };
    const reason = await notes
      .ingest(source(), { batchSize: 10, onProgress, signal })
      .catch((error) => error);
    equal(reason.message, "enough");
    for (let tries = 0; !ended && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    ok(ended, "the source is told");
    const count = await notes.count();
    ok(count === 20 || count === 30, `${count} records`);
    const embedded = notes.embeddingFunction.numbers().length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(notes.embeddingFunction.numbers().length, embedded);
    const before = AbortSignal.abort("never");
    const never = await notes.ingest(numbered(3), { signal: before }).catch((why) => why);
    equal([never, await notes.count()], ["never", count]);
  },

  async "mistakes are named with their place in the source, and what was before stays"({ client }) {
    const notes = await notesOf(client);
    const bad = { code: "invalid_argument" };
    const [a, b, c] = numbered(3);
    const refused = (source, says, options) =>
      rejects(notes.ingest(source, options), { ...bad, says });
    await refused(
      [a, b, { document: "x" }],
      ["must be a string", "Records 0 to 2", "0 are stored"],
    );
    await refused([a, { ...b, text: "x" }], ["record 1 of the source", 'no option "text"']);
    await refused([a, "b"], "record 1 of the source must be an object");
    await refused([a, { id: "x" }], 'record "x" has no document to embed');
    await refused({ a }, "expects an array, an iterable");
    await refused("text", "expects an array, an iterable");
    await refused(undefined, "expects an array");
    await refused([a], 'no option "batchsize"', { batchsize: 3 });
    await refused([a], "batchSize must be at least 1", { batchSize: 0 });
    await refused([a], "onProgress must be a function", { onProgress: 1 });
    await rejects(notes.ingest([a, b, b]), { code: "duplicate_id", says: "Records 0 to 2" });
    equal(await notes.count(), 0);
    await rejects(notes.ingest([a, b, c, { ...c, id: "d", embedding: [1] }], { batchSize: 3 }), {
      code: "dimension_mismatch",
      says: ["Records 3 to 3 of the source; 3 are stored"],
    });
    equal(await notes.count(), 3);
  },
};
