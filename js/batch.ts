/** Checked copies of what callers pass to a write, in the form that the engine takes. */
import {
  checkColumn,
  checkIds,
  checkMetadata,
  checkOptions,
  checkSignal,
  checkStrings,
  quote,
} from "./arguments.js";
import { type Rows, rowsOf } from "./embeddings.js";
import { errorOf } from "./errors.js";
import { giveWay } from "./give-way.js";
import type { Batch, Parts } from "./transport/protocol.js";
import type { RecordSet } from "./types.js";

const RECORD_SET = ["ids", "embeddings", "documents", "metadatas", "uris", "signal"] as const;

/** Numbers of the embeddings of one part: with them and its texts it takes about a millisecond of either thread. */
const PART_NUMBERS = 1 << 15;
/** However short the embeddings, a part has no more records. */
const PART_RECORDS = 64;

/**
 * The records of a write. Lists are checked and copied at once. What is in them, numbers and metadata, is at once in a
 * short batch, and part by part in a long one, so that the page goes on drawing.
 */
export class Records {
  readonly ids: string[];
  readonly documents: (string | null | undefined)[] | undefined;
  readonly signal: AbortSignal | undefined;
  /** The embeddings. */
  rows: Rows | undefined;
  readonly #method: "add" | "upsert" | "update";
  readonly #uris: (string | null | undefined)[] | undefined;
  readonly #metadatas: unknown[] | undefined;
  /** So many of the metadata, from the first on, are checked copies. */
  #checked = 0;
  /** The batch, if it is short. */
  #only: Batch | undefined;

  constructor(method: "add" | "upsert" | "update", records: RecordSet) {
    const call = `${method}()`;
    checkOptions(call, records, RECORD_SET);
    this.#method = method;
    this.signal = checkSignal(call, records.signal);
    const ids = checkIds(call, records.ids);
    this.ids = ids;
    const { documents, uris, metadatas, embeddings } = records;
    if (documents !== undefined) this.documents = checkStrings(call, "documents", documents, ids);
    if (uris !== undefined) this.#uris = checkStrings(call, "uris", uris, ids);
    if (metadatas !== undefined) this.#metadatas = checkColumn(call, "metadatas", metadatas, ids);
    if (ids.length <= PART_RECORDS) this.#checkMetadatas(ids.length);
    if (embeddings !== undefined) {
      this.rows = rowsOf(embeddings, ids.length, {
        list: `${call}: embeddings`,
        row: (index) => `${call}: the embedding of record ${quote(ids[index])}`,
      });
      if (ids.length <= this.#partSize) this.#only = this.#part(0, ids.length);
    } else if (documents === undefined && method !== "update") {
      throw errorOf("invalid_argument", `${call} needs embeddings or documents beside its ids.`);
    }
  }

  /** The documents, if they are still to be embedded. An update may be of none at all. */
  get unembedded(): (string | null | undefined)[] | undefined {
    const { documents } = this;
    if (this.rows || !documents) return undefined;
    const some = () => documents.some((document) => typeof document === "string");
    return this.#method !== "update" || some() ? documents : undefined;
  }

  /** Whether all metadata has been checked. */
  get checked(): boolean {
    return this.#checked >= this.ids.length;
  }

  /** Checks the metadata, before anything else is done with the records. */
  async check(): Promise<void> {
    while (!this.checked) {
      await giveWay();
      this.signal?.throwIfAborted();
      this.#checkMetadatas(this.#checked + PART_RECORDS);
    }
  }

  /** The parts to be sent. Making one throws when it is not what it should be, and once the signal is aborted. */
  parts(): Parts {
    if (this.#only) return [() => this.#only as Batch];
    const size = this.#partSize;
    return Array.from({ length: Math.ceil(this.ids.length / size) }, (_, index) => () => {
      this.signal?.throwIfAborted();
      return this.#part(index * size, (index + 1) * size);
    });
  }

  get #partSize(): number {
    const { dimension = 1 } = this.rows ?? {};
    return Math.max(1, Math.min(PART_RECORDS, Math.floor(PART_NUMBERS / dimension)));
  }

  #part(first: number, end: number): Batch {
    this.#checkMetadatas(end);
    const { rows } = this;
    const ids = this.ids.slice(first, end);
    const batch: Batch = {
      ids,
      documents: this.documents?.slice(first, end),
      uris: this.#uris?.slice(first, end),
      metadatas: this.#metadatas?.slice(first, end) as Batch["metadatas"],
    };
    if (!rows) return batch;
    const { dimension } = rows;
    return { ...batch, embeddings: rows.copy(first, first + ids.length), dimension };
  }

  /** Puts copies that can be sent in the place of what was given, up to, not including, record `end`. */
  #checkMetadatas(end: number): void {
    const { ids } = this;
    const metadatas = this.#metadatas ?? [];
    for (; this.#checked < Math.min(end, ids.length); this.#checked++) {
      const at = this.#checked;
      const what = `${this.#method}(): metadatas[${at}] of record ${quote(ids[at])}`;
      metadatas[at] = checkMetadata(what, metadatas[at]);
    }
  }
}
