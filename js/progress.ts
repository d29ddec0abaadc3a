/** What calls that take long have in common: their options, and how far they are. */
import { checkCount } from "./arguments.js";
import { errorOf, type VecinoError } from "./errors.js";
import { kind } from "./kind.js";

/** A function to be told how far it is. */
export function checkOnProgress(call: string, onProgress: unknown): void {
  if (onProgress === undefined || typeof onProgress === "function") return;
  throw invalid(`${call}: onProgress must be a function, got ${kind(onProgress)}.`);
}

/** How many records are embedded and written at a time; by default 256. */
export function checkBatchSize(call: string, batchSize: unknown): number {
  const size = checkCount(`${call}: batchSize`, batchSize ?? 256);
  if (size === 0) throw invalid(`${call}: batchSize must be at least 1, got 0.`);
  return size;
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}

/** How far long work is, in numbers. */
export class Progress {
  total: number | undefined;
  readonly #start = performance.now();
  #done = 0;
  #skipped = 0;

  constructor(total: number | undefined) {
    this.total = total;
  }

  get done(): number {
    return this.#done;
  }

  /** So many more are done; `skipped` of them were done before, and say nothing of how long the others take. */
  advance(records: number, skipped: number): void {
    this.#done += records;
    this.#skipped += skipped;
  }

  now(): { done: number; skipped: number; rate: number; remaining: number | undefined } {
    const seconds = (performance.now() - this.#start) / 1000;
    const [done, skipped] = [this.#done, this.#skipped];
    const rate = seconds > 0 ? (done - skipped) / seconds : 0;
    const left = this.total === undefined ? undefined : Math.max(this.total - done, 0);
    const remaining =
      left === undefined || (rate === 0 && left > 0) ? undefined : left && left / rate;
    return { done, skipped, rate, remaining };
  }
}
