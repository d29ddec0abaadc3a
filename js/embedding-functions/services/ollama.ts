import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import type { Service } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface OllamaOptions extends ServiceOptions {
  /** Default "http://localhost:11434". Its OLLAMA_ORIGINS has to allow the page's origin. */
  url?: string | undefined;
  /** Default "chroma/all-minilm-l6-v2-f32", as in Chroma. */
  model?: string | undefined;
  /** Whether texts that are too long for the model are cut. Default true; with false they are refused. */
  truncate?: boolean | undefined;
  /** How long the model stays in memory, such as "10m". */
  keepAlive?: string | undefined;
}

// Ollama's API documentation, "Generate embeddings" (POST /api/embed). It states no limit of texts; the machine is the
// limit, and it works on few requests at a time.
const OLLAMA: Service<OllamaOptions> = {
  name: "ollama",
  className: "OllamaEmbeddingFunction",
  baseUrl: "http://localhost:11434",
  model: "chroma/all-minilm-l6-v2-f32",
  maxTexts: 2048,
  batchSize: 32,
  concurrency: 2,
  own: { truncate: "truncate", keepAlive: "keep_alive" },
  stored: { baseUrl: "url" },
  aliases: { url: "baseUrl" },
  url: ({ baseUrl }) => `${baseUrl}/api/embed`,
  body: (input, { model, dimensions, truncate, keepAlive }) => ({
    model,
    input,
    dimensions,
    truncate,
    keep_alive: keepAlive,
  }),
  rows: ({ embeddings }) => embeddings,
  form: "{ embeddings: [[number]] }",
};

/** Models that Ollama runs, on this machine or another. */
export class OllamaEmbeddingFunction extends ServiceEmbeddingFunction<OllamaOptions> {
  constructor(options: OllamaOptions = {}) {
    super(OLLAMA, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): OllamaEmbeddingFunction {
    return new OllamaEmbeddingFunction(optionsFromConfig(OLLAMA, config, secrets));
  }
}
