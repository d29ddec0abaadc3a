/** Compiled, never run: the exact types that callers see. */
import {
  type ClientEvent,
  type Collection,
  EphemeralClient,
  type ErrorCode,
  type GetResult,
  IncludeEnum,
  type Metadata,
  OpenAIEmbeddingFunction,
  PersistentClient,
  type QueryResult,
  type QueryRow,
  QuotaExceededError,
  VecinoError,
} from "../../js/index.js";

type IsExact<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assert<T extends true>(..._proof: T[]): void {}

declare const collection: Collection;
interface Note {
  year: number;
  tags?: string[];
}

async function answers(): Promise<void> {
  const got = await collection.get();
  assert<IsExact<typeof got, GetResult<Metadata>>>();
  assert<IsExact<typeof got.ids, string[]>>();
  assert<IsExact<typeof got.documents, (string | null)[]>>();
  assert<IsExact<typeof got.embeddings, number[][]>>();

  const notes = await collection.get<Note>({ include: [IncludeEnum.metadatas, "embeddings"] });
  assert<IsExact<typeof notes.metadatas, (Note | null)[]>>();
  const row = notes.rows()[0];
  assert<IsExact<NonNullable<typeof row>["metadata"], Note | null | undefined>>();

  const hits = await collection.query<Note>({ queryEmbeddings: new Float32Array(3), nResults: 2 });
  assert<IsExact<typeof hits, QueryResult<Note>>>();
  assert<IsExact<typeof hits.distances, number[][]>>();
  assert<IsExact<typeof hits.ids, string[][]>>();
  const hit = hits.rows()[0]?.[0];
  assert<IsExact<typeof hit, QueryRow<Note> | undefined>>();
  assert<IsExact<NonNullable<typeof hit>["distance"], number | undefined>>();

  const { deleted } = await collection.delete({ ids: ["a"] });
  assert<IsExact<typeof deleted, number>>();
  assert<IsExact<Awaited<ReturnType<typeof collection.count>>, number>>();
  assert<IsExact<Awaited<ReturnType<typeof collection.add>>, void>>();
}

async function inputs(): Promise<void> {
  await collection.add({ ids: ["a"], embeddings: [[1, 2]] });
  await collection.add({ ids: ["a"], embeddings: [new Float32Array(2)] });
  await collection.add({
    ids: ["a", "b"],
    embeddings: new Float32Array(4),
    documents: ["x", null],
  });
  await collection.add({ ids: ["a"], documents: ["x"], signal: AbortSignal.timeout(10) });
  await collection.peek();
  await collection.count({ consistency: "strong" });
  // @ts-expect-error a typing error in a word
  await collection.count({ consistency: "stron" });
  // @ts-expect-error the ids are missing
  await collection.add({ embeddings: [[1, 2]] });
  // @ts-expect-error a typing error in an option
  await collection.query({ queryEmbeddings: [[1]], nResult: 3 });
  // @ts-expect-error get has no distances
  await collection.get({ include: ["distance"] });
  // @ts-expect-error a metadata value must not be an object
  await collection.add({ ids: ["a"], embeddings: [[1]], metadatas: [{ nested: { deep: 1 } }] });
}

async function clients(): Promise<void> {
  // @ts-expect-error a persistent client needs a path
  new PersistentClient({});
  // @ts-expect-error there is no such durability
  new PersistentClient({ path: "notes", durability: "eager" });
  const kept = new PersistentClient({ path: "notes", durability: "strict", fallback: "memory" });
  assert<IsExact<typeof kept.persistence, Promise<"indexeddb" | "memory">>>();
  kept.addEventListener("warning", (event) => {
    assert<IsExact<typeof event, ClientEvent>>();
    assert<IsExact<typeof event.code, ErrorCode>>();
  });
  kept.addEventListener("close", { handleEvent: ({ message }) => console.log(message) });
  // @ts-expect-error there is no such event
  kept.addEventListener("closed", () => {});
  await using client = new EphemeralClient();
  const made = await client.createCollection({
    name: "notes",
    configuration: { hnsw: { space: "cosine" } },
    embeddingFunction: new OpenAIEmbeddingFunction({ apiKey: "key", model: "m" }),
  });
  assert<IsExact<typeof made, Collection>>();
  await client.createCollection({
    name: "others",
    embeddingFunction: {
      generate: async (texts: string[]) => texts.map(() => new Float32Array(2)),
    },
  });
  try {
    await client.getCollection({ name: "none" });
  } catch (error) {
    if (error instanceof VecinoError) assert<IsExact<typeof error.code, ErrorCode>>();
    if (error instanceof QuotaExceededError) {
      assert<IsExact<typeof error.usage, number | undefined>>();
    }
  }
}

void [answers, inputs, clients];
