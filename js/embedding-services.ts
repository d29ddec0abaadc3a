/** `vecino/embeddings`: embedding functions of services, each by itself, and a cache for any function. */

export type { CachedEmbeddingFunction } from "./embedding-functions/cache/cached.js";
export { type CacheOptions, cachedEmbeddingFunction } from "./embedding-functions/cache/cached.js";
export * from "./embedding-functions/openai.js";
export type { ServiceConfig, ServiceOptions } from "./embedding-functions/service/options.js";
export * from "./embedding-functions/services/cloudflare-worker-ai.js";
export * from "./embedding-functions/services/cohere.js";
export * from "./embedding-functions/services/dashscope.js";
export * from "./embedding-functions/services/google-gemini.js";
export * from "./embedding-functions/services/huggingface-server.js";
export * from "./embedding-functions/services/jina.js";
export * from "./embedding-functions/services/mistral.js";
export * from "./embedding-functions/services/ollama.js";
export * from "./embedding-functions/services/voyageai.js";
