// Searches as the built engine answers them: the wire form in, columns out.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { ours } from "./packages.mjs";

const { Aggregate, GroupBy, K, Knn, Rrf, Search } = ours;
const scope = { tenant: "default_tenant", database: "default_database" };
let database;
let id;

before(async () => {
  const { default: initialize, Database, primaryName } = await import("../../build/wasm/vecino.js");
  const read = (name) => readFile(inRoot("build", "wasm", name));
  const primary = await initialize({ module_or_path: await read("vecino_bg.wasm") });
  await WebAssembly.instantiate(await read("vecino_rare_bg.wasm"), { [primaryName]: primary });
  database = await Database.open();
  ({ id } = await database.call("createCollection", [scope, "texts"]));
  const batch = {
    ids: ["a", "b", "c", "d"],
    embeddings: new Float32Array([0, 0, 1, 0, 2, 0, 3, 0]),
    dimension: 2,
    documents: ["an ant", "a bee", null, "a dog"],
    metadatas: [{ kind: "x", year: 1 }, { kind: "y", year: 2 }, null, { kind: "x", tags: ["t"] }],
  };
  await database.call("add", [id, batch]);
});

const search = (...searches) =>
  database.callRare("search", [id, searches.map((one) => one.toPayload())]);
const nearest = (x, options) => Knn({ query: [x, 0], ...options });

test("a search has the columns that it selects", async () => {
  const ranked = new Search().rank(nearest(2.1)).limit(2, 1);
  const [bare, all, some] = await search(
    ranked,
    ranked.selectAll(),
    ranked.select(K.SCORE, "year", "tags", K.DOCUMENT),
  );
  assert.deepEqual(bare, { ids: ["d", "b"], select: [], dimension: 2 });
  const { scores, embeddings, ...rest } = all;
  assert.deepEqual(rest, {
    ids: ["d", "b"],
    documents: ["a dog", "a bee"],
    metadatas: [
      { kind: "x", tags: ["t"] },
      { kind: "y", year: 2 },
    ],
    select: ["#document", "#embedding", "#metadata", "#score"],
    dimension: 2,
  });
  assert.deepEqual(embeddings, new Float32Array([3, 0, 1, 0]));
  assert.deepEqual(
    scores.map((score) => score.toFixed(5)),
    ["0.81000", "1.21000"],
  );
  assert.deepEqual(some.metadatas, [{ tags: ["t"] }, { year: 2 }]);
  assert.deepEqual(some.select, ["#score", "year", "tags", "#document"]);
  assert.equal(some.embeddings, undefined);
});

test("filters restrict what is ranked, and without a rank there are no scores", async () => {
  const where = K("kind").eq("x").or(K.ID.eq("c"));
  const [ranked, plain, document] = await search(
    new Search({ where, rank: nearest(1, { limit: 2 }) }).select(K.METADATA),
    new Search({ where, select: [K.SCORE, "absent"] }),
    new Search({ where: K.DOCUMENT.contains("a ") }),
  );
  assert.deepEqual(ranked.ids, ["a", "c"]);
  assert.deepEqual(ranked.metadatas, [{ kind: "x", year: 1 }, null]);
  assert.deepEqual(plain.ids, ["a", "c", "d"]);
  assert.deepEqual(plain.metadatas, [null, null, null]);
  assert.equal(plain.scores, undefined);
  assert.deepEqual(document.ids, ["b", "d"]);
});

test("ranks are fused, and groups keep their best", async () => {
  const rank = Rrf({
    ranks: [0, 3].map((x) => nearest(x, { limit: 3, returnRank: true, default: 100 })),
    k: 10,
  });
  const grouped = new GroupBy([K("kind")], Aggregate.minK([K.SCORE], 1));
  const [fused, groups] = await search(
    new Search({ rank, select: [K.SCORE] }),
    new Search({ rank, groupBy: grouped }),
  );
  // a is first of the first list and in the other not at all; b is second and third, as c is.
  assert.deepEqual(fused.ids, ["b", "c", "a", "d"]);
  for (const [at, score] of [
    -(1 / 11 + 1 / 12),
    -(1 / 11 + 1 / 12),
    -(1 / 10 + 1 / 110),
  ].entries()) {
    assert.ok(Math.abs(fused.scores[at] - score) < 1e-6);
  }
  assert.deepEqual(groups.ids, ["b", "c", "a"]);
});

test("a score that is no number is null, and ranks last", async () => {
  const rank = nearest(0).subtract(1).log();
  const [{ ids, scores }] = await search(new Search({ rank, select: [K.SCORE] }));
  assert.deepEqual(ids, ["b", "c", "d", "a"]);
  assert.equal(scores[0], Number.NEGATIVE_INFINITY);
  assert.equal(scores[3], null);
});

test("mistakes are refused as a whole", async () => {
  const refused = (payload, code, message) =>
    assert.rejects(database.callRare("search", [id, [{}, payload]]), { code, message });
  await refused({ rank: { $val: 1 } }, "invalid_argument", /the rank has no \$knn/);
  await refused({ rank: { $knm: {} } }, "invalid_argument", /did you mean "\$knn"/);
  await refused(nearest(1).toJSON(), "invalid_argument", /unknown key "\$knn"/);
  await refused({ filter: { a: { $gtt: 1 } } }, "invalid_filter", /did you mean "\$gt"/);
  const rank = Knn({ query: [1] }).toJSON();
  await refused({ rank }, "dimension_mismatch", /expects 2/);
  await refused({ rank: Knn({ query: "text" }).toJSON() }, "invalid_argument", /is a text/);
  await assert.rejects(database.callRare("search", [id, {}]), { code: "invalid_argument" });
});
