/** The engine in the same thread as the caller, for Node and for pages without a worker. */
import { describeError, restoreError } from "../errors.js";
import type { EngineEvent } from "../events.js";
import { Host } from "../host.js";
import { partsOf } from "./messages.js";
import type { Answer, Arguments, Method, Transport } from "./protocol.js";

export class InPageTransport implements Transport {
  readonly #host: Host;

  constructor(tell: (event: EngineEvent) => void) {
    this.#host = new Host(tell);
  }

  async call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    const parts = partsOf(method, args);
    if (parts.length > 0) (args as unknown[]).splice(1, 1, ...parts);
    try {
      return (await this.#host.call(method, args)) as Answer<M>;
    } catch (error) {
      throw restoreError(describeError(error));
    }
  }

  terminate(): void {
    this.#host.stop();
  }
}
