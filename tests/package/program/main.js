// As a user would write it: keeps records in the browser and searches them.
import { PersistentClient } from "vecino";

const client = new PersistentClient({ path: "program" });
const configuration = { hnsw: { space: "cosine" } };
const dimension = 384;
const batch = 500;

async function fetchFloats(url) {
  return new Float32Array(await (await fetch(url)).arrayBuffer());
}

async function fill(passages) {
  const records = await (await fetch("./records.json")).json();
  const floats = await fetchFloats("./embeddings.bin");
  for (let start = 0; start < records.length; start += batch) {
    const some = records.slice(start, start + batch);
    await passages.add({
      ids: some.map(({ id }) => id),
      documents: some.map(({ document }) => document),
      metadatas: some.map(({ metadata }) => metadata),
      embeddings: floats.slice(start * dimension, (start + some.length) * dimension),
    });
  }
}

async function search(where) {
  const passages = await client.getOrCreateCollection({ name: "passages", configuration });
  const found = await passages.count();
  if (found === 0) await fill(passages);
  const floats = await fetchFloats("./queries.bin");
  const queryEmbeddings = Array.from({ length: floats.length / dimension }, (_, i) =>
    floats.slice(i * dimension, (i + 1) * dimension),
  );
  const { ids, distances, documents } = await passages.query({ queryEmbeddings, where });
  const { records } = await client.stats();
  return { found, count: await passages.count(), records, ids, distances, documents };
}

window.search = search;
