import type { FunctionSettings } from "./function.js";
import type { ServiceConfig, ServiceOptions, ServiceSecrets } from "./service/options.js";
import type { Service } from "./service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "./service/service-function.js";

/** The model is for example "text-embedding-3-small" or "text-embedding-v4". */
export type OpenAIEmbeddingFunctionOptions = OpenAISettings &
  ({ model: string } | { /** Chroma's word for it. */ modelName: string });

interface OpenAISettings extends ServiceOptions {
  /** Default "https://api.openai.com/v1". For DashScope "https://dashscope.aliyuncs.com/compatible-mode/v1". */
  baseUrl?: string | undefined;
  /**
   * Texts per request. Default 128 for OpenAI itself, which takes up to 2048; 10 for every other `baseUrl`, because
   * DashScope's text-embedding-v4 refuses more and no known service takes fewer.
   */
  batchSize?: number | undefined;
  /**
   * How numbers come: "base64" is a third of the bytes, and not every service has it. Both are understood in answers.
   * Default "base64" for OpenAI itself, "float" for every other `baseUrl`.
   */
  encodingFormat?: "float" | "base64" | undefined;
}

/** What is stored of such a function. */
export interface OpenAIEmbeddingFunctionConfig extends ServiceConfig {
  model_name: string;
  encoding_format?: "float" | "base64" | undefined;
}

/** What is never stored. */
export type OpenAIEmbeddingFunctionSecrets = ServiceSecrets;

const BASE_URL = "https://api.openai.com/v1";

// OpenAI's API reference, "Create embeddings": arrays of at most 2048, at most 300,000 tokens summed across them.
const OPENAI: Service<OpenAIEmbeddingFunctionOptions> = {
  name: "openai",
  className: "OpenAIEmbeddingFunction",
  baseUrl: BASE_URL,
  apiKeyEnvVar: "OPENAI_API_KEY",
  maxTexts: 2048,
  maxTokens: 300_000,
  own: { encodingFormat: "encoding_format" },
  url: ({ baseUrl }) => `${baseUrl}/embeddings`,
  body: (input, { model, dimensions, encodingFormat, baseUrl }) => ({
    model,
    input,
    dimensions,
    encoding_format: encodingFormat ?? (baseUrl === BASE_URL ? "base64" : "float"),
  }),
  rows: ({ data }) => data,
  form: "{ data: [{ embedding, index }] }",
};

// "No known service takes fewer": what DashScope's compatible mode allows.
const COMPATIBLE: Service<OpenAIEmbeddingFunctionOptions> = { ...OPENAI, batchSize: 10 };

/** Embeds texts through any service that speaks OpenAI's `/embeddings`: OpenAI, DashScope, LM Studio, vLLM. */
export class OpenAIEmbeddingFunction extends ServiceEmbeddingFunction<OpenAIEmbeddingFunctionOptions> {
  constructor(options: OpenAIEmbeddingFunctionOptions) {
    const { baseUrl = BASE_URL } = Object(options) as OpenAIEmbeddingFunctionOptions;
    super(baseUrl === BASE_URL ? OPENAI : COMPATIBLE, options);
  }

  override getConfig(): OpenAIEmbeddingFunctionConfig {
    return super.getConfig() as OpenAIEmbeddingFunctionConfig;
  }

  /**
   * The function of stored settings. They hold no key: it comes from `secrets`, or in Node from the environment
   * variable that they name.
   */
  static buildFromConfig(config: FunctionSettings, secrets?: unknown): OpenAIEmbeddingFunction {
    return new OpenAIEmbeddingFunction(optionsFromConfig(OPENAI, config, secrets));
  }
}
