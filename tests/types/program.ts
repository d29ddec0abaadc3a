/**
 * Compiled, never run: a program typed against npm chromadb that calls every method. chromadb-program.test.mjs compiles
 * it as it is and with "vecino/chromadb" instead of "chromadb".
 */
import {
  AdminClient,
  type AdminClientArgs,
  ChromaClient,
  type ChromaClientArgs,
  ChromaClientError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaUniqueError,
  ChromaValueError,
  type Collection,
  type CollectionConfiguration,
  type CollectionMetadata,
  type CreateCollectionConfiguration,
  createErrorByType,
  type DeleteResult,
  DOCUMENT_KEY,
  type EmbeddingFunction,
  type EmbeddingFunctionClass,
  type EmbeddingFunctionSpace,
  FtsIndexConfig,
  type GetResult,
  GroupBy,
  getDefaultEFConfig,
  getEmbeddingFunction,
  type IndexingStatus,
  IntInvertedIndexConfig,
  K,
  Knn,
  knownEmbeddingFunctions,
  type ListDatabasesArgs,
  type Metadata,
  MinK,
  processCreateCollectionConfig,
  processUpdateCollectionConfig,
  type QueryResult,
  type QueryRowResult,
  ReadLevel,
  type RecordSet,
  Rrf,
  registerEmbeddingFunction,
  registerSparseEmbeddingFunction,
  Schema,
  Search,
  type SearchLike,
  type SearchResult,
  type SearchResultRow,
  type SparseEmbeddingFunction,
  type SparseVector,
  SparseVectorIndexConfig,
  StringInvertedIndexConfig,
  serializeEmbeddingFunction,
  type UpdateCollectionConfiguration,
  type UserIdentity,
  VectorIndexConfig,
  type Where,
  type WhereDocument,
  withChroma,
} from "chromadb";

class Lengths implements EmbeddingFunction {
  name = "lengths";

  constructor(private readonly factor: number) {}

  async generate(texts: string[]): Promise<number[][]> {
    return texts.map((text) => [text.length * this.factor, 1]);
  }

  async generateForQueries(texts: string[]): Promise<number[][]> {
    return this.generate(texts);
  }

  defaultSpace(): EmbeddingFunctionSpace {
    return "cosine";
  }

  supportedSpaces(): EmbeddingFunctionSpace[] {
    return ["cosine", "l2", "ip"];
  }

  getConfig(): Record<string, unknown> {
    return { factor: this.factor };
  }

  validateConfigUpdate(config: Record<string, unknown>): void {
    if (config["factor"] !== this.factor) throw new ChromaValueError("the factor cannot change");
  }

  static buildFromConfig(config: Record<string, number>): Lengths {
    return new Lengths(config["factor"] ?? 1);
  }
}

class Words implements SparseEmbeddingFunction {
  name = "words";

  async generate(texts: string[]): Promise<SparseVector[]> {
    return texts.map((text) => ({ indices: [text.length], values: [1] }));
  }

  static buildFromConfig(): Words {
    return new Words();
  }
}

interface Note extends Metadata {
  year: number;
  tags: string[];
}

const known: EmbeddingFunctionClass = Lengths;
registerEmbeddingFunction("lengths", known);
registerSparseEmbeddingFunction("words", Words);

const clientArgs: ChromaClientArgs = { host: "localhost", port: 8000, ssl: false };
const adminArgs: AdminClientArgs = { host: "localhost", port: 8000, ssl: false };

async function clients(): Promise<ChromaClient> {
  const client = new ChromaClient({ ...clientArgs, tenant: "acme", headers: { "x-team": "a" } });
  const beat: number = await client.heartbeat();
  const version: string = await client.version();
  const max: number = await client.getMaxBatchSize();
  const base64: boolean = await client.supportsBase64Encoding();
  const identity: UserIdentity = await client.getUserIdentity();
  const checks = await client.getPreflightChecks();
  const place: string = `${client.tenant}/${client.database}`;
  console.log(beat, version, max, base64, identity.user_id, identity.databases[0], place);
  console.log(checks.max_batch_size, client.preflightChecks?.max_batch_size, client.headers);
  return new ChromaClient();
}

