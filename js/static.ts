/** `vecino/static`: an embedding function without a network, whose model is a table of numbers. */
export {
  StaticEmbeddingFunction,
  type StaticEmbeddingFunctionConfig,
  type StaticEmbeddingFunctionOptions,
  type StaticModelFiles,
  UnknownTextError,
} from "./embedding-functions/static/static.js";
