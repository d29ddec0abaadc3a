/** What is on its way to the engine, in the order of the calls. */
import { giveWay } from "../give-way.js";
import { READS, WRITES } from "./messages.js";
import type { Batch, Method, Parts } from "./protocol.js";

/** Takes a call on. */
export interface Sink {
  /** Takes a part of its batch, before the last one. */
  part(part: Batch): void;
  /** Takes the call itself, with the last part for its batch. */
  call(args: unknown[]): void;
  /** A part could not be made or sent: the call is not made. */
  failed(error: unknown): void;
}

/**
 * Sends long batches part by part, each in a task of its own: a page goes on drawing, and the engine answers queries.
 * Other calls wait until that is done, except those that read: they never wait for writes.
 */
export class Outbox {
  /** Ends when everything has been sent that was called before. */
  #sending: Promise<void> | undefined;

  send(method: Method, args: unknown[], sink: Sink): void {
    const parts = WRITES.has(method) ? (args[1] as Parts) : [];
    if (parts.length < 2 && (!this.#sending || READS.has(method))) {
      try {
        sink.call(parts[0] ? [args[0], parts[0]()] : args);
      } catch (error) {
        sink.failed(error);
      }
      return;
    }
    const sending = this.#send(args, parts, sink, this.#sending).then(() => {
      if (this.#sending === sending) this.#sending = undefined;
    });
    this.#sending = sending;
  }

  async #send(
    args: unknown[],
    parts: Parts,
    sink: Sink,
    before: Promise<void> | undefined,
  ): Promise<void> {
    await before;
    try {
      let call = args;
      for (const [index, make] of parts.entries()) {
        await giveWay();
        const part = make();
        if (index < parts.length - 1) sink.part(part);
        else call = [args[0], part];
      }
      sink.call(call);
    } catch (error) {
      sink.failed(error);
    }
  }
}
