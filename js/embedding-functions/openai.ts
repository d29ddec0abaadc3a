import { checkOptions } from "../arguments.js";
import type { Space } from "../configuration-types.js";
import { errorOf, VecinoError } from "../errors.js";
import type { FunctionSettings } from "./function.js";
import { endpointError, readEmbeddings } from "./openai-answer.js";
import type {
  OpenAIEmbeddingFunctionConfig,
  OpenAIEmbeddingFunctionOptions,
  OpenAIEmbeddingFunctionSecrets,
} from "./openai-options.js";
import { environment } from "./openai-options.js";

const DEFAULT_URL = "https://api.openai.com/v1";
const BATCH_SIZE = 10;
const TIMEOUT = 60_000;

const OPTIONS = [
  "apiKey",
  "apiKeyEnvVar",
  "baseUrl",
  "model",
  "dimensions",
  "batchSize",
  "timeout",
  "headers",
  "fetch",
] as const;

/** Embeds texts through any service that speaks OpenAI's `/embeddings`: OpenAI, DashScope, Ollama, LM Studio. */
export class OpenAIEmbeddingFunction {
  readonly name = "openai";
  // Private in earnest, so that neither logging nor serializing the object shows a key.
  readonly #apiKey: string | undefined;
  readonly #apiKeyEnvVar: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch | undefined;
  readonly #url: string;
  readonly #model: string;
  readonly #dimensions: number | undefined;
  readonly #batchSize: number;
  readonly #timeout: number;

