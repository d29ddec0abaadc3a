// Random searches. A search is drawn once, as a function of the package that is to build it.

/** Mulberry32: every run draws the same numbers. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A function from a package to the search that `seed` stands for, built by that package. */
export function randomSearch(seed) {
  const next = generator(seed);
  const below = (n) => Math.floor(next() * n);
  const pick = (items) => items[below(items.length)];
  const maybe = (make) => (next() < 0.5 ? make() : undefined);
  const some = (make) => Array.from({ length: 1 + below(3) }, make);
  const number = () => pick([0, 1, -1, 0.5, 60, -2.25, 1e-9, 1e9]);
  const key = () => pick(["year", "lang", "tags", "a.b", "#document", "#id"]);
  const scalar = () => pick([1999, -1.5, "en", "", true, false]);

  const comparison = () => {
    const [name, value, list, text] = [key(), scalar(), some(scalar), pick(["a", "ü.*", ""])];
    const method = pick(["eq", "ne", "gt", "gte", "lt", "lte", "contains", "notContains"]);
    const operator = pick(["$eq", "$lt", "$in", "$regex", "$not_contains"]);
    return pick([
      (p) => p.K(name)[method](name === "#document" ? text : value),
      (p) => p.K(name).isIn(list),
      (p) => p.K(name).notIn(new Set(list)),
      (p) => p.K.DOCUMENT.regex(text),
      (p) => p.K(name).notRegex(text),
      (p) => new p.Key(name).eq(value),
      () => ({ [name]: value }),
      () => ({ [name]: { [operator]: value } }),
    ]);
  };
  const where = (depth) => {
    if (depth === 0) return comparison();
    const [left, right] = [where(depth - 1), where(depth - 1)];
    const clauses = some(() => where(depth - 1));
    const expression = (p, clause) => p.WhereExpression.from(clause(p));
    const plain = (p, clause) => expression(p, clause).toJSON();
    return pick([
      comparison(),
      (p) => expression(p, left).and(right(p)),
      (p) => expression(p, left).or(right(p)),
      (p) => ({ $and: clauses.map((clause) => plain(p, clause)) }),
      (p) => ({ $or: clauses.map((clause) => plain(p, clause)) }),
      (p) => expression(p, left).and(null),
    ]);
  };

  const knn = () => {
    const query = pick([[1, 0.25], "a text", { indices: [1, 5], values: [0.5, 2] }]);
    const typed = maybe(() => new Float32Array([0.1, -3, 7]));
    const options = { query: typed ?? query };
    if (next() < 0.5) options.limit = 1 + below(200);
    if (next() < 0.5) options.default = pick([null, 0, 10.5]);
    if (next() < 0.5) options.returnRank = pick([true, false]);
    const name = maybe(() => pick(["#embedding", "sparse"]));
    const asKey = next() < 0.5;
    return (p) => p.Knn(name ? { ...options, key: asKey ? p.K(name) : name } : options);
  };
  const leaf = () => {
    const value = number();
    return pick([knn(), knn(), (p) => p.Val(value), () => value, () => ({ $val: value })]);
  };
  const rank = (depth) => {
    if (depth === 0) return leaf();
    const [a, b] = [rank(depth - 1), rank(depth - 1)];
    const operands = some(() => rank(depth - 1));
    const many = pick(["Sum", "Mul", "Max", "Min"]);
    const chained = pick(["add", "multiply", "max", "min"]);
    const two = pick(["Sub", "Div"]);
    const one = pick(["Abs", "Exp", "Log"]);
    const method = pick(["negate", "abs", "exp", "log"]);
    const k = maybe(() => 1 + below(100));
    const weights = maybe(() => operands.map(() => 0.5 + below(4)));
    const normalize = next() < 0.5;
    const built = (p, items) => items.map((item) => item(p));
    const expression = (p, item) => p.RankExpression.from(item(p));
    return pick([
      leaf(),
      (p) => p[many](...built(p, operands)),
      (p) => expression(p, a)[chained](...built(p, operands)),
      (p) => expression(p, a)[chained](),
      (p) => p[two](a(p), b(p)),
      (p) => expression(p, a).subtract(b(p)),
      (p) => expression(p, a).divide(b(p)),
      (p) => p[one](a(p)),
      (p) => expression(p, a)[method](),
      (p) => expression(p, a).toJSON(),
      (p) => p.Rrf({ ranks: built(p, operands), k, weights, normalize }),
    ]);
  };

  const groupBy = () => {
    const [keys, k, by] = [some(key), 1 + below(5), some(key)];
    const method = pick(["minK", "maxK"]);
    const operator = pick(["$min_k", "$max_k"]);
    const Class = method === "minK" ? "MinK" : "MaxK";
    return pick([
      (p) => new p.GroupBy(keys.map(p.K), p.Aggregate[method]([...by, p.K.SCORE], k)),
      (p) => new p.GroupBy(keys.map(p.K), new p[Class](by.map(p.K), k)),
      () => ({ keys, aggregate: { [operator]: { keys: by, k } } }),
    ]);
  };
  const limit = () => {
    const [n, offset] = [1 + below(50), below(50)];
    return pick([n, { limit: n }, { limit: n, offset }, { offset, limit: null }, null]);
  };
  const selected = () => {
    const names = [...some(key), ...some(key)];
    return pick([
      () => names,
      () => new Set(names),
      () => ({ keys: names }),
      (p) => [...names.map(p.K), p.K.SCORE, p.K.DOCUMENT],
      (p) => new p.Select(names),
      (p) => p.Select.all(),
    ]);
  };

  const parts = {
    where: maybe(() => where(below(4))),
    rank: maybe(() => rank(below(4))),
    groupBy: maybe(groupBy),
    select: maybe(selected),
  };
  const wanted = maybe(limit);
  const offset = maybe(() => below(9));
  const given = (p) =>
    Object.fromEntries(
      Object.entries(parts)
        .filter(([, make]) => make)
        .map(([name, make]) => [name, make(p)]),
    );
  return next() < 0.5
    ? (p) => p.toSearch({ ...given(p), limit: wanted })
    : (p) => {
        const all = Object.entries(given(p));
        return all
          .reduce((search, [name, value]) => search[name](value), new p.Search())
          .limit(wanted, offset);
      };
}
