// The page's end of a model's worker: an embedding function that answers from another thread.

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
   * @param {{signal?: AbortSignal}} [options] aborting rejects at once, and spares the worker what it has not begun
   * @returns {Promise<Float32Array[]>}
   */
  generate(texts, { signal } = {}) {
    if (this.#stopped) return Promise.reject(workerFailed());
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const call = this.#next;
      this.#next += 1;
      const abort = () => {
        this.#calls.delete(call);
        this.#worker.postMessage({ cancel: call });
        reject(signal.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      const ended = () => signal?.removeEventListener("abort", abort);
      this.#calls.set(call, { resolve, reject, ended });
      this.#worker.postMessage({ call, texts });
    });
  }

  #settle({ call, vectors, error }) {
    const found = this.#calls.get(call);
    // Its caller has gone.
    if (!found) return;
    this.#calls.delete(call);
    found.ended();
    if (error)
      found.reject(
        Object.assign(new Error(error.message), { code: error.code, index: error.index }),
      );
    else found.resolve(vectors);
  }
}

const workerFailed = () => new ModelError("model_worker", "the worker that runs the model stopped");

/**
 * Starts the worker and loads the model's files.
 *
 * @param {() => Worker} start
 * @param {object} load where the files are, as the worker wants to know it
 * @param {(progress: {loaded: number, total: number}) => void} onProgress bytes of the largest file
 * @returns {Promise<Embedder>}
 * @throws {ModelError}
 */
export function loadEmbedder(start, load, onProgress) {
  return new Promise((resolve, reject) => {
    const worker = start();
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
    worker.postMessage({ load });
  });
}
