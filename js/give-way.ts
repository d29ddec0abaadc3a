/** Those who wait for a message of the channel, in order. */
const waiting: (() => void)[] = [];
/** One for all: making a channel takes longer than waiting for its message. */
let port: MessagePort | undefined;

/** Only Node has it. */
const inNode = typeof setImmediate === "function";

/**
 * Resolves in a later task, after messages and events that already wait; unlike a timer, at once when there are none.
 * `idle`: for work that nobody waits for, which is no reason to keep a Node process alive.
 */
export function giveWay(idle = false): Promise<void> {
  return new Promise((resolve) => {
    if (inNode && !idle) {
      setImmediate(resolve);
      return;
    }
    // Node takes many messages of a port in one turn of its loop, and timers only between turns.
    waiting.push(inNode ? () => setImmediate(resolve) : resolve);
    port ??= openPort();
    port.postMessage(undefined);
  });
}

function openPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  // In Node an open port keeps the process alive.
  (port1 as { unref?(): void }).unref?.();
  return port2;
}
