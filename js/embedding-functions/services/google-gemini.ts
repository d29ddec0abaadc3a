import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface GoogleGeminiOptions extends ServiceOptions {
  /** Default "gemini-embedding-001", as in Chroma: 3072 dimensions, or as many as asked for. */
  model?: string | undefined;
  /** Default "RETRIEVAL_DOCUMENT" for documents and "RETRIEVAL_QUERY" for questions. */
  taskType?: string | undefined;
  /** Chroma's word for `dimensions`. */
  dimension?: number | undefined;
}

// Gemini API, "Embeddings: models.batchEmbedContents". "At most 100 requests can be in one batch" is its refusal. Only
// embeddings of the model's full length come with length 1.
const GOOGLE: Service<GoogleGeminiOptions> = {
  name: "google-generative-ai",
  className: "GoogleGeminiEmbeddingFunction",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  apiKeyEnvVar: "GEMINI_API_KEY",
  model: "gemini-embedding-001",
  maxTexts: 100,
  own: { taskType: "task_type" },
  stored: { dimensions: "dimension" },
  aliases: { dimension: "dimensions" },
  identity: ["taskType"],
  authorization: (key) => ({ "x-goog-api-key": key }),
  url: ({ baseUrl, model }) => `${baseUrl}/${resource(model)}:batchEmbedContents`,
  body: (texts, { model, dimensions, taskType }, role) => ({
    requests: texts.map((text) => ({
      model: resource(model),
      content: { parts: [{ text }] },
      taskType: taskOf(taskType, ["RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY"], role),
      outputDimensionality: dimensions,
    })),
  }),
  rows: ({ embeddings }) => embeddings.map(({ values }: { values: unknown }) => values),
  form: "{ embeddings: [{ values }] }",
  normalize: ({ dimensions }) => dimensions !== undefined,
};

const resource = (model: string) => (model.startsWith("models/") ? model : `models/${model}`);

/** Google's Gemini models. */
export class GoogleGeminiEmbeddingFunction extends ServiceEmbeddingFunction<GoogleGeminiOptions> {
  constructor(options: GoogleGeminiOptions = {}) {
    super(GOOGLE, options);
  }

  static buildFromConfig(
    config: FunctionSettings,
    secrets?: unknown,
  ): GoogleGeminiEmbeddingFunction {
    return new GoogleGeminiEmbeddingFunction(optionsFromConfig(GOOGLE, config, secrets));
  }
}
