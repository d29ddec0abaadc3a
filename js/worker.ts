/** Entry of the dedicated worker: messages in, calls on the host, messages out. */
import { describeError } from "./errors.js";
import { Host } from "./host.js";
import { type Message, type Request, transferables } from "./transport/protocol.js";

/** Nobody sees this thread; a query waits for one slice of background work at most, in milliseconds. */
const SLICE = 2;

const host = new Host(SLICE, (event) => send({ event }, []));

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const { id, method, args } = data;
  try {
    const value = await host.call(method, args);
    send({ id, value }, transferables([value]));
  } catch (error) {
    send({ id, error: describeError(error) }, []);
  }
};

function send(message: Message, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}
