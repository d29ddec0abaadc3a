/** Compiled, never run: a Vecino collection can stand where code expects one of npm chromadb. */
import type { Collection as ChromaCollection } from "chromadb";
import type { Collection } from "../../js/index.js";

type Shared =
  | "id"
  | "name"
  | "tenant"
  | "database"
  | "metadata"
  | "configuration"
  | "count"
  | "add"
  | "upsert"
  | "update"
  | "delete"
  | "get"
  | "query"
  | "peek"
  | "modify"
  | "forkCount"
  | "getIndexingStatus";

/** Code written for Chroma. */
async function written(collection: Pick<ChromaCollection, Shared>): Promise<string[]> {
  await collection.add({
    ids: ["a"],
    embeddings: [[1, 2]],
    metadatas: [{ year: 1999 }],
    documents: ["text"],
  });
  await collection.update({ ids: ["a"], metadatas: [{ tags: ["x", "y"], gone: null }] });
  await collection.modify({ name: "other", configuration: { hnsw: { ef_search: 50 } } });
  const hits = await collection.query<{ year: number }>({
    queryEmbeddings: [[1, 2]],
    nResults: 3,
    where: { $and: [{ year: { $gte: 1990 } }, { kind: "note" }] },
    whereDocument: { $contains: "text" },
    include: ["metadatas", "distances"],
  });
  const years: (number | undefined)[] = hits.rows()[0]?.map((row) => row.metadata?.year) ?? [];
  const got = await collection.get({ ids: ["a"], limit: 1 });
  const preview = await collection.peek({ limit: years.length });
  const { deleted } = await collection.delete({ where: { year: { $in: [1999, 2000] } } });
  return [...got.ids, ...preview.ids, String(deleted), String(await collection.count())];
}

declare const collection: Collection;
const standIn: Pick<ChromaCollection, Shared> = collection;
void written(standIn);
void written(collection);
