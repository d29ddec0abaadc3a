/**
 * Embeddings in an IndexedDB database of their own, shared by all tabs of an origin.
 *
 * `embeddings` holds key -> Float32Array; `uses` key -> { used, bytes } with an index on `used`, so that what was read is
 * noted without writing numbers again; `total` one record, their count and bytes. Every change of the three is one
 * transaction, so the total is right whatever is interrupted.
 */
import { bytesOf, type CacheSize, type EmbeddingStore } from "./store.js";

const STORES = ["embeddings", "uses", "total"];
const TOTAL = "total";
const EMPTY: CacheSize = { count: 0, bytes: 0 };

interface Use {
  used: number;
  bytes: number;
}

export class IndexedDBStore implements EmbeddingStore {
  readonly #name: string;
  #opened: Promise<IDBDatabase> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async read(keys: string[]): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    const transaction = await this.#transaction("readonly");
    const embeddings = transaction.objectStore("embeddings");
    for (const key of keys) {
      const request = embeddings.get(key);
      request.onsuccess = () => {
        if (request.result) found.set(key, request.result);
      };
    }
    await done(transaction);
    if (found.size > 0) await this.#touch(found);
    return found;
  }

  async write(added: Map<string, Float32Array>, maxBytes: number): Promise<void> {
    const transaction = await this.#transaction("readwrite");
    const [embeddings, uses, totals] = STORES.map((name) => transaction.objectStore(name)) as [
      IDBObjectStore,
      IDBObjectStore,
      IDBObjectStore,
    ];
    const total = { ...EMPTY };
    const remove = ({ bytes }: Use) => {
      total.count -= 1;
      total.bytes -= bytes;
    };
    then<CacheSize>(totals.get(TOTAL), (stored) => Object.assign(total, stored));
    const used = Date.now();
    for (const [key, embedding] of added) {
      // Another tab may have been quicker.
      then<Use>(uses.get(key), (replaced) => {
        if (replaced) remove(replaced);
        const bytes = bytesOf(embedding);
        total.count += 1;
        total.bytes += bytes;
        // A copy: the rows of one call share their memory, which would be stored with each of them.
        embeddings.put(embedding.slice(), key);
        uses.put({ used, bytes }, key);
      });
    }
    // Requests are answered in their order: this one when all of the above have asked for their puts.
    then(uses.count(), () => {
      then<IDBCursorWithValue | null>(uses.index("used").openCursor(), (cursor) => {
        if (!cursor || total.bytes <= maxBytes) {
          totals.put(total, TOTAL);
          return;
        }
        remove(cursor.value);
        embeddings.delete(cursor.primaryKey);
        cursor.delete();
        cursor.continue();
      });
    });
    await done(transaction);
  }

  async size(): Promise<CacheSize> {
    const transaction = await this.#transaction("readonly");
    const request = transaction.objectStore("total").get(TOTAL);
    await done(transaction);
    return request.result ?? EMPTY;
  }

  async clear(): Promise<void> {
    const transaction = await this.#transaction("readwrite");
    for (const name of STORES) transaction.objectStore(name).clear();
    await done(transaction);
  }

  async #touch(found: Map<string, Float32Array>): Promise<void> {
    const transaction = await this.#transaction("readwrite");
    const uses = transaction.objectStore("uses");
    const used = Date.now();
    for (const key of found.keys()) {
      // What another tab removed meanwhile stays removed.
      then<Use>(uses.get(key), (use) => {
        if (use) uses.put({ ...use, used }, key);
      });
    }
    await done(transaction);
  }

  async #transaction(mode: IDBTransactionMode): Promise<IDBTransaction> {
    const database = await this.#open();
    try {
      return database.transaction(STORES, mode, { durability: "relaxed" });
    } catch {
      // The browser closed the connection; there is a new one for the asking.
      this.#opened = undefined;
      return (await this.#open()).transaction(STORES, mode, { durability: "relaxed" });
    }
  }

  #open(): Promise<IDBDatabase> {
    const forget = () => {
      this.#opened = undefined;
    };
    this.#opened ??= open(this.#name, forget).catch((error) => {
      // What failed may work the next time.
      forget();
      throw error;
    });
    return this.#opened;
  }
}

/** `onclose` is called when the connection has ended. */
function open(name: string, onclose: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) {
        const created = request.result.createObjectStore(store);
        if (store === "uses") created.createIndex("used", "used");
      }
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = onclose;
      // Whoever deletes the database does not have to wait for this page.
      database.onversionchange = () => {
        database.close();
        onclose();
      };
      resolve(database);
    };
  });
}

function then<T>(request: IDBRequest, run: (result: T | undefined) => void): void {
  request.onsuccess = () => run(request.result);
}

/** Resolves when the transaction is complete, not when its requests are. */
function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
