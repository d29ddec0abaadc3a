// Several collections, embedding functions that are found again by name, tenants and databases.
import { AdminClient, ChromaClient, registerEmbeddingFunction } from "chromadb";

class Lengths {
  name = "lengths";

  constructor({ scale = 1 } = {}) {
    this.scale = scale;
  }

  async generate(texts) {
    return texts.map((text) => [text.length * this.scale, text.split(" ").length]);
  }

  getConfig() {
    return { scale: this.scale };
  }

  static buildFromConfig(config) {
    return new Lengths(config);
  }
}

export async function main(print, { address }) {
  registerEmbeddingFunction("lengths", Lengths);
  const client = new ChromaClient(address);
  const names = ["ant", "bee", "cat"];
  for (const [index, name] of names.entries()) {
    const embeddingFunction = new Lengths({ scale: index + 1 });
    const collection = await client.createCollection({ name, embeddingFunction });
    await collection.add({ ids: ["1", "2"], documents: [name, `${name} and ${name}`] });
  }
  print("listed", (await client.listCollections()).map(({ name }) => name).sort());
  print("counted", await client.countCollections());
  const cat = await client.getCollection({ name: "cat" });
  print(
    "stored",
    cat.configuration.embedding_function?.name ?? cat.configuration.embeddingFunction?.name,
  );
  print("rebuilt", cat.embeddingFunction.name, cat.embeddingFunction.scale);
  const hits = await cat.query({ queryTexts: ["dog"], include: ["distances", "embeddings"] });
  print("query", hits.ids, hits.distances, hits.embeddings);
  const [bee, ant] = await client.getCollections(["bee", "ant"]);
  print("in order", bee.name, ant.name, await bee.count());
  const same = await client.getCollectionById(bee.id);
  print("by id", same.name);
  const existing = await client.getOrCreateCollection({ name: "bee", metadata: { ignored: true } });
  print("existing", existing.id === bee.id, existing.metadata);

  const admin = new AdminClient(address);
  await admin.createTenant({ name: "acme" });
  await admin.createDatabase({ name: "research", tenant: "acme" });
  const twice = await admin
    .createDatabase({ name: "research", tenant: "acme" })
    .catch((error) => error);
  print("twice", twice.name);
  const { name, tenant } = await admin.getDatabase({ name: "research", tenant: "acme" });
  print("database", name, tenant, await admin.getTenant({ name: "acme" }));
  const other = new ChromaClient({ ...address, tenant: "acme", database: "research" });
  print("other", await other.countCollections());
  const own = await other.createCollection({ name: "ant", embeddingFunction: null });
  await own.add({ ids: ["x"], embeddings: [[1, 2, 3]] });
  print("apart", own.tenant, own.database, await own.count(), await ant.count());
  const databases = await admin.listDatabases({ tenant: "acme" });
  print("found", databases.filter(({ name }) => name === "research").length);
  await other.deleteCollection({ name: "ant" });
  await admin.deleteDatabase({ name: "research", tenant: "acme" });
  const missing = await admin
    .getDatabase({ name: "research", tenant: "acme" })
    .catch((error) => error);
  print("missing", missing.name);
  for (const collection of names) await client.deleteCollection({ name: collection });
  print("left", await client.countCollections());
}
