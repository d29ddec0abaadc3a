import { giveWay } from "./give-way.js";

/** How long work that is not urgent is put off, in milliseconds. */
const DELAY = 50;

/**
 * Repeats one step until it says that nothing is left, giving way to messages and calls between steps.
 * At most one step is under way at a time.
 */
export class Background {
  readonly #step: () => Promise<boolean>;
  readonly #failed: (error: unknown) => void;
  readonly #rest: () => number;
  #running = false;
  #woken = false;
  #stopped = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  /**
   * `step` resolves to true while work is left. After it failed it is called again when there is something to do.
   * `rest` says for how many milliseconds to leave the thread to others before a step.
   */
  constructor(
    step: () => Promise<boolean>,
    failed: (error: unknown) => void,
    rest: () => number = () => 0,
  ) {
    this.#step = step;
    this.#failed = failed;
    this.#rest = rest;
  }

  /** There may be something to do. */
  wake(): void {
    this.#woken = true;
    if (!this.#running && !this.#stopped) void this.#run();
  }

  /** The same, of what can wait: looking after each of many calls would take longer than what there is to do. */
  wakeLater(): void {
    if (this.#stopped) return;
    this.#later ??= idleTimer(DELAY, () => {
      this.#later = undefined;
      this.wake();
    });
  }

  /** Takes no further step. The one under way ends by itself. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#later);
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#woken && !this.#stopped) {
        this.#woken = false;
        do {
          await this.#giveWay();
        } while (!this.#stopped && (await this.#step()));
      }
    } catch (error) {
      if (!this.#stopped) this.#failed(error);
    } finally {
      this.#running = false;
    }
  }

  async #giveWay(): Promise<void> {
    const rest = this.#rest();
    if (rest > 0) await new Promise<void>((resolve) => idleTimer(rest, resolve));
    await giveWay(true);
  }
}

/** A timer that is no reason to keep a Node process alive. */
function idleTimer(milliseconds: number, call: () => void): ReturnType<typeof setTimeout> {
  const timer = setTimeout(call, milliseconds);
  (timer as { unref?(): void }).unref?.();
  return timer;
}
