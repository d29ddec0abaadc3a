import { checkOptions } from "../../arguments.js";
import type { Space } from "../../configuration-types.js";
import { errorOf } from "../../errors.js";
import { giveWay } from "../../give-way.js";
import type { FunctionSettings } from "../function.js";
import { fetchFiles, parsed, type StaticModelFiles, type StaticProgress } from "./files.js";
import { embedText, type StaticModelDescription, type StaticTable } from "./model.js";

export type { StaticModelFiles } from "./files.js";
export { UnknownTextError } from "./model.js";

export interface StaticEmbeddingFunctionOptions {
  /** The folder with the model's files, fetched when the first text comes. Relative to the page. */
  url?: string | URL | undefined;
  /** The files themselves, instead of `url`. */
  files?: StaticModelFiles | undefined;
  /** The name in model.json, which is stored with a collection. Default "static-minilm-256". */
  model?: string | undefined;
  /** Called while the largest file comes in. */
  onProgress?: StaticProgress | undefined;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** What is stored of such a function. */
export interface StaticEmbeddingFunctionConfig {
  model_name: string;
  url?: string | undefined;
}

const MODEL = "static-minilm-256";

/** How long the thread is held up at a stretch, in milliseconds: answers of queries that come meanwhile wait for it. */
const SLICE = 1;
const CLASS = "StaticEmbeddingFunction";

/**
 * Embeds by adding up the embeddings of a text's words: no network is run, so a text takes a fraction of a millisecond.
 * It does not see the order of words, and finds less than the model that it was made from: with static-minilm-256 the
 * nDCG@10 on Cranfield is 0.337, with all-MiniLM-L6-v2 0.500. Needs the package @huggingface/tokenizers.
 */
export class StaticEmbeddingFunction {
  readonly name = "static";
  readonly #options: StaticEmbeddingFunctionOptions;
  readonly #model: string;
  #table: Promise<StaticTable> | undefined;

  constructor(options: StaticEmbeddingFunctionOptions) {
    checkOptions(CLASS, options, ["url", "files", "model", "onProgress", "fetch"]);
    if ((options.url === undefined) === (options.files === undefined)) {
      throw invalid("give either url, the folder of the model's files, or files");
    }
    this.#options = options;
    this.#model = options.model ?? MODEL;
  }

  /** One embedding of length 1 per text. Throws an UnknownTextError for a text without a known word. */
  async generate(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array[]> {
    const table = await this.#load();
    const embeddings: Float32Array[] = [];
    let start = performance.now();
    for (const [index, text] of texts.entries()) {
      if (performance.now() - start > SLICE) {
        await giveWay();
        start = performance.now();
      }
      options.signal?.throwIfAborted();
      embeddings.push(embedText(table, text, index));
    }
    return embeddings;
  }

  /** Loads the model, if it is not there yet, and says what it is. */
  async load(): Promise<StaticModelDescription> {
    return (await this.#load()).model;
  }

  defaultSpace(): Space {
    return "cosine";
  }

  supportedSpaces(): Space[] {
    return ["cosine", "l2", "ip"];
  }

  getConfig(): StaticEmbeddingFunctionConfig {
    const { url } = this.#options;
    return { model_name: this.#model, ...(url === undefined ? {} : { url: String(url) }) };
  }

  validateConfigUpdate({ model_name }: FunctionSettings): void {
    if (model_name === this.#model) return;
    throw invalid(
      `the collection's embeddings are of ${this.#model}, so ${model_name} cannot take over`,
    );
  }

  static buildFromConfig(config: FunctionSettings): StaticEmbeddingFunction {
    const { url, model_name } = config as StaticEmbeddingFunctionConfig;
    if (url !== undefined) return new StaticEmbeddingFunction({ url, model: model_name });
    throw invalid(
      "its files are not stored: pass embeddingFunction: new StaticEmbeddingFunction({ files }) " +
        `with those of ${model_name}`,
    );
  }

  #load(): Promise<StaticTable> {
    this.#table ??= this.#read().catch((error) => {
      // What failed may work the next time.
      this.#table = undefined;
      throw error;
    });
    return this.#table;
  }

  async #read(): Promise<StaticTable> {
    const { url, files, onProgress, fetch } = this.#options;
    const [{ Tokenizer }, read] = await Promise.all([
      tokenizers(),
      files ?? fetchFiles(String(url), onProgress, fetch),
    ]);
    const model = parsed("model.json", read.model) as StaticModelDescription;
    const config = parsed("tokenizer_config.json", read.tokenizerConfig) as { unk_token?: string };
    const tokenizer = new Tokenizer(parsed("tokenizer.json", read.tokenizer), config);
    const { dimension, vocabulary } = model;
    const vectors = new Int8Array(bytes(read.vectors));
    const scales = new Float32Array(bytes(read.scales));
    if (model.name !== this.#model) {
      throw invalid(`model.json is of ${model.name}, expected ${this.#model}; name it in model`);
    }
    if (vectors.length !== vocabulary * dimension) {
      throw invalid(
        `vectors.i8 has ${vectors.length} numbers; expected ${vocabulary} x ${dimension}`,
      );
    }
    if (scales.length !== vocabulary) {
      throw invalid(`scales.f32 has ${scales.length} numbers; expected ${vocabulary}`);
    }
    const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
    return {
      model,
      vectors,
      scales,
      encode,
      unknown: tokenizer.token_to_id(config.unk_token ?? ""),
    };
  }
}

/** Imported when it is needed, so that no page loads it that does not use it. */
function tokenizers() {
  return import("@huggingface/tokenizers").catch((cause: unknown) => {
    throw errorOf(
      "unsupported",
      `${CLASS} needs the package @huggingface/tokenizers: npm install @huggingface/tokenizers. (${cause})`,
      { cause },
    );
  });
}

/** A copy of its own, aligned for every type of numbers. */
function bytes(content: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  if (content instanceof ArrayBuffer) return content;
  const { buffer, byteOffset, byteLength } = content;
  return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
}

function invalid(message: string): Error {
  return errorOf("invalid_argument", `${CLASS}: ${message}.`);
}
