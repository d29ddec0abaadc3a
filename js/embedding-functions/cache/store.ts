/** Where a cache keeps its embeddings. */

/** Keys are texts of hashes; the same key always stands for the same embedding. */
export interface EmbeddingStore {
  /** The embeddings that are there. What is read counts as used. */
  read(keys: string[]): Promise<Map<string, Float32Array>>;
  /** Adds embeddings, and removes those whose use lies furthest back until `maxBytes` are enough. */
  write(embeddings: Map<string, Float32Array>, maxBytes: number): Promise<void>;
  size(): Promise<CacheSize>;
  clear(): Promise<void>;
}

export interface CacheSize {
  /** How many embeddings, and how much room they are counted with. */
  count: number;
  bytes: number;
}

/** What an embedding is counted with: its numbers, and about what keys and an index take beside them. */
export const bytesOf = (embedding: Float32Array): number => embedding.byteLength + 200;

/** For Node, where nothing is kept. */
export class MemoryStore implements EmbeddingStore {
  // In order of use, the oldest first.
  readonly #embeddings = new Map<string, Float32Array>();
  #bytes = 0;

  async read(keys: string[]): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    for (const key of keys) {
      const embedding = this.#embeddings.get(key);
      if (!embedding) continue;
      found.set(key, embedding.slice());
      this.#embeddings.delete(key);
      this.#embeddings.set(key, embedding);
    }
    return found;
  }

  async write(embeddings: Map<string, Float32Array>, maxBytes: number): Promise<void> {
    for (const [key, embedding] of embeddings) {
      this.#remove(key);
      // A copy: the rows of one call share their memory.
      this.#embeddings.set(key, embedding.slice());
      this.#bytes += bytesOf(embedding);
    }
    for (const key of this.#embeddings.keys()) {
      if (this.#bytes <= maxBytes) break;
      this.#remove(key);
    }
  }

  async size(): Promise<CacheSize> {
    return { count: this.#embeddings.size, bytes: this.#bytes };
  }

  async clear(): Promise<void> {
    this.#embeddings.clear();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    const embedding = this.#embeddings.get(key);
    if (!embedding) return;
    this.#embeddings.delete(key);
    this.#bytes -= bytesOf(embedding);
  }
}
