/** Error classes that npm `chromadb` exports and that nothing throws, neither there nor here. */

/** The base of errors that carry a name of their own. */
export class ChromaError extends Error {
  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
  }
}

export class InvalidCollectionError extends Error {
  override name = "InvalidCollectionError";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

export class InvalidArgumentError extends Error {
  override name = "InvalidArgumentError";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The error of a type that Chroma's servers once named; undefined for any other. */
export function createErrorByType(
  type: string,
  message: string,
): InvalidCollectionError | InvalidArgumentError | undefined {
  if (type === "InvalidCollection") return new InvalidCollectionError(message);
  if (type === "InvalidArgumentError") return new InvalidArgumentError(message);
  return undefined;
}
