/**
 * The exports of npm `chromadb` 3.5.0, over collections in the page: a program written for it needs another import
 * and no server. Importing this does nothing until a client is used.
 */
export type { Database } from "./admin-client.js";
export {
  AdminClient,
  type AdminClientArgs,
  AdminCloudClient,
  ChromaClient,
  type ChromaClientArgs,
  CloudClient,
} from "./chromadb/client.js";
export {
  getDefaultEFConfig,
  getEmbeddingFunction,
  processCreateCollectionConfig,
  processUpdateCollectionConfig,
} from "./chromadb/configuration.js";
export {
  baseRecordSetFields,
  ReadLevel,
  recordSetFields,
  withChroma,
} from "./chromadb/constants.js";
export {
  ChromaError,
  createErrorByType,
  InvalidArgumentError,
  InvalidCollectionError,
} from "./chromadb/errors.js";
export type * from "./chromadb/types.js";
export type { PreflightChecks, UserIdentity } from "./client-types.js";
export { CollectionHandle } from "./collection-handle.js";
export {
  knownEmbeddingFunctions,
  registerEmbeddingFunction,
  serializeEmbeddingFunction,
} from "./embedding-functions/registry.js";
export {
  getSparseEmbeddingFunction,
  knownSparseEmbeddingFunctions,
  registerSparseEmbeddingFunction,
} from "./embedding-functions/sparse.js";
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
} from "./errors.js";
export { GetResult, IncludeEnum, QueryResult } from "./results.js";
export * from "./schema/index.js";
export * from "./search/index.js";
export { SearchResult, type SearchResultRow } from "./search-result.js";
