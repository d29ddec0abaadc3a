// The static embedding model: no network is run, a text's vector is the mean of its tokens' vectors.
//
//   text -> WordPiece tokens, no special tokens -> mean of vectors[token] * scales[token] -> length 1
//
// Pure: no fetch, no worker, no DOM, so that the same file runs in the page's worker and in a test under Node.

import { Tokenizer } from "@huggingface/tokenizers";

/** A text that gives no vector. `index` is its place in the call. */
export class UnknownTextError extends Error {
  constructor(index, text) {
    const what = text.trim() === "" ? "is empty" : "has no word that the model knows";
    super(`text ${index} ${what}, so it has no place among the passages`);
    this.name = "UnknownTextError";
    this.code = "unknown_text";
    this.index = index;
  }
}

/** An embedding function in Chroma's sense: `generate(texts)` answers one vector of `dimension` numbers for each text. */
export class StaticEmbedding {
  #tokenizer;
  #vectors;
  #scales;
  #unknown;

  /**
   * @param {object} files
   * @param {{name: string, dimension: number, vocabulary: number}} files.model model.json
   * @param {object} files.tokenizer tokenizer.json
   * @param {object} files.tokenizerConfig tokenizer_config.json
   * @param {Int8Array} files.vectors vocabulary x dimension, row-major
   * @param {Float32Array} files.scales one for each token
   * @throws {RangeError} when vectors or scales do not have the length that model.json says
   */
  constructor({ model, tokenizer, tokenizerConfig, vectors, scales }) {
    const { name, dimension, vocabulary } = model;
    if (vectors.length !== vocabulary * dimension) {
      throw new RangeError(
        `vectors.i8 has ${vectors.length} numbers; expected ${vocabulary} x ${dimension}`,
      );
    }
    if (scales.length !== vocabulary) {
      throw new RangeError(`scales.f32 has ${scales.length} numbers; expected ${vocabulary}`);
    }
    this.name = name;
    this.dimension = dimension;
    this.#tokenizer = new Tokenizer(tokenizer, tokenizerConfig);
    this.#unknown = this.#tokenizer.token_to_id(tokenizerConfig.unk_token);
    this.#vectors = vectors;
    this.#scales = scales;
  }

  /**
   * @param {string[]} texts
   * @returns {Promise<Float32Array[]>} one vector of length 1 for each text, in the order of the texts
   * @throws {UnknownTextError} for an empty text or one without a known token
   */
  async generate(texts) {
    return texts.map((text, index) => this.#embed(text, index));
  }

  #embed(text, index) {
    const tokens = this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (tokens.every((token) => token === this.#unknown)) throw new UnknownTextError(index, text);
    const sum = new Float64Array(this.dimension);
    for (const token of tokens) {
      const start = token * this.dimension;
      const scale = this.#scales[token];
      for (let i = 0; i < this.dimension; i += 1) sum[i] += this.#vectors[start + i] * scale;
    }
    const length = Math.hypot(...sum);
    if (length === 0) throw new UnknownTextError(index, text);
    // The mean and the sum have the same direction: dividing by the length makes the number of tokens fall out.
    return Float32Array.from(sum, (value) => value / length);
  }
}
