/** Reads what an OpenAI-compatible `/embeddings` endpoint answered. */
import { type ErrorCode, errorOf, type VecinoError } from "../errors.js";

/** The embeddings of a successful answer, in the order of the inputs. */
export function readEmbeddings(
  url: string,
  text: string,
  count: number,
  dimensions: number | undefined,
): number[][] {
  const items = (parse(text) as { data?: unknown } | undefined)?.data;
  if (!Array.isArray(items)) {
    throw errorOf(
      "server",
      `${url} answered with something else than JSON of the form { data: [{ embedding, index }] }: ${excerpt(text)}`,
    );
  }
  if (items.length !== count)
    throw misbehaved(url, `${items.length} embeddings for ${count} texts`);
  const ordered = new Array<number[] | undefined>(count);
  items.forEach((item: { embedding?: unknown; index?: unknown } | null, position) => {
    const index = item?.index ?? position;
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= count) {
      throw misbehaved(url, `the index ${index} for ${count} texts`);
    }
    if (ordered[index as number]) throw misbehaved(url, `the index ${index} twice`);
    const embedding = item?.embedding;
    if (!Array.isArray(embedding) || embedding.length === 0) {
      throw misbehaved(url, `no array of numbers as embedding ${index}`);
    }
    const expected = dimensions ?? (ordered.find((row) => row) ?? embedding).length;
    if (embedding.length !== expected) {
      throw misbehaved(
        url,
        `${embedding.length} dimensions for text ${index}, expected ${expected}`,
      );
    }
    ordered[index as number] = embedding;
  });
  return ordered as number[][];
}

/** The error of an answer whose status is not 2xx, in the service's own words. */
export function endpointError(url: string, response: Response, text: string): VecinoError {
  const { status } = response;
  const wait = response.headers.get("retry-after");
  const advice: Partial<Record<number, string>> = {
    401: " Check apiKey.",
    403: " The key is not allowed to do this.",
    429: wait
      ? ` Try again after ${wait} s.`
      : " Send fewer or smaller requests, or try again later.",
  };
  const message = serviceMessage(text).replace(/[^.!?]$/, "$&.");
  return errorOf(
    codeOf(status),
    `${url} answered HTTP ${status}: ${message}${advice[status] ?? ""}`,
  );
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 429) return "rate_limit";
  return status >= 500 ? "server" : "embedding_function";
}

/** `{ error: { message } }` of OpenAI, `{ message }` of others, else the text itself. */
function serviceMessage(text: string): string {
  const body = parse(text) as { error?: unknown; message?: unknown } | null | undefined;
  const inner =
    (body?.error as { message?: unknown } | undefined)?.message ?? body?.error ?? body?.message;
  return typeof inner === "string" ? inner : excerpt(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  if (text === "") return "an empty body";
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}

function misbehaved(url: string, what: string): VecinoError {
  return errorOf("embedding_function", `${url} returned ${what}. Nothing was written.`);
}
