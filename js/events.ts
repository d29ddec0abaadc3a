/** What a client tells without being asked. */
import type { ErrorCode, ErrorDescription } from "./errors.js";

/** An event as it comes from the engine. */
export interface EngineEvent extends ErrorDescription {
  type: keyof ClientEventMap;
}

export interface ClientEventMap {
  /** Something went wrong and was mended or worked around. Also written to the console, unless the event is canceled. */
  warning: ClientEvent;
  /** Another tab deletes or upgrades the database: this client is closed. */
  close: ClientEvent;
}

/** Tells what happened, like an error: `code` is for programs, `message` for people. */
export class ClientEvent extends Event {
  readonly code: ErrorCode;
  readonly message: string;

  /** @internal */
  constructor({ type, code, message }: EngineEvent) {
    super(type, { cancelable: type === "warning" });
    this.code = code;
    this.message = message;
  }
}

type Listener<T extends ClientEvent> = ((event: T) => void) | { handleEvent(event: T): void };

/** An EventTarget that knows its events. */
export interface ClientEvents extends EventTarget {
  addEventListener<K extends keyof ClientEventMap>(
    type: K,
    listener: Listener<ClientEventMap[K]> | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<K extends keyof ClientEventMap>(
    type: K,
    listener: Listener<ClientEventMap[K]> | null,
    options?: EventListenerOptions | boolean,
  ): void;
}

/** Tells every one of `targets`. A warning that none of them cancels goes to the console as well. */
export function dispatch(targets: Iterable<EventTarget>, event: EngineEvent): void {
  let toConsole = event.type === "warning";
  for (const target of targets) {
    if (!target.dispatchEvent(new ClientEvent(event))) toConsole = false;
  }
  if (toConsole) console.warn(`vecino: ${event.message}`);
}
