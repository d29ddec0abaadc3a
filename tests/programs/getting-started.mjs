// First steps: a collection, documents that are embedded on their way in, a query.
import { ChromaClient } from "chromadb";

class Characters {
  name = "characters";

  async generate(texts) {
    return texts.map((text) => {
      const counts = new Array(26).fill(0.1);
      for (const character of text.toLowerCase()) {
        const at = character.charCodeAt(0) - 97;
        if (at >= 0 && at < 26) counts[at] += 1;
      }
      return counts;
    });
  }

  defaultSpace() {
    return "cosine";
  }

  supportedSpaces() {
    return ["cosine", "l2", "ip"];
  }

  getConfig() {
    return {};
  }

  static buildFromConfig() {
    return new Characters();
  }
}

export async function main(print, { address }) {
  const client = new ChromaClient(address);
  print("alive", (await client.heartbeat()) > 0);
  const collection = await client.createCollection({
    name: "getting_started",
    metadata: { purpose: "first steps" },
    embeddingFunction: new Characters(),
  });
  print("space", collection.configuration.hnsw.space, "metadata", collection.metadata.purpose);
  const again = await client.createCollection({ name: "getting_started" }).catch((error) => error);
  print("again", again.name);
  await collection.upsert({
    documents: ["A piece about pineapple", "A piece about oranges", "Nothing on fruit at all"],
    ids: ["id1", "id2", "id3"],
  });
  const results = await collection.query({
    queryTexts: ["pineapple pizza", "orange juice"],
    nResults: 2,
  });
  print("ids", results.ids);
  print(
    "nearest",
    results.documents.map(([document]) => document),
  );
  print(
    "rows",
    results.rows().map((rows) => rows.map(({ distance }) => distance.toFixed(4))),
  );
  print("metadatas", results.metadatas);
  print("embeddings", results.embeddings);
  const wrong = await collection.query({ queryEmbeddings: [[1, 2, 3]] }).catch((error) => error);
  print("wrong dimension", wrong.name);
  await client.deleteCollection({ name: "getting_started" });
  const gone = await client.getCollection({ name: "getting_started" }).catch((error) => error);
  print("gone", gone.name);
}
