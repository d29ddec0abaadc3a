/** Asks a collection's embedding function, and checks what comes back before anything is written or searched. */
import { checkTexts, quote } from "./arguments.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { type FlatEmbeddings, flatten, generatedRows, type Rows } from "./embeddings.js";
import { errorOf } from "./errors.js";
import type { QueryOptions } from "./types.js";

/** The documents of one write, every one of which must be a text. */
interface Texts {
  ids: string[];
  documents: (string | null | undefined)[];
  signal: AbortSignal | undefined;
}

/** What embeds for a collection, or the reason why nothing does, as the end of a sentence. */
export interface Embedder {
  name: string;
  embeddingFunction: EmbeddingFunction | undefined;
  missing: string | undefined;
}

/** One embedding per document. */
export async function embedDocuments(
  call: string,
  { ids, documents, signal }: Texts,
  embedder: Embedder,
): Promise<Rows> {
  const embeddingFunction = functionOf(
    embedder,
    `${call}: documents alone cannot be stored`,
    "pass embeddings beside the documents",
  );
  const texts = documents.map((document, index) => {
    if (typeof document === "string") return document;
    throw errorOf(
      "invalid_argument",
      `${call}: record ${quote(ids[index])} has no document to embed. ` +
        "Give every record of the call a document, or pass embeddings for all of them.",
    );
  });
  const generated = await embeddingFunction.generate(texts, { signal });
  return generatedRows(generated, texts.length, nameOf(embeddingFunction));
}

/** The embeddings that a query searches for: as given, or of its texts. */
export async function queryEmbeddings(
  options: QueryOptions,
  embedder: Embedder,
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
  const what = "query(): queryTexts cannot be searched for";
  return embedQueries(what, "pass queryEmbeddings", texts, options.signal, embedder);
}

/** One embedding per text of a question. */
export async function embedQueries(
  failure: string,
  instead: string,
  texts: string[],
  signal: AbortSignal | undefined,
  embedder: Embedder,
): Promise<FlatEmbeddings> {
  const embeddingFunction = functionOf(embedder, failure, instead);
  const generated = embeddingFunction.generateForQueries
    ? await embeddingFunction.generateForQueries(texts, { signal })
    : await embeddingFunction.generate(texts, { signal });
  const { dimension, copy } = generatedRows(generated, texts.length, nameOf(embeddingFunction));
  return { data: copy(0, texts.length), dimension };
}

function functionOf(
  { name, embeddingFunction, missing }: Embedder,
  failure: string,
  instead: string,
): EmbeddingFunction {
  if (embeddingFunction) return embeddingFunction;
  throw errorOf(
    "invalid_argument",
    `${failure}, because collection ${quote(name)} has no embedding function: ${missing}. Either ${instead}, or ` +
      "pass embeddingFunction to createCollection, getOrCreateCollection or getCollection.",
  );
}

function nameOf(embeddingFunction: EmbeddingFunction): string {
  return quote(embeddingFunction.name ?? embeddingFunction.constructor?.name ?? "Object");
}
