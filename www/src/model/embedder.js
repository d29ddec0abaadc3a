// The page's end of the model's worker: an embedding function that answers from another thread.

/** The model could not be loaded. `code` is "model_missing" or "model_worker". */
export class ModelError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ModelError";
    this.code = code;
  }
}

/** An embedding function in Chroma's sense, made by `loadEmbedder`. */
class Embedder {
  #worker;
  #calls = new Map();
  #next = 0;
  #stopped = false;

  constructor(worker, model) {
    this.model = model;
    this.name = model.name;
    this.dimension = model.dimension;
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#settle(data);
    worker.onerror = () => {
      this.#stopped = true;
      for (const { reject } of this.#calls.values()) reject(workerFailed());
      this.#calls.clear();
    };
  }

  /**
   * @param {string[]} texts
   * @returns {Promise<Float32Array[]>}
   */
  generate(texts) {
    if (this.#stopped) return Promise.reject(workerFailed());
    return new Promise((resolve, reject) => {
      const call = this.#next;
      this.#next += 1;
      this.#calls.set(call, { resolve, reject });
      this.#worker.postMessage({ call, texts });
    });
  }

  #settle({ call, vectors, error }) {
    const { resolve, reject } = this.#calls.get(call);
    this.#calls.delete(call);
    if (error)
      reject(Object.assign(new Error(error.message), { code: error.code, index: error.index }));
    else resolve(vectors);
  }
}

const workerFailed = () => new ModelError("model_worker", "the worker that runs the model stopped");

/**
 * Starts the worker and loads the model's files.
 *
 * @param {URL} folder where the files are
 * @param {(progress: {loaded: number, total: number}) => void} onProgress bytes of the largest file
 * @returns {Promise<Embedder>}
 * @throws {ModelError}
 */
export function loadEmbedder(folder, onProgress) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      type: "module",
      name: "vecino-demo model",
    });
    const fail = (error) => {
      worker.terminate();
      reject(error);
    };
    worker.onerror = () => fail(workerFailed());
    worker.onmessage = ({ data: { progress, ready, failed } }) => {
      if (progress) onProgress(progress);
      if (ready) resolve(new Embedder(worker, ready));
      if (failed) fail(new ModelError("model_missing", failed.message));
    };
    worker.postMessage({ load: folder.href });
  });
}
