/** What the engines of one IndexedDB database tell each other, in whatever tabs they are, and who makes its checkpoints. */
export class Tabs {
  readonly #name: string;
  readonly #elected: () => void;
  readonly #channel: BroadcastChannel | undefined;
  /** By collection; absent while this engine does not stand for election. */
  readonly #elections = new Map<string, Election>();
  #accompanied = false;
  #closed = false;

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
    if (!this.#closed) this.#channel?.postMessage(id);
  }

  /**
   * Whether this engine makes the checkpoints of a collection. One does, for as long as it lives: checkpoints of two
   * would make each load again what the other wrote. Per collection, because only who holds one in memory can do it. Where
   * there are no locks everybody may: it costs time, no data.
   *
   * `neglected`: whoever is elected does not do it, being frozen or stuck, and loses the office to this engine.
   */
  elected(id: string, neglected: boolean): boolean {
    const election = this.#elections.get(id);
    if (!election || (neglected && !election.taking)) void this.#standFor(id, neglected);
    return this.#elections.get(id)?.won ?? false;
  }

  /** Lets the others be elected and hears no more of them. */
  close(): void {
    this.#closed = true;
    for (const { end } of this.#elections.values()) end.abort();
    this.#channel?.close();
  }

  async #standFor(id: string, taking: boolean): Promise<void> {
    if (this.#closed) return;
    this.#elections.get(id)?.end.abort();
    const election: Election = { won: false, taking, end: new AbortController() };
    this.#elections.set(id, election);
    const win = (): void => {
      election.won = true;
      this.#elected();
    };
    if (!navigator.locks) return win();
    const { signal } = election.end;
    try {
      const how: LockOptions = taking ? { steal: true } : { signal };
      await navigator.locks.request(`${this.#name}:${id}`, how, () => {
        if (signal.aborted) return undefined;
        win();
        return new Promise((resolve) => signal.addEventListener("abort", resolve));
      });
    } catch {
      if (signal.aborted) return;
      // Another engine has taken it, or there are locks in name only.
      if (election.won) this.#elections.delete(id);
      else win();
    }
  }
}

/** One attempt to be elected. */
interface Election {
  won: boolean;
  /** Whether it takes the office from another. */
  readonly taking: boolean;
  /** Aborted when it is over. */
  readonly end: AbortController;
}
