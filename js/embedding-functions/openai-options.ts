/** What an OpenAIEmbeddingFunction is made from: by the caller, and by what is stored. */

export interface OpenAIEmbeddingFunctionOptions {
  /** Sent as a bearer token and to `baseUrl` only; neither stored nor shown. Optional for services without keys. */
  apiKey?: string | undefined;
  /**
   * Name of the environment variable that holds the key where there is an environment (Node) and no `apiKey`. The name
   * is stored with a collection, the key is not. Default "OPENAI_API_KEY".
   */
  apiKeyEnvVar?: string | undefined;
  /** Default "https://api.openai.com/v1". For DashScope "https://dashscope.aliyuncs.com/compatible-mode/v1". */
  baseUrl?: string | undefined;
  /** For example "text-embedding-3-small" or "text-embedding-v4". */
  model: string;
  /** Length of the embeddings, for models that can choose. Default: the model's own. */
  dimensions?: number | undefined;
  /**
   * Texts per request. Default 10, because DashScope's text-embedding-v4 refuses more and no known service takes
   * fewer; OpenAI takes up to 2048, where 256 saves round trips.
   */
  batchSize?: number | undefined;
  /** How long to wait for each request, in milliseconds. Default 60000. */
  timeout?: number | undefined;
  /** Sent with every request. */
  headers?: Record<string, string> | undefined;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** What is stored of such a function. */
export interface OpenAIEmbeddingFunctionConfig {
  /** Where the key is to come from. Absent for a function without a key. */
  api_key_env_var?: string | undefined;
  api_base?: string | undefined;
  model_name: string;
  dimensions?: number | undefined;
  batch_size?: number | undefined;
  timeout?: number | undefined;
}

/** What is never stored. */
export type OpenAIEmbeddingFunctionSecrets = Pick<
  OpenAIEmbeddingFunctionOptions,
  "apiKey" | "headers" | "fetch"
>;

/** A variable of the environment, where there is one. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
}
