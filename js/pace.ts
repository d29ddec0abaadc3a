/** How long background work takes at a stretch and rests in between, so that calls hardly wait for it. */

/** While calls come: one waits no longer than this, in milliseconds. */
const SLICE = 1;
/** While there are none: well within a frame, should it be a page's thread. */
const SLICE_ALONE = 4;
/** Calls come, if the last was so many milliseconds ago. */
const CALLING = 100;
/** How long to leave the thread to the read that may follow, and to the next part of a write that is being sent. */
const REST_READING = 2;
const REST_SENDING = 4;

export class Pace {
  #called = Number.NEGATIVE_INFINITY;
  #sent = Number.NEGATIVE_INFINITY;
  /** Whether a read has been answered since the last rest. */
  #fresh = false;

  /** A write has begun. */
  called(): void {
    this.#called = performance.now();
  }

  /** A read has been answered. */
  read(): void {
    this.called();
    this.#fresh = true;
  }

  /** A part of a write has come, and others follow. */
  sending(): void {
    this.#sent = performance.now();
  }

  /** Milliseconds for the next stretch of work. */
  slice(): number {
    return performance.now() - this.#called < CALLING ? SLICE : SLICE_ALONE;
  }

  /** Milliseconds to rest before it. Reads that follow each other without end do not keep it from its turn. */
  rest(): number {
    const reading = this.#fresh;
    this.#fresh = false;
    if (performance.now() - this.#sent < REST_SENDING) return REST_SENDING;
    return reading ? REST_READING : 0;
  }
}
