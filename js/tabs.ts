/** What the engines of one IndexedDB database tell each other, in whatever tabs they are, and who makes its checkpoints. */
export class Tabs {
  readonly #name: string;
  readonly #elected: () => void;
  readonly #end = new AbortController();
  readonly #channel: BroadcastChannel | undefined;
  /** By collection, whether this engine is elected; absent while it does not stand for election. */
  readonly #elections = new Map<string, boolean>();
  #accompanied = false;

  /**
   * `changed` is called when another engine has written: to this collection, or without an id to any. Messages are only
   * quicker than looking: one that is lost delays what it tells of until the next write or strong read.
   */
  constructor(path: string, changed: (id: string | undefined) => void, elected: () => void) {
    this.#name = `vecino:${path}`;
    this.#elected = elected;
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => {
      // Both know of each other from now on.
      if (!this.#accompanied) this.tell(undefined);
      this.#accompanied = true;
      changed(typeof data === "string" ? data : undefined);
    };
    this.tell(undefined);
  }

  /** Whether there has been another engine. */
  get accompanied(): boolean {
    return this.#accompanied;
  }

  /** Tells the others what this engine has written. */
  tell(id: string | undefined): void {
    if (!this.#end.signal.aborted) this.#channel?.postMessage(id);
  }

  /**
   * Whether this engine makes the checkpoints of a collection. One does, for as long as it lives: checkpoints of two
   * would make each load again what the other wrote. Per collection, because only who holds one in memory can do it. Where
   * there are no locks everybody may: it costs time, no data.
   */
  elected(id: string): boolean {
    const elected = this.#elections.get(id);
    if (elected === undefined) void this.#standFor(id);
    return this.#elections.get(id) ?? false;
  }

  /** Lets the others be elected and hears no more of them. */
  close(): void {
    this.#end.abort();
    this.#channel?.close();
  }

  async #standFor(id: string): Promise<void> {
    const { signal } = this.#end;
    const win = (): void => {
      this.#elections.set(id, true);
      this.#elected();
    };
    this.#elections.set(id, false);
    if (!navigator.locks) return win();
    try {
      await navigator.locks.request(`${this.#name}:${id}`, { signal }, () => {
        win();
        return new Promise((resolve) => signal.addEventListener("abort", resolve));
      });
    } catch {
      // Either the end has come, or there are locks in name only.
      if (!signal.aborted) win();
    }
  }
}
