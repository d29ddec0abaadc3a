import { checkOptions } from "../arguments.js";
import { errorOf, VecinoError } from "../errors.js";
import type { Space } from "../types.js";
import { endpointError, readEmbeddings } from "./openai-answer.js";

export interface OpenAIEmbeddingFunctionOptions {
  /** Sent as a bearer token and to `baseUrl` only; neither stored nor shown. Optional for services without keys. */
  apiKey?: string | undefined;
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

const OPTIONS = [
  "apiKey",
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
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch | undefined;
  readonly #url: string;
  readonly #model: string;
  readonly #dimensions: number | undefined;
  readonly #batchSize: number;
  readonly #timeout: number;

  constructor(options: OpenAIEmbeddingFunctionOptions) {
    checkOptions("OpenAIEmbeddingFunction", options, OPTIONS);
    const baseUrl = options.baseUrl ?? "https://api.openai.com/v1";
    if (typeof options.model !== "string" || options.model === "") {
      throw invalid('model must be named, for example "text-embedding-3-small"');
    }
    if (!options.apiKey && options.baseUrl === undefined)
      throw invalid("apiKey is needed for OpenAI's own service");
    if (!/^https?:\/\//.test(baseUrl))
      throw invalid(`baseUrl must begin with http:// or https://, got "${baseUrl}"`);
    this.#apiKey = options.apiKey;
    this.#headers = { ...options.headers };
    this.#fetch = options.fetch;
    this.#url = `${baseUrl.replace(/\/+$/, "")}/embeddings`;
    this.#model = options.model;
    this.#dimensions = positive("dimensions", options.dimensions);
    this.#batchSize = positive("batchSize", options.batchSize) ?? 10;
    this.#timeout = positive("timeout", options.timeout) ?? 60_000;
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

  /** The settings, without key and headers. */
  getConfig(): {
    baseUrl: string;
    model: string;
    dimensions?: number;
    batchSize: number;
    timeout: number;
  } {
    return {
      baseUrl: this.#url.slice(0, -"/embeddings".length),
      model: this.#model,
      ...(this.#dimensions === undefined ? {} : { dimensions: this.#dimensions }),
      batchSize: this.#batchSize,
      timeout: this.#timeout,
    };
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
