import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, linked, many } from "../support/records.mjs";

/** As `many`, with a group of 40 and a serial number. */
async function large(client, configuration) {
  const { n, ids, embeddings, row } = many();
  const metadatas = ids.map((_, i) => ({ group: i % 40, serial: i }));
  const collection = await client.createCollection({ name: "large", configuration });
  await collection.add({ ids, embeddings, metadatas });
  await linked(client);
  return { collection, n, row };
}

export const cases = {
  async "a query explains how it was answered, where it is asked to"({ client }) {
    const collection = await collectionOf(client);
    const query = { queryEmbeddings: [[1, 0], [0, 1]], nResults: 2 }; // biome-ignore format: two queries
    equal((await collection.query(query)).explain, undefined);
    const { explain } = await collection.query({
      ...query,
      where: { kind: "fruit" },
      explain: true,
    });
    equal(explain.length, 2);
    for (const { plan, ef, matches, scanned, walked, milliseconds } of explain) {
      equal(
        { plan, ef, matches, scanned, walked },
        {
          plan: "exact",
          ef: null,
          matches: 3,
          scanned: 3,
          walked: 0,
        },
      );
      ok(milliseconds >= 0);
    }
  },

  async "large collections are walked, and filters, efSearch and exact change how"({ client }) {
    const { collection, n, row } = await large(client, { hnsw: { ef_search: 30 } });
    const ask = async (options) => {
      const query = { queryEmbeddings: [row(7)], nResults: 5, include: [], explain: true };
      const { ids, explain } = await collection.query({ ...query, ...options });
      equal(ids[0][0], "r7", JSON.stringify(options));
      return explain[0];
    };
    const walk = await ask({});
    equal([walk.plan, walk.ef, walk.matches, walk.scanned], ["graph", 30, n, 0]);
    ok(walk.walked > 100 && walk.walked < n, `${walk.walked} walked`);
    const wide = await ask({ efSearch: 3 });
    equal([wide.plan, wide.ef], ["graph", 5], "never fewer than results");
    ok(wide.walked < walk.walked);
    const exact = await ask({ exact: true });
    equal([exact.plan, exact.ef, exact.scanned, exact.walked], ["exact", null, n, 0]);
    const few = await ask({ where: { group: 7 } });
    equal([few.plan, few.matches, few.scanned], ["exact", n / 40, n / 40]);
    const half = await ask({ where: { serial: { $lt: n / 2 } }, efSearch: 10 });
    equal([half.plan, half.matches, half.scanned], ["graph", n / 2, 0]);
    // None of the group that the query belongs to: what matches is elsewhere.
    const { ids, explain } = await collection.query({
      queryEmbeddings: [row(7)],
      where: { group: { $ne: 7 } },
      efSearch: 20,
      explain: true,
    });
    equal([explain[0].plan, explain[0].scanned], ["exact", n - n / 40]);
    ok(explain[0].walked > 0 && ids[0].length === 10);
  },

  async "whatever the graph is walked on, an embedding finds itself at distance 0"({ client }) {
    const { collection, n, row } = await large(client, {
      quantization: "none",
      hnsw: { ef_search: 50 },
    });
    equal(collection.configuration.quantization, "none");
    const check = async () => {
      for (let i = 150; i < n; i += 500) {
        const { ids, distances } = await collection.query({ queryEmbeddings: [row(i)] });
        equal([ids[0][0], distances[0][0]], [`r${i}`, 0]);
      }
    };
    await check();
    await collection.modify({ configuration: { quantization: "binary" } });
    equal(collection.configuration.quantization, "binary");
    await check();
    const scan = async (options) => {
      const where = { serial: { $lt: n / 2 } };
      const query = { queryEmbeddings: [row(7)], where, explain: true, ...options };
      const { ids, distances, explain } = await collection.query(query);
      return { found: [ids, distances], explain: explain[0] };
    };
    const [byCodes, exact] = [await scan({}), await scan({ exact: true })];
    equal(
      [byCodes.explain.plan, byCodes.explain.ef, byCodes.explain.scanned],
      ["codes", null, n / 2],
    );
    equal(exact.explain.plan, "exact");
    equal(byCodes.found, exact.found);
    await collection.modify({ configuration: { quantization: "int8" } });
    equal(collection.configuration.quantization, undefined, "the default is left out");
    await check();
  },

  async "recall is measured, an ef_search recommended and set"({ client }) {
    const { collection, row } = await large(client, { hnsw: { ef_search: 10 } });
    const seen = [];
    const report = await collection.measureRecall({
      sample: 30,
      target: 0.99,
      onProgress: (point) => seen.push(point),
    });
    equal([report.k, report.queries, report.target], [10, 30, 0.99]);
    equal(report.configured.ef_search, 10);
    ok(report.configured.recall > 0.3 && report.configured.recall <= 1);
    equal(seen, [report.configured, ...report.points]);
    ok(report.points.every(({ milliseconds }) => milliseconds > 0));
    const last = report.points.at(-1);
    equal([report.recommended, last.recall >= 0.99], [last.ef_search, true]);
    equal(collection.configuration.hnsw.ef_search, 10, "nothing is set unasked");

    const own = { queryEmbeddings: [row(1), row(2)], k: 3, target: 0.5, apply: true };
    const { queries, recommended } = await collection.measureRecall(own);
    equal([queries, collection.configuration.hnsw.ef_search], [2, recommended]);
  },

  async "a collection that is scanned needs no ef_search"({ client }) {
    const collection = await collectionOf(client);
    const { configured, points, recommended, queries } = await collection.measureRecall();
    equal([configured.recall, points, recommended, queries], [1, [], null, 4]);
  },

  async "measuring recall says what is wrong, and stops when it is aborted"({ client }) {
    const collection = await collectionOf(client);
    const bad = (options, says) =>
      rejects(collection.measureRecall(options), { code: "invalid_argument", says });
    await bad({ target: 95 }, "target must be above 0 and at most 1, got 95");
    await bad({ sample: 0 }, "sample must be a whole number from 1 to 10000");
    await bad({ k: 1.5 }, "k must be a whole number");
    await bad({ apply: "yes" }, "apply must be true or false");
    await bad({ recall: 0.9 }, "recall");
    await bad({ onProgress: 1 }, "onProgress must be a function");
    const dimension = { code: "dimension_mismatch" };
    await rejects(collection.measureRecall({ queryEmbeddings: [[1, 2, 3]] }), dimension);
    const signal = AbortSignal.abort(new Error("enough"));
    const error = await collection.measureRecall({ signal }).catch((reason) => reason);
    equal(error, signal.reason);
    const empty = await client.createCollection({ name: "empty" });
    await rejects(empty.measureRecall(), { code: "invalid_argument", says: "empty" });
  },

  async "a query's options are checked"({ client }) {
    const collection = await collectionOf(client);
    const bad = (options, says) =>
      rejects(collection.query({ queryEmbeddings: [[1, 0]], ...options }), {
        code: "invalid_argument",
        says,
      });
    await bad({ efSearch: 0 }, "efSearch must be a whole number from 1 to 10000");
    await bad({ efSearch: "100" }, "efSearch must be a whole number");
    await bad({ exact: 1 }, "exact must be true or false");
    await bad({ explain: "yes" }, "explain must be true or false");
    const odd = { name: "odd", configuration: { quantization: "int4" } };
    await rejects(client.createCollection(odd), {
      code: "invalid_configuration",
      says: ['"int4"', '"int8", "binary" or "none"'],
    });
  },
};
