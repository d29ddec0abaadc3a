/** Asks a collection's embedding function, and checks what comes back before anything is written or searched. */
import { checkTexts, quote } from "./arguments.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { type FlatEmbeddings, flatten, flattenGenerated } from "./embeddings.js";
import { errorOf } from "./errors.js";
import type { QueryOptions } from "./types.js";

/** The documents of one write, every one of which must be a text. */
interface Texts {
  ids: string[];
  documents: (string | null | undefined)[];
  signal: AbortSignal | undefined;
}

/** One embedding per document. */
export async function embedDocuments(
  call: string,
  collection: string,
  { ids, documents, signal }: Texts,
  embeddingFunction: EmbeddingFunction | undefined,
): Promise<FlatEmbeddings> {
  if (!embeddingFunction) {
    throw errorOf(
      "invalid_argument",
      `${call}: documents alone cannot be stored, because collection ${quote(collection)} was obtained without an ` +
        "embedding function. Either pass embeddings beside the documents, or pass embeddingFunction to " +
        "createCollection, getOrCreateCollection or getCollection.",
    );
  }
  const texts = documents.map((document, index) => {
    if (typeof document === "string") return document;
    throw errorOf(
      "invalid_argument",
      `${call}: record ${quote(ids[index])} has no document to embed. ` +
        "Give every record of the call a document, or pass embeddings for all of them.",
    );
  });
  const generated = await embeddingFunction.generate(texts, { signal });
  return flattenGenerated(generated, texts.length, nameOf(embeddingFunction));
}

/** The embeddings that a query searches for: as given, or of its texts. */
export async function queryEmbeddings(
  collection: string,
  options: QueryOptions,
  embeddingFunction: EmbeddingFunction | undefined,
): Promise<FlatEmbeddings> {
  const given = options.queryEmbeddings;
  if (given !== undefined) {
    const rows = Array.isArray(given) ? given.length : 1;
    if (rows === 0)
      throw errorOf(
        "invalid_argument",
        "query(): queryEmbeddings is empty; expected at least one.",
      );
    return flatten(given, rows, {
      list: "query(): queryEmbeddings",
      row: (i) => `query(): queryEmbeddings[${i}]`,
    });
  }
  if (options.queryTexts === undefined) {
    const uris = options.queryURIs === undefined ? "" : " queryURIs are not supported.";
    throw errorOf("invalid_argument", `query() needs queryEmbeddings or queryTexts.${uris}`);
  }
  const texts = checkTexts("query(): queryTexts", options.queryTexts);
  if (!embeddingFunction) {
    throw errorOf(
      "invalid_argument",
      `query(): queryTexts cannot be searched for, because collection ${quote(collection)} was obtained without an ` +
        "embedding function. Either pass queryEmbeddings, or pass embeddingFunction to createCollection, " +
        "getOrCreateCollection or getCollection.",
    );
  }
  const context = { signal: options.signal };
  const generated = embeddingFunction.generateForQueries
    ? await embeddingFunction.generateForQueries(texts, context)
    : await embeddingFunction.generate(texts, context);
  return flattenGenerated(generated, texts.length, nameOf(embeddingFunction));
}

function nameOf(embeddingFunction: EmbeddingFunction): string {
  return quote(embeddingFunction.name ?? embeddingFunction.constructor?.name ?? "Object");
}
