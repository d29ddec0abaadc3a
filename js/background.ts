import { giveWay } from "./give-way.js";

/**
 * Repeats one step until it says that nothing is left, giving way to messages and calls between steps.
 * At most one step is under way at a time.
 */
export class Background {
  readonly #step: () => Promise<boolean>;
  readonly #failed: (error: unknown) => void;
  #running = false;
  #woken = false;
  #stopped = false;

  /** `step` resolves to true while work is left. After it failed it is called again when there is something to do. */
  constructor(step: () => Promise<boolean>, failed: (error: unknown) => void) {
    this.#step = step;
    this.#failed = failed;
  }

  /** There may be something to do. */
  wake(): void {
    this.#woken = true;
    if (!this.#running && !this.#stopped) void this.#run();
  }

  /** Takes no further step. The one under way ends by itself. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#woken && !this.#stopped) {
        this.#woken = false;
        do {
          await giveWay();
        } while (!this.#stopped && (await this.#step()));
      }
    } catch (error) {
      if (!this.#stopped) this.#failed(error);
    } finally {
      this.#running = false;
    }
  }
}
