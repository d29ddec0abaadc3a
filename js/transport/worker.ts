/** The page's side of a dedicated worker that holds the engine. */
import { type ErrorDescription, errorOf, restoreError, type VecinoError } from "../errors.js";
import type { EngineEvent } from "../events.js";
import { giveWay } from "../give-way.js";
import { partsOf, READS, transferables } from "./messages.js";
import type {
  Answer,
  Arguments,
  Batch,
  Message,
  Method,
  Part,
  Reply,
  Request,
  Transport,
} from "./protocol.js";

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class WorkerTransport implements Transport {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  /** Ends when everything has been sent that was called before. */
  #sending: Promise<void> | undefined;
  #lastSent = 0;
  #lastId = 0;
  /** Whether the worker ever answered: an error before that means that it did not start. */
  #answered = false;
  /** Once set, every call rejects with it. */
  #failure: VecinoError | undefined;
  #blocked = "";

  constructor(tell: (event: EngineEvent) => void) {
    if (typeof Worker === "undefined") {
      throw errorOf(
        "connection",
        "There is no Worker here. Create the client with { worker: false }.",
      );
    }
    globalThis.addEventListener?.("securitypolicyviolation", this.#onViolation);
    try {
      // Bundlers recognize this very expression.
      this.#worker = new Worker(new URL("./worker.js", import.meta.url), {
        type: "module",
        name: "vecino",
      });
    } catch (error) {
      this.#ignoreViolations();
      throw this.#notStarted(String(error));
    }
    this.#worker.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("event" in data) tell(data.event);
      else this.#receive(data);
    };
    this.#worker.onmessageerror = () => {
      this.#fail(
        errorOf("internal", "A message of the worker could not be read. Create a new client."),
      );
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message ?? "";
      this.#fail(
        this.#answered
          ? errorOf(
              "internal",
              `The worker that holds the database stopped: ${reason}. Create a new client.`,
            )
          : this.#notStarted(reason),
      );
    };
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#lastId += 1;
    const request: Request = { id: this.#lastId, method, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, { resolve: resolve as Pending["resolve"], reject });
      const parts = partsOf(method, args);
      if (parts.length > 1 || (this.#sending && !READS.has(method))) {
        this.#lastSent = request.id;
        this.#sending = this.#send(request, parts, this.#sending);
      } else this.#post(request, args);
    });
  }

  /** Each part is a task of its own, on both sides: a page goes on drawing, and the worker answers queries. */
  async #send(request: Request, parts: Batch[], before: Promise<void> | undefined): Promise<void> {
    await before;
    const { id, args } = request;
    try {
      for (const [index, part] of parts.entries()) {
        await giveWay();
        // Memory of its own, which can be moved.
        part.embeddings = part.embeddings?.slice();
        if (index < parts.length - 1) this.#post({ id, part }, [part]);
        else args[1] = part;
      }
      this.#post(request, args);
    } catch (error) {
      this.#pending.get(id)?.reject(error);
      this.#pending.delete(id);
      this.#post({ id }, []);
    }
    if (id === this.#lastSent) this.#sending = undefined;
  }

  #post(message: Request | Part, content: unknown[]): void {
    this.#worker.postMessage(message, transferables(content));
  }

  terminate(): void {
    this.#fail(errorOf("closed", "The client is closed. Create a new client."));
  }

  #receive(reply: Reply): void {
    this.#answered = true;
    this.#ignoreViolations();
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ("error" in reply) pending?.reject(restoreError(reply.error as ErrorDescription));
    else pending?.resolve(reply.value);
  }

  #fail(error: VecinoError): void {
    this.#failure ??= error;
    this.#ignoreViolations();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }

  readonly #onViolation = (event: Event): void => {
    const { blockedURI, effectiveDirective } = event as SecurityPolicyViolationEvent;
    if (effectiveDirective === "worker-src") this.#blocked = blockedURI;
  };

  #ignoreViolations(): void {
    globalThis.removeEventListener?.("securitypolicyviolation", this.#onViolation);
  }

  #notStarted(reason: string): VecinoError {
    const file = ["worker", "js"].join(".");
    const expected =
      this.#blocked || `${new URL(file, import.meta.url)}, or where the bundler put it`;
    const why = this.#blocked
      ? "the page's Content-Security-Policy forbids it"
      : reason || "the file did not load";
    return errorOf(
      "connection",
      `Vecino's worker could not be started from ${expected}: ${why}. Serve that file as JavaScript, allow it with ` +
        "worker-src 'self' if the page has a Content-Security-Policy, or create the client with { worker: false }.",
    );
  }
}