async function databases(): Promise<void> {
  const admin = new AdminClient(adminArgs);
  await admin.createTenant({ name: "acme" });
  const tenant: string = await admin.getTenant({ name: "acme" });
  await admin.createDatabase({ name: "notes", tenant });
  const { id, name } = await admin.getDatabase({ name: "notes", tenant });
  const page: ListDatabasesArgs = { tenant, limit: 10, offset: 0 };
  const names = (await admin.listDatabases(page)).map((database) => database.name);
  console.log(id, name, names.join());
  await admin.deleteDatabase({ name: "notes", tenant });
}

async function collections(client: ChromaClient): Promise<Collection> {
  const configuration: CreateCollectionConfiguration = { hnsw: { space: "cosine", ef_search: 50 } };
  const metadata: CollectionMetadata = { topic: "birds", year: 2020, open: true };
  const embeddingFunction: EmbeddingFunction = new Lengths(2);
  const made: Collection = await client.createCollection({
    name: "notes",
    configuration,
    metadata,
    embeddingFunction,
  });
  await client.createCollection({ name: "bare", embeddingFunction: null });
  const schema = new Schema()
    .createIndex(new VectorIndexConfig({ space: "l2", embeddingFunction, hnsw: { ef_search: 9 } }))
    .createIndex(new SparseVectorIndexConfig({ embeddingFunction: new Words() }), "words")
    .deleteIndex(new StringInvertedIndexConfig(), "secret")
    .deleteIndex(new IntInvertedIndexConfig())
    .deleteIndex(new FtsIndexConfig(), DOCUMENT_KEY);
  const again = await Schema.deserializeFromJSON(schema.serializeToJSON(), client);
  if (again) await client.getOrCreateCollection({ name: "indexed", schema: again });
  const same: Collection = await client.getCollection({ name: "notes", embeddingFunction });
  const [first] = await client.getCollections(["notes", "bare"]);
  const pairs = await client.getCollections([{ name: "notes", embeddingFunction }]);
  const byId = await client.getCollectionById(made.id);
  const byCrn = await client.getCollectionByCrn("acme:default_database:notes");
  const handle: Collection = client.collection(made.id);
  const listed: Collection[] = await client.listCollections({ limit: 10, offset: 0 });
  const count: number = await client.countCollections();
  console.log(same.name, first?.id, pairs.length, byId.tenant, byCrn.database, handle.name);
  console.log(
    listed.map(({ name }) => name),
    count,
    made.metadata?.["topic"],
    made.schema?.keys,
  );
  const current: CollectionConfiguration = made.configuration;
  console.log(current.hnsw?.space, current.spann, current.embeddingFunction?.type);
  await client.deleteCollection({ name: "bare" });
  return made;
}

async function records(collection: Collection): Promise<void> {
  const record: RecordSet = { ids: ["a"], documents: ["text"], metadatas: [{ year: 1999 }] };
  await collection.add(record);
  await collection.add({
    ids: ["b", "c"],
    embeddings: [
      [1, 2],
      [3, 4],
    ],
    metadatas: [{ tags: ["x", "y"], scores: [1, 2.5] }, { words: { indices: [1], values: [2] } }],
    uris: ["x://b", "x://c"],
  });
  await collection.update({ ids: ["a"], metadatas: [{ year: null }] });
  await collection.upsert({ ids: ["d"], documents: ["more"] });
  const where: Where = {
    $and: [{ year: { $gte: 1990 } }, { $or: [{ open: true }, { kind: "a" }] }],
  };
  const whereDocument: WhereDocument = { $or: [{ $contains: "text" }, { $regex: "^mo+re" }] };
  const got: GetResult<Note> = await collection.get<Note>({
    ids: ["a"],
    where,
    whereDocument,
    limit: 5,
    offset: 0,
    include: ["documents", "embeddings", "metadatas", "uris"],
  });
  const tags: string[] | undefined = got.rows()[0]?.metadata?.tags;
  const lists: [string[], (string | null)[], number[][]] = [got.ids, got.documents, got.embeddings];
  const hits: QueryResult<Note> = await collection.query<Note>({
    queryEmbeddings: [[1, 2]],
    nResults: 3,
    where: { tags: { $contains: "x" } },
    include: ["distances", "metadatas"],
  });
  const rows: QueryRowResult<Note>[] = hits.rows()[0] ?? [];
  const far: (number | null)[][] = hits.distances;
  await collection.query({ queryTexts: ["question"], ids: ["a", "b"] });
  const preview = await collection.peek({ limit: 2 });
  const { deleted }: DeleteResult = await collection.delete({
    where: { year: { $in: [1999] } },
    limit: 3,
  });
  const total: number = await collection.count({ readLevel: ReadLevel.INDEX_AND_WAL });
  console.log(tags, lists, rows[0]?.distance, far, preview.ids, deleted, total, got.include);
}

