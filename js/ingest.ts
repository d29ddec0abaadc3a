/** Bringing many records into a collection, batch by batch. Loaded when a program first does it. */
import { abortable } from "./abort.js";
import { checkCount, checkOptions, checkSignal } from "./arguments.js";
import type { Collection } from "./collection.js";
import { errorOf, VecinoError } from "./errors.js";
import type { IngestOptions, IngestProgress, IngestRecord, IngestSource } from "./ingest-types.js";
import { kind } from "./kind.js";
import { checkBatchSize, checkOnProgress, Progress } from "./progress.js";
import type { RecordSet } from "./types.js";

const OPTIONS = ["batchSize", "total", "resume", "onProgress", "signal"] as const;
const RECORD = ["id", "embedding", "document", "metadata", "uri"] as const;

/** One embedding per text; the ids are for messages. */
type Embed = (
  ids: string[],
  documents: (string | null | undefined)[],
  signal: AbortSignal | undefined,
) => Promise<Float32Array[]>;

/** See `Collection.ingest`. */
export async function ingest(
  collection: Collection,
  embed: Embed,
  source: IngestSource,
  options: IngestOptions,
): Promise<IngestProgress> {
  checkOptions("ingest()", options, OPTIONS);
  const { onProgress, resume = false } = options;
  checkOnProgress("ingest()", onProgress);
  const batchSize = checkBatchSize("ingest()", options.batchSize);
  const signal = checkSignal("ingest()", options.signal);
  const records = iteratorOf(source);
  const total =
    options.total === undefined ? sizeOf(source) : checkCount("ingest(): total", options.total);
  const progress = new Progress(total);
  const now = () => ({ ...progress.now(), total });

  /** Adds to an error which batch it is about, where it does not say so itself, and how many records are safe. */
  const failed = (error: unknown, first: number, count: number) => {
    if (error instanceof VecinoError) {
      const about = count > 0 ? `Records ${first} to ${first + count - 1} of the source; ` : "";
      error.message += ` (${about}${progress.done} are stored.)`;
    }
    return error;
  };

  const run = async () => {
    // While a batch is written the next one is read and embedded; no further ahead.
    let writing: Promise<void> = Promise.resolve();
    for (let first = 0; ; first += batchSize) {
      let batch: IngestRecord[] = [];
      let missing: IngestRecord[] = [];
      let columns: RecordSet | undefined;
      try {
        batch = await take(records, batchSize, first);
        if (batch.length === 0) break;
        missing = resume ? await withoutKnown(collection, batch) : batch;
        columns = await columnsOf(missing, embed, signal);
      } catch (error) {
        await writing;
        throw failed(error, first, batch.length);
      }
      await writing;
      signal?.throwIfAborted();
      writing = write(collection, columns, resume).then(
        () => {
          progress.advance(batch.length, batch.length - missing.length);
          onProgress?.(now());
        },
        (error) => Promise.reject(failed(error, first, batch.length)),
      );
      // It is awaited above; until then its failure is nobody's unhandled rejection.
      writing.catch(() => {});
    }
    await writing;
    return now();
  };
  try {
    return await abortable(signal, run);
  } catch (error) {
    // The source is not read any further, whatever comes of telling it so.
    void Promise.resolve(records.return?.()).catch(() => {});
    throw error;
  }
}

async function write(collection: Collection, columns: RecordSet | undefined, resume: boolean) {
  if (columns) await (resume ? collection.add(columns) : collection.upsert(columns));
}

/** The next records, at most `count`; none when the source has ended. */
async function take(
  records: AsyncIterator<IngestRecord> | Iterator<IngestRecord>,
  count: number,
  first: number,
): Promise<IngestRecord[]> {
  const batch: IngestRecord[] = [];
  while (batch.length < count) {
    const next = records.next();
    // Awaiting each record of an array would take as long as storing it.
    const { done, value } =
      next instanceof Promise ? await next : (next as IteratorResult<IngestRecord>);
    if (done) break;
    const name = `ingest(): record ${first + batch.length} of the source`;
    if (typeof value !== "object" || value === null) {
      throw invalid(`${name} must be an object with an id, got ${kind(value)}.`);
    }
    checkOptions(name, value, RECORD);
    batch.push(value);
  }
  return batch;
}

async function withoutKnown(
  collection: Collection,
  batch: IngestRecord[],
): Promise<IngestRecord[]> {
  const { ids } = await collection.get({ ids: batch.map(({ id }) => id), include: [] });
  if (ids.length === 0) return batch;
  const known = new Set(ids);
  return batch.filter(({ id }) => !known.has(id));
}

/** The columns of a write, with an embedding for each record; undefined when there is no record. */
async function columnsOf(
  batch: IngestRecord[],
  embed: Embed,
  signal: AbortSignal | undefined,
): Promise<RecordSet | undefined> {
  if (batch.length === 0) return undefined;
  const bare = batch.filter(({ embedding }) => embedding === undefined);
  let made: Float32Array[] = [];
  if (bare.length > 0) {
    const ids = bare.map(({ id }) => id);
    made = await embed(
      ids,
      bare.map(({ document }) => document),
      signal,
    );
  }
  let at = 0;
  const embeddings = batch.map(({ embedding }) => embedding ?? (made[at++] as Float32Array));
  const column = <K extends "document" | "metadata" | "uri">(key: K) =>
    batch.some((record) => record[key] !== undefined)
      ? batch.map((record) => record[key])
      : undefined;
  return {
    ids: batch.map(({ id }) => id),
    embeddings: embeddings as Float32Array[],
    documents: column("document"),
    metadatas: column("metadata"),
    uris: column("uri"),
    signal,
  };
}

function iteratorOf(source: IngestSource): AsyncIterator<IngestRecord> | Iterator<IngestRecord> {
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return source[Symbol.iterator]();
    // Safari's streams cannot be iterated.
    if ("getReader" in source) return ofStream(source as ReadableStream<IngestRecord>);
  }
  throw invalid(
    `ingest() expects an array, an iterable, an async iterable or a ReadableStream of records, got ${kind(source)}.`,
  );
}

async function* ofStream(stream: ReadableStream<IngestRecord>): AsyncGenerator<IngestRecord> {
  const reader = stream.getReader();
  let ended = false;
  try {
    while (true) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}

function sizeOf(source: IngestSource): number | undefined {
  return Array.isArray(source) ? source.length : undefined;
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}
