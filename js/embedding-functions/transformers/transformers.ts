import { abortable } from "../../abort.js";
import { checkOptions } from "../../arguments.js";
import type { Space } from "../../configuration-types.js";
import { errorOf } from "../../errors.js";
import type { FunctionSettings } from "../function.js";
import { type Library, type ModelProgress, pipelineOf, type Run } from "./library.js";

export type { ModelProgress } from "./library.js";

export interface TransformersEmbeddingFunctionOptions {
  /** A model of the Hugging Face hub, or a folder below `localModelPath`. Default "Xenova/all-MiniLM-L6-v2", Chroma's. */
  model?: string | undefined;
  /** Branch or commit of the model's repository. Default "main". */
  revision?: string | undefined;
  /** Which of the model's files: "fp32", "fp16", "q8", "q4", ... Default: the library's for the device, "q8" for wasm. */
  dtype?: string | undefined;
  /** "wasm" or "webgpu". Default "wasm". In Node there is "cpu" instead. */
  device?: string | undefined;
  /** The folder of the page's own that holds the model's: nothing is asked of the hub. */
  localModelPath?: string | undefined;
  /**
   * The folder of the page's own that holds the files of onnxruntime-web, whose version must be the library's. By default
   * the library takes them from a public CDN.
   */
  wasmPath?: string | undefined;
  /** Texts per run of the network. Default 1: an int8 model's embeddings change a little with what is beside a text. */
  batchSize?: number | undefined;
  pooling?: "mean" | "cls" | undefined;
  normalize?: boolean | undefined;
  /** Stands before every document, and before every text of a question: for models trained with "passage: ", "query: ". */
  documentPrefix?: string | undefined;
  queryPrefix?: string | undefined;
  /** Called while the model's files come in, as the library reports it. */
  progressCallback?: ((progress: ModelProgress) => void) | undefined;
  /** The library, where `import("@huggingface/transformers")` would not find it. */
  library?: Library | (() => Promise<Library>) | undefined;
}

/** What is stored of such a function. Chroma's default function stores the first three. */
export interface TransformersEmbeddingFunctionConfig {
  model?: string | undefined;
  revision?: string | undefined;
  dtype?: string | undefined;
  device?: string | undefined;
  local_model_path?: string | undefined;
  wasm_path?: string | undefined;
  batch_size?: number | undefined;
  pooling?: "mean" | "cls" | undefined;
  normalize?: boolean | undefined;
  document_prefix?: string | undefined;
  query_prefix?: string | undefined;
}

const MODEL = "Xenova/all-MiniLM-L6-v2";
const CLASS = "TransformersEmbeddingFunction";

/** Option -> the name under which it is stored. */
const STORED = {
  model: "model",
  revision: "revision",
  dtype: "dtype",
  device: "device",
  localModelPath: "local_model_path",
  wasmPath: "wasm_path",
  batchSize: "batch_size",
  pooling: "pooling",
  normalize: "normalize",
  documentPrefix: "document_prefix",
  queryPrefix: "query_prefix",
} as const;

/** Without these a collection's embeddings cannot be compared. The others change them a little, or not at all. */
const IDENTITY = ["model", "revision", "pooling", "normalize", "document_prefix"] as const;

const DEFAULTS = { model: MODEL, revision: "main", pooling: "mean", normalize: true } as const;

/**
 * Runs an embedding model in the page, or in Node. Needs the package @huggingface/transformers. The network runs on the
 * thread that calls: call it in a worker where the page must not wait.
 */
export class TransformersEmbeddingFunction {
  readonly name = "transformers";
  readonly #options: TransformersEmbeddingFunctionOptions;
  #run: Promise<Run> | undefined;

  constructor(options: TransformersEmbeddingFunctionOptions = {}) {
    checkOptions(CLASS, options, [...Object.keys(STORED), "progressCallback", "library"]);
    const { batchSize = 1 } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw invalid(`batchSize must be a whole number greater than 0, got ${batchSize}`);
    }
    this.#options = { ...options, model: options.model ?? MODEL };
  }

  async generate(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array[]> {
    return this.#embed(texts, this.#options.documentPrefix, options.signal);
  }

  async generateForQueries(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array[]> {
    return this.#embed(texts, this.#options.queryPrefix, options.signal);
  }

  /** Loads the model, if it is not there yet. */
  async load(): Promise<void> {
    await this.#load();
  }

  defaultSpace(): Space {
    return "cosine";
  }

  supportedSpaces(): Space[] {
    return ["cosine", "l2", "ip"];
  }

  getConfig(): TransformersEmbeddingFunctionConfig {
    const options = this.#options;
    const entries = Object.entries(STORED).map(
      ([option, name]) => [name, options[option as keyof typeof STORED]] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  validateConfigUpdate(config: FunctionSettings): void {
    const own = { ...DEFAULTS, ...this.getConfig() };
    const other: TransformersEmbeddingFunctionConfig = { ...DEFAULTS, ...config };
    for (const name of IDENTITY) {
      if (own[name] === other[name]) continue;
      throw invalid(
        `the collection's embeddings are of ${own.model} (${name}: ${own[name]}), ` +
          `so ${other.model} (${name}: ${other[name]}) cannot take over`,
      );
    }
  }

  static buildFromConfig(config: FunctionSettings): TransformersEmbeddingFunction {
    const entries = Object.entries(STORED).map(([option, name]) => [option, config[name]]);
    return new TransformersEmbeddingFunction(Object.fromEntries(entries));
  }

  async #embed(
    texts: string[],
    prefix = "",
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    const { pooling = "mean", normalize = true, batchSize = 1 } = this.#options;
    const rows: Float32Array[] = [];
    if (texts.length === 0) return rows;
    const run = await abortable(signal, () => this.#load());
    for (let start = 0; start < texts.length; start += batchSize) {
      // The network keeps its thread busy without a break: here timers, clicks and an abort get their turn.
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      const batch = texts.slice(start, start + batchSize).map((text) => prefix + text);
      const { data, dims } = await abortable(signal, () => run(batch, { pooling, normalize }));
      const dimension = dims.at(-1) ?? 0;
      for (let row = 0; row < batch.length; row++) {
        rows.push(Float32Array.from(data.subarray(row * dimension, (row + 1) * dimension)));
      }
    }
    return rows;
  }

  #load(): Promise<Run> {
    this.#run ??= pipelineOf(this.#options).catch((error) => {
      // What failed may work the next time.
      this.#run = undefined;
      throw error;
    });
    return this.#run;
  }
}

function invalid(message: string): Error {
  return errorOf("invalid_argument", `${CLASS}: ${message}.`);
}
