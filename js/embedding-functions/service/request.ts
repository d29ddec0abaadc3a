import { abortable } from "../../abort.js";
import { errorOf } from "../../errors.js";
import { type Reading, readAnswer, readFailure } from "./answer.js";
import type { Outcome } from "./retry.js";

/** One request, with what its answer has to hold. */
export interface Request extends Reading {
  headers: Record<string, string>;
  body: object;
  timeout: number;
  fetch: typeof fetch | undefined;
}

/** Sends it once. Rejects with the signal's reason as soon as that is aborted, and with what a `fetch` of one's own throws. */
export async function send(request: Request, signal: AbortSignal): Promise<Outcome<number[][]>> {
  signal.throwIfAborted();
  const { url, timeout } = request;
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => controller.abort(), timeout);
  try {
    // Not every fetch heeds its signal.
    const { response, text } = await abortable(controller.signal, async () => {
      const response = await (request.fetch ?? fetch)(url, {
        method: "POST",
        headers: request.headers,
        body: JSON.stringify(request.body),
        signal: controller.signal,
      });
      return { response, text: await response.text() };
    });
    return response.ok ? readAnswer(request, text) : readFailure(url, response, text);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (controller.signal.aborted) {
      const late = errorOf("connection", `${url} gave no answer within ${timeout} ms.`);
      return { error: late, again: true };
    }
    if (!(error instanceof TypeError)) throw error;
    return { error: unreachable(url, error), again: true };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** `fetch` reports every failure below HTTP as a TypeError. */
function unreachable(url: string, { message, cause }: TypeError) {
  const reason =
    cause instanceof Error && cause.message ? `${message} (${cause.message})` : message;
  return errorOf(
    "connection",
    `${url} could not be reached: ${reason}. From a web page, the service must also allow requests of this origin ` +
      "(CORS).",
  );
}
