// One search: a question or a passage in, the nearest passages and the time it took out.

const NEAREST = 10;

/**
 * @param {object} store
 * @param {object} asked `question`, or `like`: the id of a passage whose neighbors are wanted; `where` narrows
 * @returns {Promise<{hits: object[], like?: object, embedTime?: number, searchTime: number}>} times in milliseconds, as
 *   the page sees them: with the way to the worker and back. `like` is the passage itself; it is not among its hits.
 *   There is no `embedTime` where nothing had to be embedded.
 * @throws {Error} with code "unknown_text" for a question without a known word, "not_found" for a passage that is gone
 */
export async function search(store, { question, like, where }) {
  const started = performance.now();
  const { embedding, passage, kept } = like
    ? await stored(store, like)
    : await embedded(store, question);
  const embeddedAt = performance.now();
  const result = await store.collection.query({
    queryEmbeddings: [embedding],
    nResults: like ? NEAREST + 1 : NEAREST,
    where,
    include: ["documents", "metadatas", "distances"],
  });
  const searchTime = performance.now() - embeddedAt;
  const hits = result
    .rows()[0]
    .filter(({ id }) => id !== like)
    .slice(0, NEAREST);
  const embedTime = like || kept ? undefined : embeddedAt - started;
  return { hits, like: passage, embedTime, searchTime };
}

/** The last question of each store whose function is a service: narrowing its results sends nothing. */
const asked = new WeakMap();

async function embedded(store, question) {
  const last = asked.get(store);
  if (last?.question === question) return { embedding: last.embedding, kept: true };
  const [embedding] = await store.embeddingFunction.generate([question]);
  if (store.embedding.place !== "") asked.set(store, { question, embedding });
  return { embedding };
}

async function stored(store, id) {
  const result = await store.collection.get({ ids: [id], include: ["embeddings", "metadatas"] });
  const [passage] = result.rows();
  if (!passage)
    throw Object.assign(new Error("That passage is no longer in the store."), {
      code: "not_found",
    });
  return { embedding: passage.embedding, passage };
}
