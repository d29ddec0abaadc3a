/** A collection's configuration: as callers give it, as it is changed, and as it is reported. */
import { checkEmbeddingFunction, checkOptions, checkString, plainObject } from "./arguments.js";
import type {
  CollectionConfiguration,
  EmbeddingFunctionConfiguration,
} from "./configuration-types.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { serializeEmbeddingFunction } from "./embedding-functions/registry.js";
import { errorOf } from "./errors.js";
import { kind } from "./kind.js";
import type { CollectionChanges, CollectionInfo } from "./transport/protocol.js";
import type { ModifyOptions } from "./types.js";

/** What the engine keeps as a text for JavaScript. */
export interface Extra {
  embedding_function?: EmbeddingFunctionConfiguration | null;
  schema?: object;
}

/** A configuration's settings, which the engine checks, apart from its embedding function. */
export function checkConfiguration(
  call: string,
  configuration: unknown,
): { settings: object; embeddingFunction: EmbeddingFunction | undefined } {
  const what = `${call}: configuration`;
  if (configuration === undefined || configuration === null) {
    return { settings: {}, embeddingFunction: undefined };
  }
  if (typeof configuration !== "object" || Array.isArray(configuration)) {
    throw errorOf(
      "invalid_configuration",
      `${what} must be an object, got ${kind(configuration)}.`,
    );
  }
  const { embeddingFunction, ...rest } = configuration as { embeddingFunction?: unknown };
  checkEmbeddingFunction(call, embeddingFunction);
  const settings = plainObject(what, rest, "invalid_configuration");
  return { settings, embeddingFunction: embeddingFunction ?? undefined };
}

/** What `modify` is to change: `current` is the function in use, which may refuse its successor. */
export function modification(
  options: ModifyOptions,
  stored: Extra,
  current: EmbeddingFunction | undefined,
) {
  const call = "modify()";
  checkOptions(call, options, ["name", "metadata", "configuration"]);
  const changes: CollectionChanges = {};
  if (options.name !== undefined) changes.name = checkString(`${call}: name`, options.name);
  if (options.metadata !== undefined) {
    changes.metadata = plainObject(`${call}: metadata`, options.metadata, "invalid_metadata");
  }
  const { settings, embeddingFunction } = checkConfiguration(call, options.configuration);
  const { spann, ...others } = settings as { spann?: unknown };
  if (spann) {
    throw errorOf(
      "invalid_configuration",
      `${call}: the collection has no spann index; its settings stand in configuration.hnsw.`,
    );
  }
  if (Object.keys(others).length > 0) changes.configuration = others;
  const extra = { ...stored };
  if (embeddingFunction) {
    const updated = embeddingFunction.getConfig?.();
    if (updated) current?.validateConfigUpdate?.(updated);
    extra.embedding_function = serializeEmbeddingFunction({ embeddingFunction }) ?? null;
    changes.extra = JSON.stringify(extra);
  }
  return { changes, extra, embeddingFunction };
}

/** A collection's configuration as Chroma reports it, under both names that it has for the embedding function. */
export function configurationOf(
  { hnsw, quantization, embeddings }: CollectionInfo["configuration"],
  { embedding_function = null }: Extra,
): CollectionConfiguration {
  const configuration = {
    hnsw,
    spann: null,
    ...(quantization && { quantization }),
    ...(embeddings && { embeddings }),
    embedding_function,
  };
  return Object.defineProperty(configuration, "embeddingFunction", { value: embedding_function });
}
