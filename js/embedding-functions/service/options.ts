/** What every embedding function that asks a service over HTTP can be told. */
export interface ServiceOptions {
  /** Sent to `baseUrl` only; neither stored nor shown. Optional for services without keys, and behind a proxy. */
  apiKey?: string | undefined;
  /**
   * Name of the environment variable that holds the key where there is an environment (Node) and no `apiKey`. The name
   * is stored with a collection, the key is not. Each service has its own default.
   */
  apiKeyEnvVar?: string | undefined;
  /** Where the service is, or the proxy before it. */
  baseUrl?: string | undefined;
  model?: string | undefined;
  /** Chroma's word for `model`. */
  modelName?: string | undefined;
  /** Length of the embeddings, for models that can choose. Default: the model's own. */
  dimensions?: number | undefined;
  /** Stands before every document: for models that were trained with words such as "passage: ". */
  documentPrefix?: string | undefined;
  /** Stands before every text of a question: "query: ". */
  queryPrefix?: string | undefined;
  /** Texts per request. Default and largest value are the service's. */
  batchSize?: number | undefined;
  /** Requests at a time. Default 4. */
  concurrency?: number | undefined;
  /** How often a request is sent again after 429, 5xx, a failed connection or a timeout. Default 5. */
  retries?: number | undefined;
  /**
   * The longest wait before the first retry, in milliseconds, doubled for each further one. The wait is drawn between 0
   * and that, and comes on top of what the service asks for with Retry-After. Default 500.
   */
  retryDelay?: number | undefined;
  /** How long to wait for each request, in milliseconds. Default 60000. */
  timeout?: number | undefined;
  /** Sent with every request. */
  headers?: Record<string, string> | undefined;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** What is never stored. */
export type ServiceSecrets = Pick<ServiceOptions, "apiKey" | "headers" | "fetch">;

/** What is stored of such a function; the services add settings of their own. */
export interface ServiceConfig {
  /** Where the key is to come from. Absent for a function without a key. */
  api_key_env_var?: string | undefined;
  api_base?: string | undefined;
  model_name?: string | undefined;
  dimensions?: number | undefined;
  document_prefix?: string | undefined;
  query_prefix?: string | undefined;
  batch_size?: number | undefined;
  concurrency?: number | undefined;
  retries?: number | undefined;
  retry_delay?: number | undefined;
  timeout?: number | undefined;
}

/** The stored name of every option that is stored. */
export const STORED_NAMES: Readonly<Record<string, string>> = {
  apiKeyEnvVar: "api_key_env_var",
  baseUrl: "api_base",
  model: "model_name",
  dimensions: "dimensions",
  documentPrefix: "document_prefix",
  queryPrefix: "query_prefix",
  batchSize: "batch_size",
  concurrency: "concurrency",
  retries: "retries",
  retryDelay: "retry_delay",
  timeout: "timeout",
};

/** A variable of the environment, where there is one. */
export function environment(name: string | undefined): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return name === undefined ? undefined : process?.env?.[name];
}
