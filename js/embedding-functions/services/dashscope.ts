import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface DashScopeOptions extends ServiceOptions {
  /** Default "https://dashscope.aliyuncs.com/api/v1"; outside China "https://dashscope-intl.aliyuncs.com/api/v1". */
  baseUrl?: string | undefined;
  /** Default "text-embedding-v4", whose dimensions are 64 to 2048 (1024 unless given). */
  model?: string | undefined;
  /** Default "document" for documents and "query" for questions. */
  textType?: "document" | "query" | undefined;
  /** What the search is for, in English: used for questions, by text-embedding-v4. */
  instruct?: string | undefined;
}

// Alibaba Cloud Model Studio, "Text embedding: synchronous API": 10 rows a call for text-embedding-v4 and v3, 8,192 tokens
// a row. The native endpoint and not the OpenAI-compatible one, because only it has text_type and instruct.
const DASHSCOPE: Service<DashScopeOptions> = {
  name: "dashscope",
  className: "DashScopeEmbeddingFunction",
  baseUrl: "https://dashscope.aliyuncs.com/api/v1",
  apiKeyEnvVar: "DASHSCOPE_API_KEY",
  model: "text-embedding-v4",
  maxTexts: 10,
  own: { textType: "text_type", instruct: "instruct" },
  identity: ["textType"],
  url: ({ baseUrl }) => `${baseUrl}/services/embeddings/text-embedding/text-embedding`,
  body: (texts, { model, dimensions, textType, instruct }, role) => ({
    model,
    input: { texts },
    parameters: {
      dimension: dimensions,
      text_type: taskOf(textType, ["document", "query"], role),
      instruct: role === "query" ? instruct : undefined,
    },
  }),
  rows: ({ output }) =>
    output.embeddings.map((row: { embedding: unknown; text_index?: number }) => ({
      embedding: row.embedding,
      index: row.text_index,
    })),
  form: "{ output: { embeddings: [{ embedding, text_index }] } }",
};

/** Alibaba Cloud's text-embedding-v3 and v4. */
export class DashScopeEmbeddingFunction extends ServiceEmbeddingFunction<DashScopeOptions> {
  constructor(options: DashScopeOptions = {}) {
    super(DASHSCOPE, options);
  }

  static buildFromConfig(config: FunctionSettings, secrets?: unknown): DashScopeEmbeddingFunction {
    return new DashScopeEmbeddingFunction(optionsFromConfig(DASHSCOPE, config, secrets));
  }
}
