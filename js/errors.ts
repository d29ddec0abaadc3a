/** Error classes with Chroma's names. Programs branch on the class or on `code`; the message is for people. */

/** Stable names of what can go wrong. */
export type ErrorCode =
  | "invalid_argument"
  | "invalid_name"
  | "dimension_mismatch"
  | "duplicate_id"
  | "non_finite"
  | "zero_vector"
  | "invalid_filter"
  | "invalid_regex"
  | "invalid_configuration"
  | "invalid_metadata"
  | "not_found"
  | "already_exists"
  | "forbidden"
  | "unsupported"
  | "closed"
  | "storage"
  | "storage_full"
  | "storage_unavailable"
  | "damaged"
  | "unsupported_version"
  | "embedding_function"
  | "connection"
  | "unauthorized"
  | "rate_limit"
  | "server"
  | "aborted"
  | "internal";

/** What every error of this package is. */
export class VecinoError extends Error {
  override name = "VecinoError";
  readonly code: ErrorCode = "internal";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** An argument has the wrong shape or value. */
export class ChromaValueError extends VecinoError {
  override name = "ChromaValueError";
  override readonly code: ErrorCode = "invalid_argument";
}

/** The collection, the database or the tenant does not exist. */
export class ChromaNotFoundError extends VecinoError {
  override name = "ChromaNotFoundError";
  override readonly code: ErrorCode = "not_found";
}

/** A collection, a database or a tenant of that name exists. */
export class ChromaUniqueError extends VecinoError {
  override name = "ChromaUniqueError";
  override readonly code: ErrorCode = "already_exists";
}

/** Something could not be reached: an embedding service, the worker's file or the engine's. */
export class ChromaConnectionError extends VecinoError {
  override name = "ChromaConnectionError";
  override readonly code: ErrorCode = "connection";
}

/** An embedding service refused the key (HTTP 401 or 403). */
export class ChromaUnauthorizedError extends VecinoError {
  // Chroma's own name for it, which programs compare with.
  override name = "ChromaAuthError";
  override readonly code: ErrorCode = "unauthorized";
}

/** The client was not created with the permission: `reset` needs `allowReset`. */
export class ChromaForbiddenError extends VecinoError {
  override name = "ChromaForbiddenError";
  override readonly code: ErrorCode = "forbidden";
}

/** An embedding service asks to slow down (HTTP 429). */
export class ChromaRateLimitError extends VecinoError {
  override name = "ChromaRateLimitError";
  override readonly code: ErrorCode = "rate_limit";
}

/** An embedding service failed (HTTP 5xx) or gave an answer that cannot be read. */
export class ChromaServerError extends VecinoError {
  override name = "ChromaServerError";
  override readonly code: ErrorCode = "server";
}

/** The browser has no more room for this origin. */
export class ChromaQuotaExceededError extends VecinoError {
  override name = "ChromaQuotaExceededError";
  override readonly code: ErrorCode = "storage_full";
}

/** The same, under the browser's name and with its numbers. What was to be written was not; everything else is as it was. */
export class QuotaExceededError extends ChromaQuotaExceededError {
  override name = "QuotaExceededError";
  /** Bytes in use by the whole origin, as far as the browser tells. */
  readonly usage: number | undefined;
  /** Bytes the origin may use, as far as the browser tells. */
  readonly quota: number | undefined;
}

/** Everything else that is refused or fails: a name, a configuration, an embedding's dimension, storage. */
export class ChromaClientError extends VecinoError {
  override name = "ChromaClientError";
}

const CLASSES: Partial<Record<ErrorCode, typeof VecinoError>> = {
  invalid_argument: ChromaValueError,
  duplicate_id: ChromaValueError,
  invalid_filter: ChromaValueError,
  invalid_metadata: ChromaValueError,
  not_found: ChromaNotFoundError,
  already_exists: ChromaUniqueError,
  forbidden: ChromaForbiddenError,
  storage_full: QuotaExceededError,
  connection: ChromaConnectionError,
  unauthorized: ChromaUnauthorizedError,
  rate_limit: ChromaRateLimitError,
  server: ChromaServerError,
};

/** An error of the class that belongs to `code`. */
export function errorOf(code: ErrorCode, message: string, options?: ErrorOptions): VecinoError {
  const error = new (CLASSES[code] ?? ChromaClientError)(message, options?.cause);
  return Object.assign(error, { code });
}

/** An error as it crosses from the worker, where classes do not survive. */
export interface ErrorDescription {
  code: ErrorCode;
  message: string;
}

/** Describes whatever the engine threw. What carries no code is a defect of ours, hence "internal". */
export function describeError(error: unknown): ErrorDescription {
  const { code, message } = Object(error) as Partial<ErrorDescription>;
  if (typeof code === "string" && typeof message === "string") return { code, message };
  return { code: "internal", message: `The engine failed: ${message ?? String(error)}` };
}

/** The inverse of `describeError`: an instance of the right class. */
export function restoreError({ code, message }: ErrorDescription): VecinoError {
  return errorOf(code, message);
}
