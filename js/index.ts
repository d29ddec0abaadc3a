/** Vecino: a vector database that lives in a web page. Importing this does nothing until a client is used. */
export {
  Client,
  EphemeralClient,
  type EphemeralClientOptions,
  PersistentClient,
  type PersistentClientOptions,
} from "./client.js";
export type { Collection } from "./collection.js";
export type { EmbeddingFunction } from "./embedding-functions/function.js";
export {
  OpenAIEmbeddingFunction,
  type OpenAIEmbeddingFunctionOptions,
} from "./embedding-functions/openai.js";
export type { Embeddings } from "./embeddings.js";
export {
  ChromaClientError,
  ChromaConnectionError,
  ChromaNotFoundError,
  ChromaQuotaExceededError,
  ChromaRateLimitError,
  ChromaServerError,
  ChromaUnauthorizedError,
  ChromaUniqueError,
  ChromaValueError,
  type ErrorCode,
  VecinoError,
} from "./errors.js";
export {
  GetResult,
  type GetRow,
  type Include,
  IncludeEnum,
  QueryResult,
  type QueryRow,
} from "./results.js";
export type * from "./types.js";
