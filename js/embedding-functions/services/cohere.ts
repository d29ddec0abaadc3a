import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface CohereOptions extends ServiceOptions {
  /** Default "embed-english-v3.0", as in Chroma. */
  model?: string | undefined;
  /** Default "search_document" for documents and "search_query" for questions. */
  inputType?: "search_document" | "search_query" | "classification" | "clustering" | undefined;
  /** What happens to texts that are too long. Default of the service "END": their end is cut off. */
  truncate?: "NONE" | "START" | "END" | undefined;
}

// Cohere's API reference, "Embed API (v2)": at most 96 texts per call; input_type required from version 3 on.
const COHERE: Service<CohereOptions> = {
  name: "cohere",
  className: "CohereEmbeddingFunction",
  baseUrl: "https://api.cohere.com/v2",
  apiKeyEnvVar: "COHERE_API_KEY",
  model: "embed-english-v3.0",
  maxTexts: 96,
  own: { inputType: "input_type", truncate: "truncate" },
  identity: ["inputType"],
  url: ({ baseUrl }) => `${baseUrl}/embed`,
  body: (texts, { model, dimensions, inputType, truncate }, role) => ({
    model,
    texts,
    input_type: taskOf(inputType, ["search_document", "search_query"], role),
    embedding_types: ["float"],
    output_dimension: dimensions,
    truncate,
  }),
  rows: ({ embeddings }) => embeddings.float,
  form: "{ embeddings: { float: [[number]] } }",
};

/** Cohere's models. */
export class CohereEmbeddingFunction extends ServiceEmbeddingFunction<CohereOptions> {
  constructor(options: CohereOptions = {}) {
    super(COHERE, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): CohereEmbeddingFunction {
    return new CohereEmbeddingFunction(optionsFromConfig(COHERE, config, secrets));
  }
}
