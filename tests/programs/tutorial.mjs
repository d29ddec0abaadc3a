// A question-answering tutorial's store: an embedding service with OpenAI's interface, cosine, four documents.
import { ChromaClient } from "chromadb";

class ServiceEmbeddingFunction {
  name = "tutorial-service";

  constructor({ url, model }) {
    this.url = url;
    this.model = model;
  }

  async generate(texts) {
    const response = await fetch(`${this.url}/embeddings`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-test" },
      body: JSON.stringify({ model: this.model, input: texts, dimensions: 1024 }),
    });
    if (!response.ok) throw new Error(`the embedding service answered ${response.status}`);
    const { data } = await response.json();
    return data.map(({ embedding }) => embedding);
  }

  getConfig() {
    return { url: this.url, model: this.model };
  }

  static buildFromConfig(config) {
    return new ServiceEmbeddingFunction(config);
  }
}

export async function main(print, { address, service }) {
  const client = new ChromaClient(address);
  const embeddingFunction = new ServiceEmbeddingFunction({
    url: service,
    model: "text-embedding-v4",
  });
  const collection = await client.getOrCreateCollection({
    name: "my_collection",
    configuration: {
      hnsw: {
        space: "cosine",
        ef_search: 100,
        ef_construction: 100,
        max_neighbors: 16,
        num_threads: 4,
      },
    },
    embeddingFunction,
  });
  print("space", collection.configuration.hnsw.space);
  await collection.add({
    documents: [
      "阿里云百炼是一站式大模型开发与服务平台",
      "ChromaDB是轻量级的开源向量数据库",
      "百炼支持多种大模型,包括通义千问、LLaMA等",
      "向量数据库用于存储和检索大模型生成的嵌入向量",
    ],
    metadatas: [
      { source: "阿里云文档" },
      { source: "ChromaDB官网" },
      { source: "阿里云文档" },
      { source: "技术博客" },
    ],
    ids: ["id1", "id2", "id3", "id4"],
  });
  print("count", await collection.count());
  print("peek", (await collection.peek({ limit: 10 })).ids);

  const question = "向量数据库的作用?";
  const byText = await collection.query({ queryTexts: [question], nResults: 2 });
  print("by text", byText.ids, byText.documents, rounded(byText.distances));
  const [vector] = await embeddingFunction.generate([question]);
  const byVector = await collection.query({ queryEmbeddings: [vector], nResults: 2 });
  print("by vector", byVector.ids, rounded(byVector.distances));
  const filtered = await collection.query({
    queryTexts: [question],
    nResults: 4,
    where: { source: "阿里云文档" },
  });
  for (const row of filtered.rows()[0]) print("filtered", row.id, row.metadata.source);

  const text = "阿里云百炼是一站式大模型开发与服务平台,非常棒棒";
  await collection.update({ ids: ["id1"], documents: [text] });
  const updated = await collection.get({
    ids: ["id1"],
    include: ["documents", "embeddings", "metadatas"],
  });
  print("updated", updated.documents, updated.metadatas[0].source, updated.embeddings[0].length);
  print("deleted", await collection.delete({ ids: ["id3"] }));
  print("left", (await collection.get()).ids);
  await client.deleteCollection({ name: "my_collection" });
  print("collections", await client.countCollections());
}

function rounded(lists) {
  return lists.map((list) => list.map((distance) => distance.toFixed(4)));
}
