/** Checked copies of what callers pass to a write, in the form that the engine takes. */
import {
  checkIds,
  checkMetadatas,
  checkOptions,
  checkSignal,
  checkStrings,
  quote,
} from "./arguments.js";
import { flatten } from "./embeddings.js";
import { errorOf } from "./errors.js";
import type { Batch } from "./transport/protocol.js";
import type { RecordSet } from "./types.js";

const RECORD_SET = ["ids", "embeddings", "documents", "metadatas", "uris", "signal"] as const;

/** The columns of a write. Without `embeddings` in it, its documents, if any, are still to be embedded. */
export function batchOf(method: "add" | "upsert" | "update", records: RecordSet): Batch {
  const call = `${method}()`;
  checkOptions(call, records, RECORD_SET);
  checkSignal(call, records.signal);
  const ids = checkIds(call, records.ids);
  const batch: Batch = { ids };
  if (records.documents !== undefined) {
    batch.documents = checkStrings(call, "documents", records.documents, ids);
  }
  if (records.uris !== undefined) batch.uris = checkStrings(call, "uris", records.uris, ids);
  if (records.metadatas !== undefined) {
    batch.metadatas = checkMetadatas(call, records.metadatas, ids);
  }
  if (records.embeddings !== undefined) {
    const { data, dimension } = flatten(records.embeddings, ids.length, {
      list: `${call}: embeddings`,
      row: (index) => `${call}: the embedding of record ${quote(ids[index])}`,
    });
    Object.assign(batch, { embeddings: data, dimension });
  } else if (batch.documents === undefined && method !== "update") {
    throw errorOf("invalid_argument", `${call} needs embeddings or documents beside its ids.`);
  }
  return batch;
}

/** Whether the batch still lacks the embeddings of its documents. An update may be of none at all. */
export function toBeEmbedded(
  method: "add" | "upsert" | "update",
  batch: Batch,
): batch is Batch & { documents: (string | null | undefined)[] } {
  if (batch.embeddings !== undefined || batch.documents === undefined) return false;
  return method !== "update" || batch.documents.some((document) => typeof document === "string");
}
