import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import { type Service, taskOf } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface HuggingfaceServerOptions extends ServiceOptions {
  /** The server, with or without "/embed" at its end. */
  url?: string | undefined;
  /** Names the model that the server runs. It is stored, so that another one cannot take over. */
  model?: string | undefined;
  /** Prompts of the model's own for documents and for questions, by the names in its configuration. */
  promptName?: string | undefined;
  queryPromptName?: string | undefined;
  normalize?: boolean | undefined;
  /** Whether texts that are too long for the model are cut. Default false: they are refused. */
  truncate?: boolean | undefined;
}

// Hugging Face text-embeddings-inference, POST /embed; its --max-client-batch-size is 32 unless the server says otherwise,
// so a larger batchSize is the caller's to choose.
const HUGGINGFACE: Service<HuggingfaceServerOptions> = {
  name: "huggingface-server",
  className: "HuggingfaceServerEmbeddingFunction",
  model: "",
  maxTexts: Infinity,
  batchSize: 32,
  own: {
    promptName: "prompt_name",
    queryPromptName: "query_prompt_name",
    normalize: "normalize",
    truncate: "truncate",
  },
  stored: { baseUrl: "url" },
  aliases: { url: "baseUrl" },
  identity: ["promptName", "normalize"],
  url: ({ baseUrl }) => `${baseUrl.replace(/\/embed$/, "")}/embed`,
  body: (inputs, { promptName, queryPromptName, normalize, truncate }, role) => ({
    inputs,
    prompt_name: taskOf(undefined, [promptName, queryPromptName ?? promptName], role),
    normalize,
    truncate,
  }),
  rows: (answer) => answer,
  form: "[[number]]",
};

/** A server of text-embeddings-inference. */
export class HuggingfaceServerEmbeddingFunction extends ServiceEmbeddingFunction<HuggingfaceServerOptions> {
  constructor(options: HuggingfaceServerOptions) {
    super(HUGGINGFACE, options);
  }

  static buildFromConfig(
    config: FunctionSettings,
    secrets?: unknown,
  ): HuggingfaceServerEmbeddingFunction {
    return new HuggingfaceServerEmbeddingFunction(optionsFromConfig(HUGGINGFACE, config, secrets));
  }
}
