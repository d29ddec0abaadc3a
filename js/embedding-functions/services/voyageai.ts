import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface VoyageAIOptions extends ServiceOptions {
  /** For example "voyage-4". There is no default, as in Chroma. */
  model?: string | undefined;
  /** Default "document" for documents and "query" for questions. */
  inputType?: "document" | "query" | undefined;
  /** Whether texts that are too long for the model are cut. Default true. */
  truncation?: boolean | undefined;
}

// Voyage AI's API reference, "Text embedding models": at most 1,000 texts, and 120,000 tokens for the models with the
// lowest limit. base64 stands for 32-bit floats.
const VOYAGE: Service<VoyageAIOptions> = {
  name: "voyageai",
  className: "VoyageAIEmbeddingFunction",
  baseUrl: "https://api.voyageai.com/v1",
  apiKeyEnvVar: "VOYAGE_API_KEY",
  maxTexts: 1000,
  maxTokens: 120_000,
  own: { inputType: "input_type", truncation: "truncation" },
  identity: ["inputType"],
  url: ({ baseUrl }) => `${baseUrl}/embeddings`,
  body: (input, { model, dimensions, inputType, truncation }, role) => ({
    model,
    input,
    input_type: taskOf(inputType, ["document", "query"], role),
    truncation,
    output_dimension: dimensions,
    encoding_format: "base64",
  }),
  rows: ({ data }) => data,
  form: "{ data: [{ embedding, index }] }",
};

/** Voyage AI's models. */
export class VoyageAIEmbeddingFunction extends ServiceEmbeddingFunction<VoyageAIOptions> {
  constructor(options: VoyageAIOptions) {
    super(VOYAGE, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): VoyageAIEmbeddingFunction {
    return new VoyageAIEmbeddingFunction(optionsFromConfig(VOYAGE, config, secrets));
  }
}
