/** What is known of a service: data, and two functions for the forms of its requests and answers. */
import type { ServiceOptions } from "./options.js";

/** Many models embed what is searched and what is asked for in different ways. */
export type Role = "document" | "query";

/** The options of a function with its defaults filled in. */
export type Settings<O> = O & { baseUrl: string; model: string };

export interface Service<O extends ServiceOptions = ServiceOptions> {
  /** Under which it is stored: Chroma's name where Chroma has one. */
  name: string;
  /** Of its class, for messages. */
  className: string;
  /** Absent where the caller has to say it. */
  baseUrl?: string;
  apiKeyEnvVar?: string;
  /** Absent where the caller has to say it. An empty text for servers that run one model. */
  model?: string;
  /** The most texts and the most tokens that one request may hold. */
  maxTexts: number;
  maxTokens?: number;
  /** Texts per request where the caller does not say; at most 128 otherwise. */
  batchSize?: number;
  concurrency?: number;
  /** Options of its own, with the names under which they are stored. */
  own?: Record<string, string>;
  /** Stored names that are not the usual ones. */
  stored?: Record<string, string>;
  /** Other words for an option: Chroma's. */
  aliases?: Record<string, string>;
  /** Options of its own without which a collection's embeddings cannot be compared. */
  identity?: readonly string[];
  url(settings: Settings<O>): string;
  /** The headers that carry the key. Default: a bearer token. */
  authorization?(key: string): Record<string, string>;
  body(texts: string[], settings: Settings<O>, role: Role): object;
  /** The embeddings in an answer: arrays, base64 texts, or `{ embedding, index? }`. Anything else if there are none. */
  rows(answer: Answer): unknown;
  /** The form of an answer, for messages. */
  form: string;
  /** Whether shortened embeddings have to be brought to length 1. */
  normalize?(settings: Settings<O>): boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer may be anything; what is read of it is checked.
export type Answer = any;

/**
 * The task to name for a text: `given`, or the service's word for documents; a question gets the word for questions
 * unless something else than a search was asked for.
 */
export function taskOf(
  given: string | undefined,
  [document, query]: readonly [string | undefined, string | undefined],
  role: Role,
): string | undefined {
  const task = given ?? document;
  return role === "query" && task === document ? query : task;
}
