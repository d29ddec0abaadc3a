/** Asks again where that may help, at times that neither hurry nor crowd the service. */
import { abortable } from "../../abort.js";
import { errorOf, type VecinoError } from "../../errors.js";

/** What came of a request. */
export type Outcome<T> = { answer: T } | Failure;

export interface Failure {
  answer?: never;
  error: VecinoError;
  /** Whether the same request may succeed another time. */
  again?: boolean;
  /** Milliseconds that the service asks to wait. */
  wait?: number | undefined;
  /** Whether a smaller request may succeed. */
  smaller?: boolean;
}

/** A service that asks for more patience than this is given up: its error says how long it would take. */
const PATIENCE = 60_000;
const LONGEST_DELAY = 30_000;

/** The outcome of `attempt`, which is called again up to `retries` times. Rejects only when `signal` is aborted. */
export async function persist<T>(
  attempt: () => Promise<Outcome<T>>,
  retries: number,
  delay: number,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  for (let tried = 1; ; tried++) {
    const outcome = await attempt();
    if ("answer" in outcome || !outcome.again) return outcome;
    const { error, wait = 0 } = outcome;
    if (tried > retries || wait > PATIENCE) {
      const times = tried === 1 ? "" : ` It was asked ${tried} times.`;
      return { ...outcome, error: errorOf(error.code, error.message + times) };
    }
    // Full jitter: clients that failed together do not come back together.
    const jitter = Math.random() * Math.min(LONGEST_DELAY, delay * 2 ** (tried - 1));
    await pause(wait + jitter, signal);
  }
}

async function pause(duration: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = () =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, duration);
    });
  await abortable(signal, passed).finally(() => clearTimeout(timer));
}
