// One add of many records: checked and sent in slices, stored as a whole or not at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankPages, crash } from "../conformance/support/browser.mjs";

const COUNT = 5_000;
const openPage = blankPages();

/** Defined in the page: a new collection, and so many records from one on. */
function prepare() {
  globalThis.fresh = async (options) => {
    const { PersistentClient, EphemeralClient } = await import("/dist/index.js");
    const client = options.path ? new PersistentClient(options) : new EphemeralClient(options);
    const notes = await client.getOrCreateCollection({ name: "notes", embeddingFunction: null });
    return { client, notes };
  };
  globalThis.records = (first, count) => {
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    return {
      ids: numbers.map((number) => `r${number}`),
      embeddings: numbers.map((number) => new Array(64).fill(0).with(number % 64, 1)),
      documents: numbers.map((number) => `document ${number}`),
      metadatas: numbers.map((number) => ({ number })),
    };
  };
}

async function preparedPage(url) {
  const page = await openPage();
  if (url) await page.goto(url);
  await page.evaluate(prepare);
  return page;
}

const PLACES = [
  ["in a worker, kept", { path: "long-worker" }],
  ["in a worker, in memory", {}],
  ["in the page, kept", { path: "long-page", worker: false }],
  ["in the page, in memory", { worker: false }],
];

for (const [where, options] of PLACES) {
  test(`what is wrong with a late record of a long add keeps all of it away, ${where}`, async () => {
    const page = await preparedPage();
    const told = await page.evaluate(
      async ([options, count]) => {
        const { client, notes } = await globalThis.fresh(options);
        await notes.add(globalThis.records(-1, 1));
        const spoilt = (spoil) => {
          const records = globalThis.records(0, count);
          spoil(records, count - 2);
          return records;
        };
        const cases = [
          (records, at) => (records.ids[at] = records.ids[0]),
          (records, at) => (records.documents[at] = 5),
          (records, at) => records.embeddings[at].pop(),
          (records, at) => (records.embeddings[at][3] = "three"),
          (records, at) => (records.metadatas[at] = { when: new Date() }),
          // These are found by the engine.
          (records, at) => (records.embeddings[at][3] = Number.NaN),
          (records, at) => (records.metadatas[at] = {}),
        ];
        const told = [];
        for (const method of ["add", "upsert"]) {
          for (const spoil of cases) {
            const error = await notes[method](spoilt(spoil)).then(
              () => "stored",
              ({ code, message }) => `${code} ${message.includes(`r${count - 2}`)}`,
            );
            told.push([error, await notes.count()]);
          }
        }
        // Whatever was sent before has no part in what comes next.
        await notes.add(globalThis.records(0, 200));
        const { ids } = await notes.get({ include: [] });
        await client.close();
        return { told, ids };
      },
      [options, COUNT],
    );
    const expected = [
      "duplicate_id false",
      "invalid_argument true",
      "dimension_mismatch true",
      "invalid_argument true",
      "invalid_metadata true",
      "non_finite true",
      "invalid_metadata true",
    ].map((error) => [error, 1]);
    assert.deepEqual(told.told, [...expected, ...expected]);
    assert.deepEqual(
      told.ids,
      Array.from({ length: 201 }, (_, i) => `r${i - 1}`),
    );
    await page.close();
  });

  test(`calls after a long add come after it, ${where}`, async () => {
    const page = await preparedPage();
    const seen = await page.evaluate(
      async ([options, count]) => {
        const { client, notes } = await globalThis.fresh({
          ...options,
          ...(options.path && { path: `${options.path}-order` }),
        });
        const ended = [];
        const note = (name) => () => ended.push(name);
        const [first, read, second, , third] = await Promise.all([
          notes.add(globalThis.records(0, count)).then(note("first")),
          notes.get({ limit: 1 }).then(({ ids }) => ids),
          notes.add(globalThis.records(count, count)).then(note("second")),
          // Of a record that is still to be sent.
          notes.update({
            ids: [`r${2 * count - 1}`],
            documents: ["updated"],
            embeddings: [new Array(64).fill(1)],
          }),
          notes.delete({ ids: ["r0"] }).then(note("third")),
        ]);
        const { ids } = await notes.get({ include: [] });
        const last = await notes.get({ ids: [`r${2 * count - 1}`] });
        await client.close();
        return { ended, read, ids, last: last.documents, first, second, third };
      },
      [options, COUNT],
    );
    assert.deepEqual(seen.ended, ["first", "second", "third"]);
    // A read does not wait for writes.
    assert.deepEqual(seen.read, []);
    assert.deepEqual(seen.last, ["updated"]);
    assert.deepEqual(
      seen.ids,
      Array.from({ length: 2 * COUNT - 1 }, (_, i) => `r${i + 1}`),
    );
    await page.close();
  });

  test(`a long add that is aborted stores nothing or everything, ${where}`, async () => {
    const page = await preparedPage();
    const told = await page.evaluate(
      async ([options, count]) => {
        const { client, notes } = await globalThis.fresh({
          ...options,
          ...(options.path && { path: `${options.path}-abort` }),
        });
        const told = [];
        for (const wait of [0, 5, 10, 20, 40, 80, 160]) {
          const controller = new AbortController();
          const adding = notes.add({ ...globalThis.records(0, count), signal: controller.signal });
          setTimeout(() => controller.abort("enough"), wait);
          const outcome = await adding.then(
            () => "stored",
            (reason) => reason,
          );
          // Comes after the add, whatever became of it.
          const deleted = await notes.delete({ where: { number: { $gte: 0 } } });
          told.push([outcome, deleted]);
        }
        await client.close();
        return told;
      },
      [options, COUNT],
    );
    for (const [outcome, deleted] of told) {
      if (outcome === "stored") assert.equal(deleted.deleted, COUNT);
      else {
        assert.equal(outcome, "enough");
        assert.ok(
          [0, COUNT].includes(deleted.deleted),
          `${deleted.deleted} of ${COUNT} are stored`,
        );
      }
    }
    assert.deepEqual(told[0], ["enough", { deleted: 0 }], "it ends at once");
    await page.close();
  });
}

test("a tab that is killed in a long add leaves all of it or nothing", async () => {
  const blank = await openPage();
  const url = blank.url();
  const context = await blank.context().browser().newContext();
  const counts = [];
  for (const wait of [30, 80, 150, 250, 400, 600]) {
    const page = await context.newPage();
    await page.goto(url);
    await page.evaluate(prepare);
    const before = await page.evaluate(async () => {
      const { notes } = await globalThis.fresh({ path: "long-killed" });
      globalThis.notes = notes;
      return notes.count();
    });
    const adding = page
      .evaluate(
        ([first, count]) => globalThis.notes.add(globalThis.records(first, count)),
        [before, COUNT],
      )
      .then(
        () => true,
        () => false,
      );
    await new Promise((resolve) => setTimeout(resolve, wait));
    await crash(page);
    const stored = await adding;
    await page.close();
    counts.push({ before, stored });
  }
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(prepare);
  const { last, ids } = await page.evaluate(async () => {
    const { client, notes } = await globalThis.fresh({ path: "long-killed" });
    const { ids } = await notes.get({ include: [] });
    await client.close();
    return { last: ids.length, ids };
  });
  const after = [...counts.slice(1).map(({ before }) => before), last];
  for (const [at, { before, stored }] of counts.entries()) {
    const added = after[at] - before;
    assert.ok(added === COUNT || (added === 0 && !stored), `${added} of ${COUNT}: ${stored}`);
  }
  assert.deepEqual(
    ids,
    Array.from({ length: last }, (_, i) => `r${i}`),
  );
  await context.close();
});