  constructor(options: OpenAIEmbeddingFunctionOptions) {
    checkOptions("OpenAIEmbeddingFunction", options, OPTIONS);
    const baseUrl = options.baseUrl ?? DEFAULT_URL;
    if (typeof options.model !== "string" || options.model === "") {
      throw invalid('model must be named, for example "text-embedding-3-small"');
    }
    this.#apiKeyEnvVar = options.apiKeyEnvVar ?? "OPENAI_API_KEY";
    // A key of the environment goes to another service only when the caller names its variable.
    const named = options.baseUrl === undefined || options.apiKeyEnvVar !== undefined;
    this.#apiKey = options.apiKey || (named ? environment(this.#apiKeyEnvVar) : undefined);
    if (!this.#apiKey && options.baseUrl === undefined)
      throw invalid(
        `apiKey is needed for OpenAI's own service, and the environment has no ${this.#apiKeyEnvVar}`,
      );
    if (!/^https?:\/\//.test(baseUrl))
      throw invalid(`baseUrl must begin with http:// or https://, got "${baseUrl}"`);
    this.#headers = { ...options.headers };
    this.#fetch = options.fetch;
    this.#url = `${baseUrl.replace(/\/+$/, "")}/embeddings`;
    this.#model = options.model;
    this.#dimensions = positive("dimensions", options.dimensions);
    this.#batchSize = positive("batchSize", options.batchSize) ?? BATCH_SIZE;
    this.#timeout = positive("timeout", options.timeout) ?? TIMEOUT;
  }

  async generate(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[][]> {
    const embeddings: number[][] = [];
    for (let start = 0; start < texts.length; start += this.#batchSize) {
      const batch = await this.#request(
        texts.slice(start, start + this.#batchSize),
        options.signal,
      );
      embeddings.push(...batch);
    }
    return embeddings;
  }

  defaultSpace(): Space {
    return "cosine";
  }

  supportedSpaces(): Space[] {
    return ["cosine", "l2", "ip"];
  }

  /** What is stored with a collection: the settings under Chroma's names for them, without key and headers. */
  getConfig(): OpenAIEmbeddingFunctionConfig {
    return {
      ...(this.#apiKey ? { api_key_env_var: this.#apiKeyEnvVar } : {}),
      api_base: this.#url.slice(0, -"/embeddings".length),
      model_name: this.#model,
      ...(this.#dimensions === undefined ? {} : { dimensions: this.#dimensions }),
      ...(this.#batchSize === BATCH_SIZE ? {} : { batch_size: this.#batchSize }),
      ...(this.#timeout === TIMEOUT ? {} : { timeout: this.#timeout }),
    };
  }

  /** Another model's embeddings cannot be compared with those that a collection holds. */
  validateConfigUpdate(config: FunctionSettings): void {
    const { model_name, dimensions } = config as OpenAIEmbeddingFunctionConfig;
    if (model_name === this.#model && dimensions === this.#dimensions) return;
    throw invalid(
      `the collection's embeddings are of ${this.#model} (dimensions: ${this.#dimensions ?? "the model's own"}), so ` +
        `${model_name} (dimensions: ${dimensions ?? "the model's own"}) cannot take over`,
    );
  }

  /**
   * The function of stored settings. They hold no key: it comes from `secrets`, or in Node from the environment
   * variable that they name.
   */
  static buildFromConfig(config: FunctionSettings, secrets?: unknown): OpenAIEmbeddingFunction {
    const settings = config as OpenAIEmbeddingFunctionConfig;
    // The registry hands over the client that asks, whose headers are none of ours.
    const { apiKey, headers, fetch } = (
      Object(secrets).heartbeat ? {} : Object(secrets)
    ) as OpenAIEmbeddingFunctionSecrets;
    const variable = settings.api_key_env_var;
    const key = apiKey || (variable && environment(variable));
    if (variable && !key) {
      throw invalid(
        `its key is not stored, and there is no ${variable} in the environment: pass ` +
          "embeddingFunction: new OpenAIEmbeddingFunction({ apiKey, ... }) with " +
          `model ${JSON.stringify(settings.model_name)} and baseUrl ${JSON.stringify(settings.api_base)}`,
      );
    }
    return new OpenAIEmbeddingFunction({
      apiKey: key,
      apiKeyEnvVar: variable,
      headers,
      fetch,
      baseUrl: settings.api_base ?? DEFAULT_URL,
      model: settings.model_name,
      dimensions: settings.dimensions,
      batchSize: settings.batch_size,
      timeout: settings.timeout,
    });
  }

  toJSON(): object {
    return { name: this.name, ...this.getConfig() };
  }

  async #request(input: string[], signal: AbortSignal | undefined): Promise<number[][]> {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(abort, this.#timeout);
    try {
      const response = await (this.#fetch ?? fetch)(this.#url, {
        method: "POST",
        headers: this.#requestHeaders(),
        body: JSON.stringify({
          model: this.#model,
          input,
          dimensions: this.#dimensions,
          encoding_format: "float",
        }),
        signal: controller.signal,
      });
      const text = await response.text();
      if (!response.ok) throw endpointError(this.#url, response, text);
      return readEmbeddings(this.#url, text, input.length, this.#dimensions);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (controller.signal.aborted) {
        throw errorOf("connection", `${this.#url} gave no answer within ${this.#timeout} ms.`);
      }
      throw this.#redacted(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #requestHeaders(): Record<string, string> {
    const authorization = this.#apiKey ? { Authorization: `Bearer ${this.#apiKey}` } : {};
    return { "Content-Type": "application/json", ...authorization, ...this.#headers };
  }

  /** Services echo what they were sent, and a key in a message ends up in logs. */
  #redacted(error: unknown): unknown {
    const known = error instanceof TypeError ? unreachable(this.#url, error) : error;
    const key = this.#apiKey;
    if (!key || !(known instanceof VecinoError) || !known.message.includes(key)) return known;
    return errorOf(known.code, known.message.replaceAll(key, "[key]"));
  }
}

/** `fetch` reports every failure below HTTP as a TypeError. */
function unreachable(url: string, error: TypeError): VecinoError {
  const { cause } = error;
  const reason =
    cause instanceof Error && cause.message ? `${error.message} (${cause.message})` : error.message;
  return errorOf(
    "connection",
    `${url} could not be reached: ${reason}. From a web page, the service must also allow requests of this origin ` +
      "(CORS).",
  );
}

function positive(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
  throw invalid(`${name} must be a whole number greater than 0, got ${value}`);
}

function invalid(message: string): Error {
  return errorOf("invalid_argument", `OpenAIEmbeddingFunction: ${message}.`);
}
