/** Resolves in a later task, after messages and events that already wait; unlike a timer, at once when there are none. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    // In Node an open port keeps the process alive; unfinished background work is no reason to.
    (port1 as { unref?(): void }).unref?.();
    port2.postMessage(undefined);
  });
}
