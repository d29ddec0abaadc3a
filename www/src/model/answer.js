// The worker's end of `loadEmbedder`.
//
// In:  {load} once, then {call, texts}, and {cancel: call} for what is no longer wanted.
// Out: {progress: {loaded, total}}, {ready: {name, dimension, ...}} or {failed: {message}}; {call, vectors} or
//      {call, error}.

/** @param {(load: object) => Promise<{embedding: object, model: object}>} open loads the model */
export function answer(open) {
  const calls = new Map();
  let embedding;

  async function load(settings) {
    const opened = await open(settings);
    embedding = opened.embedding;
    postMessage({ ready: opened.model });
  }

  async function generate({ call, texts }) {
    const controller = new AbortController();
    calls.set(call, controller);
    try {
      const vectors = await embedding.generate(texts, { signal: controller.signal });
      postMessage(
        { call, vectors },
        vectors.map((vector) => vector.buffer),
      );
    } catch (error) {
      // An UnknownTextError names the text.
      const code = error.index === undefined ? error.code : "unknown_text";
      postMessage({ call, error: { message: error.message, code, index: error.index } });
    } finally {
      calls.delete(call);
    }
  }

  addEventListener("message", ({ data }) => {
    if (data.load !== undefined)
      load(data.load).catch(({ message }) => postMessage({ failed: { message } }));
    else if (data.cancel !== undefined) calls.get(data.cancel)?.abort();
    else generate(data);
  });
}
