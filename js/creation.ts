/** What a new collection is made of: Chroma's rules for its configuration, its space and its embedding function. */
import { checkOptions, plainObject, quote } from "./arguments.js";
import type { SchemaInput } from "./client-types.js";
import { checkConfiguration } from "./configuration.js";
import type {
  CreateCollectionConfiguration,
  EmbeddingFunctionConfiguration,
  Space,
} from "./configuration-types.js";
import type { EmbeddingFunction } from "./embedding-functions/function.js";
import { DEFAULT_FUNCTION, serializeEmbeddingFunction } from "./embedding-functions/registry.js";
import { errorOf } from "./errors.js";
import { kind } from "./kind.js";

const SPANN = [
  "space",
  "ef_construction",
  "ef_search",
  "max_neighbors",
  "merge_threshold",
  "reassign_neighbor_count",
  "search_nprobe",
  "split_threshold",
  "write_nprobe",
] as const;

export interface CreationOptions {
  configuration?: CreateCollectionConfiguration | null | undefined;
  embeddingFunction?: EmbeddingFunction | null | undefined;
  metadata?: object | null | undefined;
  schema?: SchemaInput | null | undefined;
}

/** The configuration to store, spaces chosen, with what is stored of its embedding function. */
export function newConfiguration(call: string, options: CreationOptions) {
  const { embeddingFunction: beside, metadata, schema } = options;
  const { settings, embeddingFunction } = checkConfiguration(call, options.configuration);
  const { embedding_function: copied, ...configuration } =
    settings as CreateCollectionConfiguration;
  if (configuration.hnsw && configuration.spann) {
    throw errorOf(
      "invalid_argument",
      `${call}: configuration holds both hnsw and spann; give one of them.`,
    );
  }
  if (configuration.spann) checkOptions(`${call}: spann`, configuration.spann, SPANN);
  const stored = serializeEmbeddingFunction({
    embeddingFunction: beside,
    configEmbeddingFunction: embeddingFunction,
  });
  return {
    ...chooseSpace(configuration, metadata, schema ? undefined : (beside ?? embeddingFunction)),
    embedding_function: stored ?? (beside === null ? null : (copied ?? unnamed(schema))),
  };
}

/** The engine's settings. A spann index is the one index that there is, in the space that it names. */
export function engineConfiguration(
  call: string,
  { hnsw, spann, embedding_function: _, ...rest }: ReturnType<typeof newConfiguration>,
  metadata: object | undefined,
  schemaHnsw: object | undefined,
): object {
  const index = hnsw ?? (spann?.space ? { space: spann.space } : undefined);
  if (!schemaHnsw) return index ? { ...rest, hnsw: index } : rest;
  if (hnsw || spann || Object.keys(metadata ?? {}).some((key) => key.startsWith("hnsw:"))) {
    throw errorOf(
      "invalid_configuration",
      `${call}: the index is set both in schema and in ${hnsw || spann ? "configuration" : "metadata"}; ` +
        "set it in the schema's VectorIndexConfig alone.",
    );
  }
  return { ...rest, hnsw: schemaHnsw };
}

/** A schema, by what is needed of it: its class is not loaded by pages that have none. */
export function checkSchema(call: string, schema: unknown): object | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (typeof (schema as SchemaInput).serializeToJSON === "function") {
    const json = (schema as SchemaInput).serializeToJSON();
    return plainObject(`${call}: schema`, json, "invalid_configuration");
  }
  throw errorOf("invalid_argument", `${call}: schema must be a Schema, got ${kind(schema)}.`);
}

function unnamed(schema: SchemaInput | null | undefined): EmbeddingFunctionConfiguration | null {
  if (!schema) return DEFAULT_FUNCTION;
  const embeddingFunction = schema.resolveEmbeddingFunction();
  if (embeddingFunction === null) return null;
  return serializeEmbeddingFunction({ embeddingFunction }) ?? { type: "legacy" };
}

/**
 * A function that names both its default and its supported spaces chooses the space where the caller did not. As in
 * Chroma that makes an `hnsw` object, beside which the `hnsw:` keys of the metadata mean nothing.
 */
function chooseSpace(
  configuration: CreateCollectionConfiguration,
  metadata: object | null | undefined,
  embeddingFunction: EmbeddingFunction | null | undefined,
): CreateCollectionConfiguration {
  const { hnsw, spann } = configuration;
  const legacy = (metadata as Record<string, Space> | null | undefined)?.["hnsw:space"];
  if (hnsw) return { ...configuration, hnsw: withSpace(hnsw, embeddingFunction) };
  if (spann) return { ...configuration, spann: withSpace(spann, embeddingFunction) };
  const chosen = withSpace(legacy ? { space: legacy } : {}, embeddingFunction);
  return legacy || !chosen.space ? configuration : { ...configuration, hnsw: chosen };
}

/** The index with the function's space where it names none. A space that the function does not support is only warned of. */
export function withSpace<T extends { space?: Space | null }>(
  index: T,
  embeddingFunction: EmbeddingFunction | null | undefined,
): T {
  const supported = embeddingFunction?.supportedSpaces?.();
  const preferred = embeddingFunction?.defaultSpace?.();
  if (!supported || !preferred) return index;
  if (!index.space) return { ...index, space: preferred };
  if (!supported.includes(index.space)) {
    console.warn(
      `vecino: the embedding function ${quote(embeddingFunction?.name)} supports ${supported.join(", ")}; ` +
        `the collection's space is ${index.space}.`,
    );
  }
  return index;
}
