// The search builder beside that of npm chromadb: the same calls say the same on the wire.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chroma, ours, wire } from "./packages.mjs";
import { randomSearch } from "./random.mjs";

const agree = (make) => assert.deepEqual(wire(make(ours)), wire(make(chroma)), String(make));

test("clauses say the same", () => {
  for (const make of [
    (p) => p.K("year").gte(1990).and(p.K("year").lt(2000)).and({ lang: "en" }),
    (p) =>
      p
        .K("a")
        .eq(1)
        .or(p.K("b").eq(2))
        .and(p.K("c").eq(3).and(p.K("d").ne(null))),
    (p) => p.K.ID.isIn(["a", "b"]).or(p.K.DOCUMENT.contains("text")),
    (p) => p.K("tags").contains(3).and(p.K("tags").notContains(true)),
    (p) => p.K.DOCUMENT.regex("^a").and(p.K.DOCUMENT.notRegex("z$")),
    (p) => p.K("a").isIn(new Set([1, 2])),
    (p) => p.K("a").notIn({ length: 2, 0: "x", 1: "y" }),
    (p) => p.K("a").eq(1).and(undefined).or(null),
    (p) => p.WhereExpression.from({ $and: [{ a: 1 }] }),
    (p) => p.WhereExpression.from({ $or: [{ a: 1 }, { $or: [{ b: 1 }, { c: 1 }] }] }),
    (p) => p.WhereExpression.from({ a: [1] }),
    (p) => p.WhereExpression.from(null),
  ]) {
    agree(make);
  }
});

test("ranks say the same", () => {
  const query = [1, 2, 3];
  for (const make of [
    (p) => p.Knn({ query }),
    (p) => p.Knn({ query: "text", key: p.K("sparse"), limit: 5, default: 0, returnRank: true }),
    (p) => p.Knn({ query: new Float32Array([0.1, 0.2]), default: null, returnRank: false }),
    (p) => p.Knn({ query: { indices: [1], values: [2] } }),
    (p) => p.Knn({ query: { length: 2, 0: 1, 1: 2 } }),
    (p) =>
      p
        .Knn({ query })
        .multiply(0.7)
        .add(p.Knn({ query: "b" }).multiply(0.3)),
    (p) => p.Val(1).add(2, { $val: 3 }).add(p.Sum(4, 5)),
    (p) => p.Sum(p.Knn({ query })),
    (p) => p.Max(1, p.Max(2, 3), p.Min(4, p.Min(5))),
    (p) => p.Mul(2, p.Mul(3, 4)).negate().abs().exp().log(),
    (p) =>
      p
        .Sub(1, p.Div(2, 3))
        .divide(p.Abs(4))
        .subtract(p.Exp(p.Log(5))),
    (p) => p.Rrf({ ranks: [p.Knn({ query, returnRank: true }), { $val: 3 }] }),
    (p) => p.Rrf({ ranks: [p.Val(1), p.Sum(2, 3)], k: 10, weights: [2, 6], normalize: true }),
    (p) => p.Rrf({ ranks: [1, 2, 3], weights: [0, 1, 0.5] }),
    (p) => p.RankExpression.from({ $sum: [p.Knn({ query }), { $val: 1 }] }),
    (p) => p.RankExpression.from(undefined),
  ]) {
    agree(make);
  }
});

test("searches say the same", () => {
  const { K } = chroma;
  for (const make of [
    (p) => new p.Search(),
    (p) => new p.Search({ where: { a: 1 }, rank: 0, limit: 3, select: ["a", "a", "#score"] }),
    (p) => new p.Search().rank(0).limit(10, 20).selectAll(),
    (p) => new p.Search({ where: { a: 1 }, rank: 1, limit: 3 }).where().rank(null).limit(),
    (p) => new p.Search().select(p.K.DOCUMENT, "a", p.K("b")),
    (p) => new p.Search().select(["a", p.K.SCORE]).where({ a: 1 }),
    (p) => new p.Search().select(new Set(["a"])),
    (p) => new p.Search().select({ keys: ["a"] }).limit({ offset: 4 }),
    (p) => new p.Search().select("a").select(),
    (p) => new p.Search().select(new p.Select(["z"])).limit(new p.Limit({ limit: 2, offset: 1 })),
    (p) => new p.Search().limit({ limit: null, offset: 0 }),
    (p) => p.toSearch({ groupBy: { keys: ["a"], aggregate: { $max_k: { keys: ["b"], k: 2 } } } }),
    (p) => new p.Search().groupBy(new p.GroupBy([p.K("a")], p.Aggregate.minK(["b", p.K.SCORE], 3))),
    (p) => new p.Search().groupBy(p.GroupBy.from(undefined)),
    (p) => p.Limit.from(7, 8),
    (p) => p.Limit.from(null),
    (p) => p.Select.all().values,
    (p) => [p.K("x").name, p.K.ID.name, p.K.DOCUMENT.name, p.K.EMBEDDING.name, p.K.METADATA.name],
    (p) => [p.K.SCORE === p.Key.SCORE, p.K("a") instanceof p.Key],
  ]) {
    agree(make);
  }
  assert.equal(ours.K.SCORE.name, K.SCORE.name);
});

