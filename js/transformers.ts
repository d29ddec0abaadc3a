/** `vecino/transformers`: embedding models that run in the page, by @huggingface/transformers. */
export {
  type ModelProgress,
  TransformersEmbeddingFunction,
  type TransformersEmbeddingFunctionConfig,
  type TransformersEmbeddingFunctionOptions,
} from "./embedding-functions/transformers/transformers.js";
