/** Searches as callers write them, in the form that the engine takes. */
import { checkCount, checkOptions, checkString, plainObject } from "./arguments.js";
import { type Embedder, embedQueries } from "./embed.js";
import { errorOf, type VecinoError } from "./errors.js";
import { kind } from "./kind.js";
import type { SearchInput, SearchRequest } from "./types.js";

/** One search on its way to the engine. */
export interface SearchPayload {
  filter?: object;
  rank?: object;
  group_by?: object;
  limit?: { offset?: number; limit?: number };
  select?: { keys: string[] };
}

type Knn = Record<string, unknown>;

/** The searches, every text in them embedded with one call of the embedding function. */
export async function searchPayloads(
  searches: unknown,
  signal: AbortSignal | undefined,
  embedder: Embedder,
  check: (payload: SearchPayload) => void,
): Promise<SearchPayload[]> {
  const list = Array.isArray(searches) ? searches : [searches];
  if (list.length === 0) throw invalid("search() needs at least one search; got an empty array.");
  const payloads = Array.from(list, payloadOf);
  payloads.forEach(check);
  const texts: Knn[] = [];
  for (const { rank } of payloads) collectTexts(rank, texts);
  if (texts.length === 0) return payloads;
  const { data, dimension } = await embedQueries(
    "search(): the text of a Knn cannot be searched for",
    "pass an embedding as its query",
    texts.map(({ query }) => query as string),
    signal,
    embedder,
  );
  texts.forEach((knn, i) => {
    knn["query"] = Array.from(data.subarray(i * dimension, (i + 1) * dimension));
  });
  return payloads;
}

/** A copy of `search` that may be changed. */
function payloadOf(search: SearchInput, index: number): SearchPayload {
  const what = `search(): search ${index}`;
  if (typeof (search as { toPayload?: unknown } | null)?.toPayload === "function") {
    return plain(what, (search as { toPayload(): object }).toPayload());
  }
  checkOptions(what, search, ["where", "rank", "groupBy", "limit", "select"]);
  const { where, rank, groupBy, limit, select } = search as SearchRequest;
  const payload: SearchPayload = {};
  if (isGiven(where)) payload.filter = plain(`${what}: where`, where, "invalid_filter");
  if (isGiven(rank)) {
    payload.rank = typeof rank === "number" ? { $val: rank } : plain(`${what}: rank`, rank);
  }
  if (isGiven(groupBy)) payload.group_by = plain(`${what}: groupBy`, groupBy);
  if (isGiven(limit)) payload.limit = limitOf(`${what}: limit`, limit);
  if (isGiven(select)) payload.select = { keys: keysOf(`${what}: select`, select) };
  return payload;
}

function limitOf(what: string, given: NonNullable<SearchRequest["limit"]>) {
  if (typeof given === "number") return { offset: 0, limit: checkCount(what, given) };
  checkOptions(what, given, ["offset", "limit"]);
  const offset = checkCount(`${what}.offset`, given.offset ?? 0);
  if (!isGiven(given.limit)) return { offset };
  return { offset, limit: checkCount(`${what}.limit`, given.limit) };
}

/** Names of keys, of which the builder's `Key` objects carry one. */
function keysOf(what: string, given: NonNullable<SearchRequest["select"]>): string[] {
  const { toJSON } = given as { toJSON?: () => unknown };
  const list = typeof toJSON === "function" ? toJSON.call(given) : given;
  const keys = Symbol.iterator in Object(list) ? list : (list as { keys?: unknown }).keys;
  if (typeof keys !== "object" || keys === null || !(Symbol.iterator in keys)) {
    throw invalid(`${what} must be an array of keys, got ${kind(given)}.`);
  }
  return Array.from(keys as Iterable<unknown>, (key) =>
    checkString(`${what}: a key`, (key as { name?: unknown } | null)?.name ?? key),
  );
}

/** The `$knn` objects at whatever depth of `rank` whose query is a text. Queries become arrays of numbers. */
function collectTexts(rank: unknown, texts: Knn[]): void {
  if (typeof rank !== "object" || rank === null) return;
  for (const [operator, operand] of Object.entries(rank)) {
    const query = operator === "$knn" ? (operand as Knn | null)?.["query"] : undefined;
    if (query === undefined) collectTexts(operand, texts);
    else if (typeof query === "string") texts.push(ofEmbeddings(operand as Knn));
  }
}

/** The `$knn` itself, whose text must be meant for the embeddings: there is no other index of vectors. */
function ofEmbeddings(knn: Knn): Knn {
  const { key } = knn;
  if (key === undefined || key === "#embedding") return knn;
  throw errorOf(
    "unsupported",
    `search(): the text of a Knn can be searched for in "#embedding" only, not in ${kind(key)}: sparse vectors are ` +
      "not supported.",
  );
}

/** What `value` says of itself, or it, in plain objects. Typed arrays, as queries of a `$knn`, become arrays. */
function plain(
  what: string,
  value: unknown,
  code: "invalid_argument" | "invalid_filter" = "invalid_argument",
): object {
  const { toJSON } = value as { toJSON?: () => unknown };
  const json = typeof toJSON === "function" ? toJSON.call(value) : value;
  return plainObject(what, json, code);
}

function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}
