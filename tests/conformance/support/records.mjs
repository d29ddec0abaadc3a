// Records that many cases start from.

/** Four records in two dimensions, apart from each other in every space. */
export const four = {
  ids: ["a", "b", "c", "d"],
  embeddings: [
    [1, 0],
    [0, 1],
    [2, 2],
    [-1, 0.5],
  ],
  documents: ["red apple", "green pear", "red plum", "blue sky"],
  metadatas: [
    { year: 1999, kind: "fruit" },
    { year: 2005, kind: "fruit", ripe: true },
    { year: 2010.5, kind: "fruit" },
    { kind: "place" },
  ],
  uris: ["x://a", "x://b", "x://c", "x://d"],
};

export async function collectionOf(client, records = four, options = {}) {
  const collection = await client.createCollection({ name: "things", ...options });
  await collection.add(records);
  return collection;
}

/** Everything that can be read from the database. */
export async function dump(client) {
  const include = ["documents", "embeddings", "metadatas", "uris"];
  const collections = await client.listCollections({ limit: 1000 });
  return Promise.all(
    collections.map(async (collection) => {
      const { id, name, metadata, configuration } = collection;
      const { ids, documents, embeddings, metadatas, uris } = await collection.get({ include });
      const count = await collection.count();
      const records = { ids, documents, embeddings, metadatas, uris };
      return { id, name, metadata, configuration, count, records };
    }),
  );
}

/** An embedding function without a model: length, vowels and spaces of a text. It counts its calls. */
export function letters() {
  const calls = [];
  return {
    name: "letters",
    calls,
    async generate(texts) {
      calls.push(texts);
      return texts.map((text) => [
        text.length,
        text.match(/[aeiou]/g)?.length ?? 0,
        text.split(" ").length,
      ]);
    },
  };
}

/** Records enough to be linked into a graph, in 40 groups, from a fixed seed. */
export function many() {
  const [n, dimension] = [4200, 1024];
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const centers = Float32Array.from({ length: 40 * dimension }, random);
  const embeddings = Float32Array.from({ length: n * dimension }, (_, i) => {
    const group = Math.floor(i / dimension) % 40;
    return centers[group * dimension + (i % dimension)] + 0.5 * random();
  });
  const ids = Array.from({ length: n }, (_, i) => `r${i}`);
  const row = (i) => embeddings.slice(i * dimension, (i + 1) * dimension);
  return { n, ids, embeddings, row };
}

/** Resolves when no record waits to be linked; rejects when some still do after a minute. */
export async function linked(client) {
  for (let i = 0; i < 3000; i++) {
    const { unlinked } = await client.stats();
    if (unlinked === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the background work does not come to an end");
}