test("4,000 random searches say the same", () => {
  const seen = new Set();
  for (let seed = 1; seed <= 4000; seed++) {
    const make = randomSearch(seed);
    const expected = wire(make(chroma));
    seen.add(JSON.stringify(expected));
    assert.deepEqual(wire(make(ours)), expected, `seed ${seed}`);
  }
  assert.ok(seen.size > 3000, `only ${seen.size} of them differ`);
});

test("what chromadb refuses is refused, with a code", () => {
  const query = [1];
  for (const make of [
    (p) => p.Knn({ query, limit: 0 }),
    (p) => p.Knn({ query, limit: 1.5 }),
    (p) => p.Knn({ query, default: Number.NaN }),
    (p) => p.Knn({ query, key: 3 }),
    (p) => p.Knn({ query: new Float32Array([Number.NaN]) }),
    (p) => p.Rrf({ ranks: [] }),
    (p) => p.Rrf({ ranks: [1], k: 0 }),
    (p) => p.Rrf({ ranks: [1], weights: [1, 2] }),
    (p) => p.Rrf({ ranks: [1], weights: [-1] }),
    (p) => p.Rrf({ ranks: [1], weights: [0], normalize: true }),
    (p) => p.Val(Number.POSITIVE_INFINITY),
    (p) => p.Sum(),
    (p) => p.Max(),
    (p) => p.Sum("a"),
    (p) => p.Val(1).subtract(undefined),
    (p) => p.Div(1, null),
    (p) => p.Abs(undefined),
    (p) => p.K("a").isIn([]),
    (p) => p.K("a").notIn(new Set()),
    (p) => p.K.DOCUMENT.contains(3),
    (p) => p.K.DOCUMENT.regex(/a/),
    (p) => p.WhereExpression.from("a"),
    (p) => p.WhereExpression.from({}),
    (p) => p.WhereExpression.from({ a: 1, b: 2 }),
    (p) => p.WhereExpression.from({ a: { $eq: 1, $ne: 2 } }),
    (p) => p.WhereExpression.from({ a: { $like: "x" } }),
    (p) => p.WhereExpression.from({ $and: [] }),
    (p) => p.WhereExpression.from({ $or: [null] }),
    (p) => new p.Limit({ offset: -1 }),
    (p) => new p.Search().limit(0),
    (p) => new p.Search().limit("3"),
    (p) => new p.Search().select([3]),
    (p) => p.Select.from(3),
    (p) => new p.GroupBy([], p.Aggregate.minK(["a"], 1)),
    (p) => p.Aggregate.minK([], 1),
    (p) => p.Aggregate.maxK(["a"], 0),
    (p) => p.GroupBy.from({ keys: ["a"] }),
    (p) => p.GroupBy.from({ keys: "a", aggregate: { $min_k: { keys: ["b"], k: 1 } } }),
    (p) => p.Aggregate.from({ $first: 1 }),
  ]) {
    assert.throws(() => make(chroma), String(make));
    assert.throws(
      () => make(ours),
      ({ code, message }) => {
        assert.match(code, /^invalid_(argument|filter)$/, String(make));
        return /expected|needs/.test(message);
      },
      String(make),
    );
  }
});

test("what chromadb would only notice on the server is refused at once", () => {
  const check = (make, message) => {
    make(chroma);
    assert.throws(() => make(ours), { name: "ChromaValueError", message }, String(make));
  };
  check((p) => p.Knn({ query: [1, Number.NaN] }), /^Knn's query\[1\] is the number NaN/);
  check((p) => p.Knn({ query: ["1"] }), /^Knn's query\[0\] is the string "1"/);
  check((p) => p.Aggregate.minK(["a"], 1.5), /^The k of MinK is the number 1.5/);
});

test("a search is not changed by building on it, nor by what its parts become", () => {
  const base = new ours.Search().where(ours.K("a").eq(1));
  const before = wire(base);
  base.rank(1).limit(3).select("x").where({ b: 2 });
  assert.deepEqual(wire(base), before);

  const query = [1, 2];
  const raw = { $sum: [{ $val: 1 }] };
  const rank = ours.Sum(ours.Knn({ query }), raw);
  const said = wire(rank);
  query.push(3);
  raw.$sum.push({ $val: 2 });
  wire(rank).$sum.length = 0;
  rank.toJSON().$sum.length = 0;
  assert.deepEqual(wire(rank), said);
});

test("expressions of another copy of the language are understood", () => {
  const foreign = new chroma.Search({
    where: chroma.K("a").eq(1),
    rank: chroma.Rrf({ ranks: [chroma.Knn({ query: [1] })] }),
    groupBy: new chroma.GroupBy([chroma.K("g")], chroma.Aggregate.minK(["b"], 1)),
  });
  const search = ours.toSearch({
    where: foreign.whereClause,
    rank: foreign.rankExpression,
    groupBy: foreign.groupByConfig,
  });
  assert.deepEqual(wire(search), wire(foreign));

  const { K, MinK } = chroma;
  const mixed = (p) => [
    new p.Search().select(new chroma.Select(["a"])),
    new p.Select([K.SCORE, K("a")]),
    p.Knn({ query: [1], key: K("sparse") }),
    new p.GroupBy([K("g")], new MinK([K.SCORE], 2)),
  ];
  assert.deepEqual(mixed(ours).map(wire), mixed(chroma).map(wire));
});

test("typed arrays survive in literals", () => {
  const rank = ours.RankExpression.from({ $knn: { query: new Float32Array([1, 2]) } });
  assert.deepEqual(wire(rank), { $knn: { query: [1, 2] } });
});
