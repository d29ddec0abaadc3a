import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import type { Service } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface MistralOptions extends ServiceOptions {
  /** Default "mistral-embed", as in Chroma. Only codestral-embed can choose its dimensions. */
  model?: string | undefined;
}

// Mistral's API documentation, "Embeddings". Its limits stand in its refusals only: "Too many tokens in batch. Max is
// 16384", and "Too many inputs in request" above 512.
const MISTRAL: Service<MistralOptions> = {
  name: "mistral",
  className: "MistralEmbeddingFunction",
  baseUrl: "https://api.mistral.ai/v1",
  apiKeyEnvVar: "MISTRAL_API_KEY",
  model: "mistral-embed",
  maxTexts: 512,
  maxTokens: 16_384,
  stored: { model: "model" },
  url: ({ baseUrl }) => `${baseUrl}/embeddings`,
  body: (input, { model, dimensions }) => ({ model, input, output_dimension: dimensions }),
  rows: ({ data }) => data,
  form: "{ data: [{ embedding, index }] }",
};

/** Mistral's models. */
export class MistralEmbeddingFunction extends ServiceEmbeddingFunction<MistralOptions> {
  constructor(options: MistralOptions = {}) {
    super(MISTRAL, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): MistralEmbeddingFunction {
    return new MistralEmbeddingFunction(optionsFromConfig(MISTRAL, config, secrets));
  }
}
