// One tab embeds a collection anew while another one writes to it and asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { places, profiles } from "./support.mjs";

const profile = profiles();
const COUNT = 300;

/** In the page: opens the collection, which the first tab creates. */
async function openInPage([worker, count]) {
  const { PersistentClient } = await import("/dist/index.js");
  const client = new PersistentClient({ path: "reembedding", worker });
  const old = {
    name: "old",
    generate: async (texts) => texts.map((text) => [Number(text.split(" ")[1]), 0, 0]),
  };
  const notes = await client.getOrCreateCollection({ name: "notes", embeddingFunction: old });
  const ids = Array.from({ length: count }, (_, i) => `d${i}`);
  if (count > 0) await notes.add({ ids, documents: ids.map((_, i) => `text ${i}`) });
  Object.assign(globalThis, { client, notes });
  return notes.count();
}

/** In the page: embeds anew, slowly enough for others to write. */
async function reembedInPage() {
  const calls = [];
  const embeddingFunction = {
    name: "new",
    async generate(texts) {
      calls.push(...texts);
      await new Promise((resolve) => setTimeout(resolve, 15));
      return texts.map((text) => [Number(text.split(" ")[1]), 1]);
    },
  };
  const { done, total } = await globalThis.notes.reembed({ embeddingFunction, batchSize: 20 });
  return { done, total, calls };
}

/** In the page: writes and asks until the other tab has moved the collection over; what was acknowledged. */
async function writeInPage() {
  const { notes } = globalThis;
  const kept = {};
  for (let i = 0; ; i += 1) {
    try {
      const number = 1000 + i;
      await notes.add({ ids: [`w${i}`], documents: [`text ${number}`], metadatas: [{ i }] });
      kept[`w${i}`] = number;
      if (i % 3 === 0) {
        await notes.update({ ids: [`d${i}`], documents: [`text ${number + 5000}`] });
        kept[`d${i}`] = number + 5000;
      }
      if (i % 3 === 1) {
        await notes.delete({ ids: [`d${i}`] });
        kept[`d${i}`] = undefined;
      }
      const { ids } = await notes.query({ queryTexts: [`text ${number}`], nResults: 1 });
      if (ids[0][0] !== `w${i}`) return { wrong: `${ids[0][0]} for w${i}` };
    } catch ({ code, message }) {
      return {
        kept: Object.entries(kept).map(([id, number]) => [id, number ?? null]),
        code,
        message,
      };
    }
    // A writer that never rests would keep the other tab from ending.
    await new Promise((resolve) => setTimeout(resolve, i < 40 ? 5 : 60));
  }
}

async function readInPage(again) {
  const { client } = globalThis;
  const notes = again ? await client.getCollection({ name: "notes" }) : globalThis.notes;
  const { ids, embeddings, metadatas } = await notes.get({
    include: ["embeddings", "metadatas"],
    consistency: "strong",
  });
  const { collections, ok } = await client.verify();
  return { ids, embeddings, metadatas, ok, known: collections.length };
}

for (const { place, worker } of places) {
  test(`${place}: what another tab writes meanwhile is embedded, and it is told of the change`, async (t) => {
    const { tab } = await profile(t);
    const [{ page: one }, { page: two }] = [await tab(), await tab()];
    assert.equal(await one.evaluate(openInPage, [worker, COUNT]), COUNT);
    assert.equal(await two.evaluate(openInPage, [worker, 0]), COUNT);
    const [{ done, total, calls }, { wrong, kept, code, message }] = await Promise.all([
      one.evaluate(reembedInPage),
      two.evaluate(writeInPage),
    ]);
    assert.equal(wrong, undefined);
    assert.equal(code, "embedding_function");
    assert.match(message, /embedded anew.*get the collection again/);
    assert.equal(done, total);
    assert.equal(new Set(calls).size, calls.length, "a text was embedded twice");

    const expected = new Map(Array.from({ length: COUNT }, (_, i) => [`d${i}`, i]));
    for (const [id, number] of kept) {
      if (number === null) expected.delete(id);
      else expected.set(id, number);
    }
    assert.ok(kept.length > 20, `${kept.length} writes`);
    for (const [page, again] of [
      [one, false],
      [two, false], // what takes no embeddings goes on
      [two, true],
    ]) {
      const { ids, embeddings, metadatas, ok, known } = await page.evaluate(readInPage, again);
      assert.deepEqual(new Set(ids), new Set(expected.keys()));
      for (const [row, id] of ids.entries()) {
        assert.deepEqual(embeddings[row], [expected.get(id), 1], id);
      }
      assert.deepEqual(metadatas[ids.indexOf("w7")], { i: 7 });
      assert.deepEqual([ok, known], [true, 1]);
    }
  });
}
