// voy-search in the page's own thread. Its module is put together by hand: bundlers cannot import it.
import * as glue from "voy-search/voy_search_bg.js";
import wasm from "voy-search/voy_search_bg.wasm?url";

export class VoyContender {
  #index;

  static async create() {
    const imports = { "./voy_search_bg.js": glue };
    const { instance } = await WebAssembly.instantiateStreaming(fetch(wasm), imports);
    glue.__wbg_set_wasm(instance.exports);
    return new VoyContender();
  }

  fill(vectors, dimension) {
    const embeddings = Array.from({ length: vectors.length / dimension }, (_, row) => ({
      id: String(row),
      title: "",
      url: "",
      embeddings: Array.from(vectors.subarray(row * dimension, (row + 1) * dimension)),
    }));
    this.#index = new glue.Voy({ embeddings });
  }

  ask(query, k) {
    return this.#index.search(query, k).neighbors.map(({ id }) => Number(id));
  }

  close() {
    this.#index.free();
  }
}
