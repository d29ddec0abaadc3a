import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface JinaOptions extends ServiceOptions {
  /** Default "jina-clip-v2", as in Chroma. */
  model?: string | undefined;
  /**
   * Such as "retrieval.passage" or "text-matching". By default models of version 3 and later are told
   * "retrieval.passage" for documents, and every model that has tasks "retrieval.query" for questions.
   */
  task?: string | undefined;
  lateChunking?: boolean | undefined;
  truncate?: boolean | undefined;
  normalized?: boolean | undefined;
}

// Jina's API has tasks for jina-embeddings-v3 and later; jina-clip-v2 knows the one for questions; version 2 none.
function tasks(model: string): readonly [string | undefined, string | undefined] {
  if (/embeddings-v([3-9]|\d\d)/.test(model)) return ["retrieval.passage", "retrieval.query"];
  return [undefined, model === "jina-clip-v2" ? "retrieval.query" : undefined];
}

// Fields: Jina's embeddings API. The number of texts is not documented; 2048 is what other services of this form take.
const JINA: Service<JinaOptions> = {
  name: "jina",
  className: "JinaEmbeddingFunction",
  baseUrl: "https://api.jina.ai/v1",
  apiKeyEnvVar: "JINA_API_KEY",
  model: "jina-clip-v2",
  maxTexts: 2048,
  own: {
    task: "task",
    lateChunking: "late_chunking",
    truncate: "truncate",
    normalized: "normalized",
  },
  identity: ["task", "lateChunking", "normalized"],
  url: ({ baseUrl }) => `${baseUrl}/embeddings`,
  body: (input, { model, dimensions, task, lateChunking, truncate, normalized }, role) => ({
    model,
    input,
    dimensions,
    task: taskOf(task, tasks(model), role),
    late_chunking: lateChunking,
    truncate,
    normalized,
    embedding_type: "float",
  }),
  rows: ({ data }) => data,
  form: "{ data: [{ embedding, index }] }",
};

/** Jina's models. */
export class JinaEmbeddingFunction extends ServiceEmbeddingFunction<JinaOptions> {
  constructor(options: JinaOptions = {}) {
    super(JINA, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): JinaEmbeddingFunction {
    return new JinaEmbeddingFunction(optionsFromConfig(JINA, config, secrets));
  }
}
