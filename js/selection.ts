/** Checked copies of what callers pass to a read or a deletion, in the form that the engine takes. */
import {
  checkConsistency,
  checkCount,
  checkFlag,
  checkInclude,
  checkOptions,
  checkSelectedIds,
  checkSignal,
  plainObject,
} from "./arguments.js";
import { errorOf } from "./errors.js";
import { type Include, IncludeEnum } from "./results.js";
import type { Selection } from "./transport/protocol.js";
import type { DeleteOptions, GetOptions, QueryOptions } from "./types.js";

const SELECTION = ["ids", "where", "whereDocument"] as const;
const GET = [...SELECTION, "limit", "offset", "include", "consistency", "signal"] as const;
const QUERY = [
  "queryEmbeddings",
  "queryTexts",
  "queryURIs",
  "nResults",
  "efSearch",
  "exact",
  "explain",
  ...SELECTION,
  "include",
  "consistency",
  "signal",
] as const;
const { distances, documents, embeddings, metadatas, uris } = IncludeEnum;
const COLUMNS = [documents, metadatas, embeddings, uris];

interface Request {
  selection: Selection;
  include: Include[];
  /** Whether to look first for what other tabs have written. */
  strong: boolean;
  signal: AbortSignal | undefined;
}

export function getRequest(options: GetOptions): Request {
  const call = "get()";
  checkOptions(call, options, GET);
  const signal = checkSignal(call, options.signal);
  const include = checkInclude(call, options.include ?? [documents, metadatas], COLUMNS);
  const selection = selectionOf(call, options);
  const strong = checkConsistency(call, options);
  const { limit, offset } = options;
  if (limit !== undefined && limit !== null) selection.limit = checkCount(`${call}: limit`, limit);
  if (offset !== undefined) selection.offset = checkCount(`${call}: offset`, offset);
  return { selection, include, strong, signal };
}

export function queryRequest(
  options: QueryOptions,
): Request & { nResults: number; explain: boolean } {
  const call = "query()";
  checkOptions(call, options, QUERY);
  const signal = checkSignal(call, options.signal);
  const wanted = options.include ?? [metadatas, documents, distances];
  const include = checkInclude(call, wanted, [distances, ...COLUMNS]);
  const nResults = checkCount(`${call}: nResults`, options.nResults ?? 10);
  const strong = checkConsistency(call, options);
  const selection = selectionOf(call, options);
  if (options.efSearch !== undefined) {
    selection.ef = checkCount(`${call}: efSearch`, options.efSearch, 1, 10_000);
  }
  if (checkFlag(`${call}: exact`, options.exact)) selection.ef = 0;
  const explain = checkFlag(`${call}: explain`, options.explain);
  return { selection, include, nResults, explain, strong, signal };
}

export function deleteSelection(options: DeleteOptions): Selection {
  const call = "delete()";
  checkOptions(call, options, [...SELECTION, "limit"]);
  const selection = selectionOf(call, options);
  const { limit } = options;
  if (limit === undefined) return selection;
  if (!options.where && !options.whereDocument) {
    throw errorOf("invalid_argument", `${call}: limit needs where or whereDocument beside it.`);
  }
  return { ...selection, limit: checkCount(`${call}: limit`, limit) };
}

/** Which records: by id and by filter. Limits are left to the call, because they differ. */
function selectionOf(call: string, options: GetOptions | DeleteOptions): Selection {
  const selection: Selection = {};
  if (options.ids !== undefined) selection.ids = checkSelectedIds(call, options.ids);
  if (options.where !== undefined) {
    selection.where = plainObject(`${call}: where`, options.where, "invalid_filter");
  }
  if (options.whereDocument !== undefined) {
    const what = `${call}: whereDocument`;
    selection.whereDocument = plainObject(what, options.whereDocument, "invalid_filter");
  }
  return selection;
}
