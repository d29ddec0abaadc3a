/** The engine in the same thread as the caller, for Node and for pages without a worker. */
import { describeError, restoreError } from "../errors.js";
import type { EngineEvent } from "../events.js";
import { Host } from "../host.js";
import { Outbox } from "./outbox.js";
import type { Answer, Arguments, Batch, Method, Transport } from "./protocol.js";

export class InPageTransport implements Transport {
  readonly #host: Host;
  readonly #outbox = new Outbox();

  constructor(tell: (event: EngineEvent) => void) {
    this.#host = new Host(tell);
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    const before: Batch[] = [];
    return new Promise((resolve, reject) => {
      this.#outbox.send(method, args, {
        part: (part) => before.push(part),
        call: ([key, ...rest]) =>
          this.#host.call(method, [key, ...before, ...rest]).then(
            (answer) => resolve(answer as Answer<M>),
            (error) => reject(restoreError(describeError(error))),
          ),
        failed: reject,
      });
    });
  }

  terminate(): void {
    this.#host.stop();
  }
}
