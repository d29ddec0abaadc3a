/** Entry of the dedicated worker: messages in, calls on the host, messages out. */
import { describeError } from "./errors.js";
import { Host } from "./host.js";
import { transferables } from "./transport/messages.js";
import type { Message, Part, Request } from "./transport/protocol.js";

const host = new Host(
  (event) => send({ event }, []),
  // This very script, wherever a bundler has put it.
  () => new Worker(self.location.href, { type: "module", name: "vecino helper" }),
);

/** The arguments that have come of calls that are still to come. */
const parts = new Map<number, unknown[]>();

self.onmessage = async ({ data }: MessageEvent<Request | Part>) => {
  const { id } = data;
  const before = parts.get(id) ?? [];
  if ("part" in data) {
    before.push(data.part);
    host.expect();
    parts.set(id, before);
    return;
  }
  parts.delete(id);
  if (!("method" in data)) return;
  const { method, args } = data;
  args.splice(1, 0, ...before);
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