async function changes(collection: Collection): Promise<Collection> {
  const configuration: UpdateCollectionConfiguration = {
    hnsw: { ef_search: 60, sync_threshold: 10 },
    embeddingFunction: new Lengths(2),
  };
  await collection.modify({ name: "renamed", metadata: { topic: "fish" }, configuration });
  const status: IndexingStatus = await collection.getIndexingStatus();
  console.log(status.op_indexing_progress, status.num_indexed_ops, status.total_ops);
  const forks: number = await collection.forkCount();
  return forks > 5 ? collection : collection.fork({ name: "copy" });
}

async function searches(collection: Collection): Promise<SearchResultRow[]> {
  const built = new Search()
    .where(K("year").gte(1990).and(K.DOCUMENT.contains("text")).or(K("tags").contains("x")))
    .rank(Rrf({ ranks: [Knn({ query: "text", returnRank: true }), Knn({ query: [1, 2] })], k: 20 }))
    .groupBy(new GroupBy([K("kind")], new MinK([K.SCORE], 2)))
    .limit(5, 1)
    .select(K.DOCUMENT, K.SCORE, "year");
  const plain: SearchLike = {
    where: { kind: "a" },
    rank: Knn({ query: [1, 2], limit: 10 })
      .multiply(0.5)
      .add(1),
    limit: { limit: 3, offset: 0 },
    select: ["#document"],
  };
  const one: SearchResult = await collection.search(built);
  const two = await collection.search([built, plain], { readLevel: ReadLevel.INDEX_ONLY });
  const scores: (number | null)[] | null | undefined = one.scores[0];
  console.log(two.ids[1]?.length, scores, one.documents[0]?.[0], one.select.length);
  return one.rows()[0] ?? [];
}

async function functions(client: ChromaClient, collection: Collection): Promise<void> {
  const stored = serializeEmbeddingFunction({ embeddingFunction: new Lengths(3) });
  const built = stored && (await getEmbeddingFunction({ client, efConfig: stored }));
  const embeddings: number[][] | undefined = await built?.generate(["text"]);
  const byDefault = await getDefaultEFConfig();
  const processed = await processCreateCollectionConfig({
    configuration: { hnsw: { space: "ip" } },
  });
  const { updateEmbeddingFunction } = await processUpdateCollectionConfig({
    collectionName: collection.name,
    currentConfiguration: {},
    currentEmbeddingFunction: new Lengths(1),
    newConfiguration: { embeddingFunction: new Lengths(1) },
    client,
  });
  console.log(embeddings?.[0]?.length, byDefault.type, processed.hnsw?.space);
  console.log(updateEmbeddingFunction?.name, knownEmbeddingFunctions.has("lengths"));
  console.log(createErrorByType("InvalidCollection", "words")?.message, withChroma({}));
}

export async function main(): Promise<void> {
  const client = await clients();
  try {
    await databases();
    const collection = await collections(client);
    await records(collection);
    await functions(client, await changes(collection));
    console.log(await searches(collection));
    await client.reset();
  } catch (error) {
    if (error instanceof ChromaNotFoundError || error instanceof ChromaUniqueError) return;
    if (error instanceof ChromaForbiddenError) throw new ChromaClientError("no reset", error);
    throw error;
  }
}
