/** Other workers that find neighbors for the vectors of a collection, which is linked the sooner. */
import { describeError, type ErrorDescription, errorOf } from "./errors.js";
import { transferables } from "./transport/messages.js";
import type { Message, Method, Request } from "./transport/protocol.js";
import type { EngineCalls } from "./wasm.js";

/** Messages that a helper has at a time, so that it is never idle while this worker links: that takes 4 ms at a stretch. */
const AHEAD = 3;

/** A helper that has had nothing to do for so long ends, and its memory is given back; in milliseconds. */
const IDLE = 1000;

/** An answer that says nothing. */
const NOTHING = new Uint32Array(0);

type Exchange = EngineCalls["exchange"];

export class Helpers {
  readonly #start: () => Worker;
  readonly #exchange: Exchange;
  readonly #failed: (error: unknown) => void;
  readonly #helpers: (Helper | undefined)[] = [];
  #stopped = false;

  /** `failed` is told once why there will be no more helpers. */
  constructor(start: () => Worker, exchange: Exchange, failed: (error: unknown) => void) {
    this.#start = start;
    this.#exchange = exchange;
    this.#failed = failed;
  }

  /** Has the collection linked by so many workers, this one included, but no more than there are cores, or two. */
  assist(key: string, threads: number): void {
    const others = Math.min(threads, Math.max(navigator.hardwareConcurrency, 2)) - 1;
    for (let at = 0; at < others && !this.#stopped; at += 1) {
      // One that helps another collection comes to this one once it has had nothing to do.
      if (this.#helpers[at]) this.#helpers[at]?.wake();
      else this.#add(key, at);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const helper of this.#helpers) helper?.end();
  }

  #add(key: string, at: number): void {
    const ended = (error: unknown) => {
      this.#helpers[at] = undefined;
      if (!error || this.#stopped) return;
      this.stop();
      this.#failed(error);
    };
    try {
      const exchange = (answer?: Uint32Array | null) => this.#exchange(key, at, answer);
      this.#helpers[at] = new Helper(this.#start(), exchange, ended);
    } catch (error) {
      ended(errorOf("connection", `another worker could not be started: ${error}`));
    }
  }
}

class Helper {
  readonly #worker: Worker;
  readonly #exchange: (answer?: Uint32Array | null) => ReturnType<Exchange>;
  readonly #ended: (error?: ErrorDescription) => void;
  /** How many of its answers are still to come. */
  #pending = 0;
  #started = false;
  #over = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    worker: Worker,
    exchange: (answer?: Uint32Array | null) => ReturnType<Exchange>,
    ended: (error?: ErrorDescription) => void,
  ) {
    this.#worker = worker;
    this.#exchange = exchange;
    this.#ended = ended;
    worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("event" in data) return;
      this.#pending -= 1;
      this.#started = true;
      if ("error" in data) this.end(data.error);
      else void this.#next(data.value as Uint32Array | undefined);
    };
    // Chromium's workers have no property for it.
    worker.addEventListener("messageerror", () => this.#fail("a message of it could not be read"));
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message ?? "its script did not load");
    };
    this.#post("open", [undefined, false]);
  }

  /** There may be something to ask again. */
  wake(): void {
    if (this.#pending === 0) void this.#next(NOTHING);
  }

  end(error?: ErrorDescription): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#idle);
    this.#worker.terminate();
    // The engine may be closed, and then there is nothing to let go of.
    this.#exchange(null).catch(() => {});
    this.#ended(error);
  }

  async #next(answer: Uint32Array | undefined): Promise<void> {
    try {
      const message = await this.#exchange(answer);
      if (this.#over) return;
      if (message === null) return this.end();
      clearTimeout(this.#idle);
      if (message) this.#post("assist", message);
      if (this.#pending === 0) this.#idle = setTimeout(() => this.end(), IDLE);
      else if (message && this.#pending < AHEAD) await this.#next(NOTHING);
    } catch (error) {
      this.end(describeError(error));
    }
  }

  #post(method: Method, args: unknown[]): void {
    this.#pending += 1;
    const request: Request = { id: 0, method, args };
    this.#worker.postMessage(request, transferables(args));
  }

  #fail(reason: string): void {
    const what = this.#started ? "another worker stopped" : "another worker could not be started";
    this.end(
      describeError(errorOf(this.#started ? "internal" : "connection", `${what}: ${reason}`)),
    );
  }
}
