/** Error classes with Chroma's names. Programs branch on the class or on `code`; the message is for people. */

/** Stable names of what can go wrong. */
export type ErrorCode =
  | "invalid_argument"
  | "invalid_name"
  | "unknown_database"
  | "dimension_mismatch"
  | "duplicate_id"
  | "non_finite"
  | "zero_vector"
  | "invalid_filter"
  | "invalid_configuration"
  | "invalid_metadata"
  | "not_found"
  | "already_exists"
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

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An argument has the wrong shape or value. */
export class ChromaValueError extends VecinoError {
  override name = "ChromaValueError";
}

/** The collection does not exist. */
export class ChromaNotFoundError extends VecinoError {
  override name = "ChromaNotFoundError";
}

/** A collection of that name exists. */
export class ChromaUniqueError extends VecinoError {
  override name = "ChromaUniqueError";
}

/** Something could not be reached: an embedding service, the worker's file or the engine's. */
export class ChromaConnectionError extends VecinoError {
  override name = "ChromaConnectionError";
}

/** An embedding service refused the key (HTTP 401 or 403). */
export class ChromaUnauthorizedError extends VecinoError {
  override name = "ChromaUnauthorizedError";
}

/** An embedding service asks to slow down (HTTP 429). */
export class ChromaRateLimitError extends VecinoError {
  override name = "ChromaRateLimitError";
}

/** An embedding service failed (HTTP 5xx) or gave an answer that cannot be read. */
export class ChromaServerError extends VecinoError {
  override name = "ChromaServerError";
}

/** The browser has no more room for this origin. */
export class ChromaQuotaExceededError extends VecinoError {
  override name = "ChromaQuotaExceededError";
}

/** Everything else: a closed client, storage that fails, an embedding function that misbehaves. */
export class ChromaClientError extends VecinoError {
  override name = "ChromaClientError";
}

const CLASSES: Partial<Record<ErrorCode, typeof VecinoError>> = {
  invalid_argument: ChromaValueError,
  dimension_mismatch: ChromaValueError,
  invalid_name: ChromaValueError,
  duplicate_id: ChromaValueError,
  non_finite: ChromaValueError,
  zero_vector: ChromaValueError,
  invalid_filter: ChromaValueError,
  invalid_configuration: ChromaValueError,
  invalid_metadata: ChromaValueError,
  not_found: ChromaNotFoundError,
  already_exists: ChromaUniqueError,
  storage_full: ChromaQuotaExceededError,
  connection: ChromaConnectionError,
  unauthorized: ChromaUnauthorizedError,
  rate_limit: ChromaRateLimitError,
  server: ChromaServerError,
};

/** An error of the class that belongs to `code`. */
export function errorOf(code: ErrorCode, message: string, options?: ErrorOptions): VecinoError {
  return new (CLASSES[code] ?? ChromaClientError)(code, message, options);
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
