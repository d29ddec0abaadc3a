/** Reads what a service answered. */
import { type ErrorCode, errorOf, type VecinoError } from "../../errors.js";
import type { Failure, Outcome } from "./retry.js";
import type { Answer } from "./service.js";

/** How an answer is read, and what it has to hold. */
export interface Reading {
  url: string;
  rows(answer: Answer): unknown;
  form: string;
  count: number;
  dimensions: number | undefined;
}

/** The embeddings of a successful answer, in the order of the texts. */
export function readAnswer(reading: Reading, text: string): Outcome<number[][]> {
  const { url, form } = reading;
  const answer = parse(text);
  let rows: unknown;
  try {
    rows = answer === undefined ? undefined : reading.rows(answer);
  } catch {
    // The answer has not the form in which rows() looks for them.
  }
  if (!Array.isArray(rows)) {
    // JSON that ends too soon was cut on its way; whatever else there is will be there again.
    const again = answer === undefined && /^\s*[[{]/.test(text);
    const what = `${url} answered with something else than JSON of the form ${form}: ${excerpt(text)}`;
    return { error: errorOf("server", what), again };
  }
  const ordered = inOrder(rows, reading);
  return typeof ordered === "string"
    ? { error: errorOf("embedding_function", `${url} returned ${ordered}. Nothing was written.`) }
    : { answer: ordered };
}

/** The rows by their index, or what is wrong with them. */
function inOrder(rows: unknown[], { count, dimensions }: Reading): number[][] | string {
  if (rows.length !== count) return `${rows.length} embeddings for ${count} texts`;
  const ordered = new Array<number[] | undefined>(count);
  let expected = dimensions;
  for (const [position, row] of rows.entries()) {
    const item = (Array.isArray(row) || typeof row === "string" ? { embedding: row } : row) as {
      embedding?: unknown;
      index?: unknown;
    } | null;
    const index = (item?.index ?? position) as number;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      return `the index ${index} for ${count} texts`;
    }
    if (ordered[index]) return `the index ${index} twice`;
    const encoded = item?.embedding;
    const embedding = typeof encoded === "string" ? decode(encoded) : encoded;
    if (!Array.isArray(embedding) || embedding.length === 0) {
      return `no array of numbers as embedding ${index}`;
    }
    expected ??= embedding.length;
    if (embedding.length !== expected) {
      return `${embedding.length} dimensions for text ${index}, expected ${expected}`;
    }
    ordered[index] = embedding;
  }
  return ordered as number[][];
}

/** 32-bit floats, little-endian, in base64; undefined where the text is none. */
function decode(text: string): number[] | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  if (binary.length % 4 !== 0) return undefined;
  const view = new DataView(Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer);
  return Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

/** How services say that a request holds more than they take. */
const TOO_MUCH = /batch|too (many|large|long)|max/i;

/** What an answer means whose status is not 2xx, in the service's own words. */
export function readFailure(url: string, response: Response, text: string): Failure {
  const { status } = response;
  const wait = retryAfter(response);
  // An account without credit answers 429 as well, and will not have any in a minute.
  const spent = /insufficient_quota/.test(text);
  const advice: Partial<Record<number, string>> = {
    401: " Check apiKey.",
    403: " The key is not allowed to do this.",
    429:
      wait === undefined
        ? " Send fewer or smaller requests, or try again later."
        : ` Try again after ${Math.ceil(wait / 1000)} s.`,
  };
  const message = serviceMessage(text).replace(/[^.!?]$/, "$&.");
  return {
    error: errorOf(
      codeOf(status),
      `${url} answered HTTP ${status}: ${message}${advice[status] ?? ""}`,
    ),
    again: (status === 429 && !spent) || status === 408 || status >= 500,
    wait,
    smaller: status === 413 || ([400, 422].includes(status) && TOO_MUCH.test(text)),
  };
}

/** Retry-After in milliseconds: a number of seconds, or a date, compared with the service's own clock where it is told. */
function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  return Math.max(0, date - (Date.parse(headers.get("date") ?? "") || Date.now()));
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 429) return "rate_limit";
  return status >= 500 ? "server" : "embedding_function";
}

/** `{ error: { message } }` of OpenAI, `{ message }`, `{ errors: [{ message }] }`, `{ detail }` of others, else the text. */
function serviceMessage(text: string): string {
  const body = Object(parse(text));
  const said = [
    body.error?.message,
    body.error,
    body.message,
    body.errors?.[0]?.message,
    body.detail,
  ];
  return said.find((part) => typeof part === "string") ?? excerpt(text);
}

function parse(text: string): Answer {
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

/** Services echo what they were sent, and a key in a message ends up in logs. */
export function redacted(error: VecinoError, secrets: readonly string[]): VecinoError {
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, "[key]"), error.message);
  return message === error.message ? error : errorOf(error.code, message);
}
