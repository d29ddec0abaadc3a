// Calls that both sides have to refuse, and some that look as if they should be.
import { embedding, metadata } from "./values.mjs";

const wheres = [
  {},
  { i: 1, s: "a" },
  { $and: [{ i: 1 }] },
  { $or: [] },
  { $and: { i: 1 } },
  { i: {} },
  { i: { $gt: 1, $lt: 3 } },
  { i: { $gt: "1" } },
  { b: { $lte: true } },
  { i: { $in: [] } },
  { i: { $in: [1, "a"] } },
  { i: { $eq: [1, 2] } },
  { i: { $near: 1 } },
  { $not: [{ i: 1 }, { i: 2 }] },
  { i: [1, 2] },
  { li: { $contains: [1] } },
];

const whereDocuments = [
  {},
  { $contains: 5 },
  { $contains: "a", $not_contains: "b" },
  { $and: [{ $contains: "a" }] },
  { $like: "a" },
  { $regex: "(" },
  { $regex: "a(?=b)" },
  { $regex: "(a)\\1" },
  "apple",
];

const metadatas = [
  {},
  { "": 1 },
  { "#x": 1 },
  { $x: 1 },
  { nested: { a: 1 } },
  { list: [] },
  { list: [1, "a"] },
  { list: [null] },
  { list: [[1]] },
];

/** A bad call to a collection: `{ call, args }`. `shape` tells its dimension. */
export function badCall(random, shape) {
  const call = random.pick(["add", "upsert", "update"]);
  const write = (args) => ({ call, args: { ids: ["bad1", "bad2"], embeddings: rows(2), ...args } });
  const rows = (count) => random.list(count, () => embedding(random, shape));
  const options = [
    () => ({ call: random.pick(["get", "delete"]), args: { where: random.pick(wheres) } }),
    () => query({ where: random.pick(wheres) }),
    () => ({
      call: random.pick(["get", "delete"]),
      args: { whereDocument: random.pick(whereDocuments) },
    }),
    () => query({ whereDocument: random.pick(whereDocuments) }),
    () => write({ metadatas: [metadata(random), random.pick(metadatas)] }),
    () => write({ ids: ["bad1", "bad1"] }),
    () => write({ ids: ["bad1", ""] }),
    () => write({ ids: ["bad1", 5] }),
    () => write({ ids: [], embeddings: [] }),
    () => write({ ids: ["bad1"] }),
    () => write({ embeddings: rows(1) }),
    () => write({ documents: ["one"] }),
    () => write({ documents: ["one", 2] }),
    () => write({ uris: ["x://1"] }),
    () => write({ metadatas: [metadata(random)] }),
    () => write({ embeddings: random.list(2, () => [...embedding(random, shape), 1]) }),
    () => write({ embeddings: [embedding(random, shape), [...embedding(random, shape), 1]] }),
    () => write({ embeddings: [embedding(random, shape), []] }),
    () => write({ embeddings: [embedding(random, shape), ["a", "b"]] }),
    () => ({ call: "add", args: { ids: ["bad1"], metadatas: [metadata(random)] } }),
    () => ({ call: "get", args: { ids: [] } }),
    () => ({ call: "get", args: { ids: ["bad1", "bad1"] } }),
    () => ({ call: "get", args: { include: ["distances"] } }),
    () => ({ call: "get", args: { include: ["colors"] } }),
    () => ({ call: "get", args: { limit: random.pick([-1, 1.5]) } }),
    () => ({ call: "get", args: { offset: random.pick([-1, 1.5]) } }),
    () => query({ nResults: random.pick([-1, 1.5]) }),
    () => query({ queryEmbeddings: [[...embedding(random, shape), 1]] }),
    () => query({ queryEmbeddings: [] }),
    () => query({ queryEmbeddings: undefined }),
    () => query({ include: ["colors"] }),
    () => ({ call: "delete", args: { limit: 1 } }),
    () => ({ call: "delete", args: { where: { i: 1 }, limit: random.pick([-1, 1.5]) } }),
    () => ({ call: "delete", args: {} }),
  ];
  function query(args) {
    return { call: "query", args: { queryEmbeddings: rows(1), ...args } };
  }
  return random.pick(options)();
}

const names = [
  "ab",
  "a..b",
  "-abc",
  "abc-",
  "a b c",
  "192.168.0.1",
  "ünder",
  "a".repeat(513),
  "",
  "abc_",
];

/** A bad call to the client. */
export function badClientCall(random, taken) {
  const name = random.pick(names);
  const hnsw = random.pick([
    { space: "manhattan" },
    { ef_search: "many" },
    { ef_search: -1 },
    { max_neighbors: 1.5 },
  ]);
  return random.pick([
    () => ({ call: "createCollection", args: { name } }),
    () => ({ call: "getOrCreateCollection", args: { name } }),
    () => ({ call: "createCollection", args: { name: "fine", configuration: { hnsw } } }),
    () => ({ call: "createCollection", args: { name: "fine", metadata: {} } }),
    () => ({ call: "createCollection", args: { name: taken } }),
    () => ({ call: "getCollection", args: { name: "nowhere" } }),
    () => ({ call: "deleteCollection", args: { name: "nowhere" } }),
    () => ({ call: "listCollections", args: { limit: -1 } }),
  ])();
}
