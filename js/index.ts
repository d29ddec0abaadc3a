/** Vecino: a vector database that lives in a web page. Importing this does nothing until a client is used. */
export {
  AdminClient,
  type AdminClientOptions,
  type Database,
  type ListDatabasesArgs,
} from "./admin-client.js";
export { Client } from "./client.js";
export {
  EphemeralClient,
  type EphemeralClientOptions,
  PersistentClient,
  type PersistentClientOptions,
} from "./clients.js";
export type { Collection } from "./collection.js";
export type { CollectionHandle } from "./collection-handle.js";
export type {
  EmbeddingFunction,
  EmbeddingFunctionClass,
} from "./embedding-functions/function.js";
export {
  OpenAIEmbeddingFunction,
  type OpenAIEmbeddingFunctionConfig,
  type OpenAIEmbeddingFunctionOptions,
  type OpenAIEmbeddingFunctionSecrets,
} from "./embedding-functions/openai.js";

export { registerEmbeddingFunction } from "./embedding-functions/registry.js";
export type { Embeddings } from "./embeddings.js";
export {
  ChromaClientError,
  ChromaConnectionError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaQuotaExceededError,
  ChromaRateLimitError,
  ChromaServerError,
  ChromaUnauthorizedError,
  ChromaUniqueError,
  ChromaValueError,
  type ErrorCode,
  QuotaExceededError,
  VecinoError,
} from "./errors.js";
export type { ClientEvent, ClientEventMap, ClientEvents } from "./events.js";
export type * from "./recall-types.js";
export {
  GetResult,
  type GetRow,
  type Include,
  IncludeEnum,
  type QueryExplanation,
  QueryResult,
  type QueryRow,
} from "./results.js";
export { SearchResult, type SearchResultRow } from "./search-result.js";
export type * from "./types.js";
