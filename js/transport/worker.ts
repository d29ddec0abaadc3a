/** The page's side of a dedicated worker that holds the engine. */
import { type ErrorDescription, errorOf, restoreError, type VecinoError } from "../errors.js";
import type { EngineEvent } from "../events.js";
import { transferables } from "./messages.js";
import { Outbox } from "./outbox.js";
import type {
  Answer,
  Arguments,
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
  readonly #outbox = new Outbox();
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
    // Chromium's workers have no property for it.
    this.#worker.addEventListener("messageerror", () =>
      this.#fail(
        errorOf("internal", "A message of the worker could not be read. Create a new client."),
      ),
    );
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
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      this.#outbox.send(method, args, {
        part: (part) => this.#post({ id, part }, [part]),
        call: (args) => this.#post({ id, method, args }, args),
        failed: (error) => {
          reject(error);
          this.#pending.delete(id);
          this.#post({ id }, []);
        },
      });
    });
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
