/**
 * Runs `run` for every item, `width` at a time. The first failure ends all: the signal that the others were given is
 * aborted. When `signal` is aborted the outcome is its reason.
 */
export async function concurrently<T>(
  items: readonly T[],
  width: number,
  signal: AbortSignal | undefined,
  run: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const left = items.values();
  // All walk one iterator, so each item is taken once.
  const walk = async () => {
    for (const item of left) {
      controller.signal.throwIfAborted();
      await run(item, controller.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, walk));
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
