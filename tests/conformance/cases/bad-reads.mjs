// Filters and options of get, query and delete that are refused.
import { argument, check, value } from "../support/bad-input.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

const cosine = { configuration: { hnsw: { space: "cosine" } } };
const e = [[1, 2]];

/** [where or whereDocument, error]; each in get, query and delete. */
const filters = [
  [{ where: { year: { $gtt: 1 } } }, value("invalid_filter", '"$gtt"', "$gt")],
  [{ where: { $adn: [{ a: 1 }, { b: 2 }] } }, value("invalid_filter", '"$adn"', "$and")],
  [{ where: { year: { $gt: "1" } } }, value("invalid_filter", "year", "a number")],
  [{ where: { year: { $in: [] } } }, value("invalid_filter", "year", "empty")],
  [{ where: { year: { $in: 5 } } }, value("invalid_filter", "year", "an array")],
  [{ where: { year: { $in: [1, "1"] } } }, value("invalid_filter", "year", "one type")],
  [{ where: { $and: [{ a: 1 }] } }, value("invalid_filter", "$and", "at least two")],
  [{ where: { a: 1, b: 2 } }, value("invalid_filter", "2 keys", "$and")],
  [{ where: {} }, value("invalid_filter", "where", "empty")],
  [{ where: { a: null } }, value("invalid_filter", '"a"', "null")],
  [{ where: { a: undefined } }, value("invalid_filter", '"a"', "undefined")],
  [{ where: { a: { $eq: Number.NaN } } }, value("invalid_filter", '"a"', "NaN")],
  [{ where: "year" }, value("invalid_filter", "where must be an object", '"year"')],
  [{ where: { a: new Date() } }, value("invalid_filter", '"a"', "Date")],
  [{ whereDocument: { $contain: "x" } }, value("invalid_filter", '"$contain"', "$contains")],
  [{ whereDocument: { $contains: 5 } }, value("invalid_filter", "$contains", "a string")],
  [{ whereDocument: "x" }, value("invalid_filter", "whereDocument must be an object")],
  [{ ids: [] }, argument("ids is empty")],
  [{ ids: ["a", "a"] }, value("duplicate_id", '"a"')],
  [{ wher: { a: 1 } }, argument('"wher"', 'mean "where"')],
  [{ where_document: { a: 1 } }, argument('"where_document"', "whereDocument")],
];

const gets = [
  [{ include: ["distances"] }, argument("distances", "only a query")],
  [{ include: ["documnets"] }, argument('"documnets"', 'mean "documents"')],
  [{ include: "documents" }, argument("include must be an array")],
  [{ limit: -1 }, argument("limit", "not negative", "-1")],
  [{ limit: 1.5 }, argument("limit", "whole number", "1.5")],
  [{ offset: "2" }, argument("offset", 'the string "2"')],
];

const queries = [
  [{}, argument("queryEmbeddings or queryTexts")],
  [{ queryURIs: ["x"] }, argument("queryURIs are not supported")],
  [{ queryEmbeddings: [] }, argument("queryEmbeddings is empty")],
  [{ queryEmbeddings: [1, 2] }, argument("queryEmbeddings[0]", "Wrap")],
  [{ queryEmbeddings: [[1, 2, 3]] }, value("dimension_mismatch", /\b3\b/, /\b2\b/)],
  [{ queryEmbeddings: [[1, 2], [1]] }, value("dimension_mismatch", "queryEmbeddings[1] has 1")],
  [{ queryEmbeddings: [[1, Number.NaN]] }, value("non_finite", "NaN", "position 1")],
  [{ queryEmbeddings: [[0, 0]] }, value("zero_vector", "cosine")],
  [{ queryEmbeddings: e, nResults: -1 }, argument("nResults", "-1")],
  [{ queryEmbeddings: e, nResults: "5" }, argument("nResults", 'the string "5"')],
  [{ queryEmbeddings: e, nresults: 5 }, argument('"nresults"', 'mean "nResults"')],
  [{ queryEmbeddings: e, include: ["all"] }, argument('"all"', "distances, documents")],
  [{ queryTexts: "x" }, argument("queryTexts must be an array")],
  [{ queryTexts: [] }, argument("queryTexts is empty")],
  [{ queryTexts: [5] }, argument("queryTexts[0]", "the number 5")],
];

export const cases = {
  async "bad filters are refused by get, query and delete"(context) {
    const collection = await collectionOf(context.client, four, cosine);
    const query = (options) => (target) => target.query({ queryEmbeddings: e, ...options });
    await check(
      context,
      collection,
      filters.flatMap(([options, error]) => [
        [(target) => target.get(options), error],
        [query(options), error],
        [(target) => target.delete(options), error],
      ]),
    );
  },

  async "bad filters are refused by an empty collection too"(context) {
    const collection = await context.client.createCollection({ name: "empty" });
    await check(
      context,
      collection,
      filters.map(([options, error]) => [(target) => target.get(options), error]),
    );
  },

  async "bad options of get and query"(context) {
    const collection = await collectionOf(context.client, four, {
      ...cosine,
      embeddingFunction: letters(),
    });
    await check(context, collection, [
      ...gets.map(([options, error]) => [(target) => target.get(options), error]),
      ...queries.map(([options, error]) => [(target) => target.query(options), error]),
      [(target) => target.peek({ limit: -1 }), argument("limit", "-1")],
      [(target) => target.peek({ limits: 1 }), argument('"limits"', 'mean "limit"')],
      [(target) => target.delete(), argument("expects an object")],
      [(target) => target.delete({ ids: ["a"], limit: 1 }), argument("limit", "where")],
      [(target) => target.delete({ where: { a: 1 }, limit: -1 }), argument("limit", "-1")],
      [(target) => target.query(), argument("expects an object")],
    ]);
  },
};
