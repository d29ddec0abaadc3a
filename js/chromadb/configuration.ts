/** Functions of npm `chromadb` that turn options into what is stored. The clients here do not need them. */
import type { Client } from "../client.js";
import type {
  CreateCollectionConfiguration,
  EmbeddingFunctionConfiguration,
  UpdateCollectionConfiguration,
} from "../configuration-types.js";
import { type CreationOptions, newConfiguration } from "../creation.js";
import type { EmbeddingFunction as AnyFunction } from "../embedding-functions/function.js";
import {
  DEFAULT_FUNCTION,
  rebuild,
  serializeEmbeddingFunction,
} from "../embedding-functions/registry.js";
import type { EmbeddingFunction } from "./types.js";

/** A configuration with what is stored of its embedding function. */
export type ProcessedConfiguration = CreateCollectionConfiguration & {
  embedding_function?: EmbeddingFunctionConfiguration | null | undefined;
};

export async function processCreateCollectionConfig(
  options: CreationOptions,
): Promise<ProcessedConfiguration> {
  return newConfiguration("processCreateCollectionConfig()", options);
}

export async function processUpdateCollectionConfig({
  currentConfiguration,
  currentEmbeddingFunction,
  newConfiguration: changes,
  client,
}: {
  collectionName: string;
  currentConfiguration: { embeddingFunction?: EmbeddingFunctionConfiguration | null };
  currentEmbeddingFunction?: AnyFunction | undefined;
  newConfiguration: UpdateCollectionConfiguration;
  client: Client;
}) {
  const { embeddingFunction, hnsw, spann } = changes;
  const current =
    currentEmbeddingFunction ??
    rebuild(currentConfiguration.embeddingFunction, client).embeddingFunction;
  const settings = embeddingFunction?.getConfig?.();
  if (settings) current?.validateConfigUpdate?.(settings);
  return {
    updateConfiguration: {
      hnsw,
      spann,
      embedding_function: serializeEmbeddingFunction({ embeddingFunction }),
    },
    // The very function that was passed, of which the caller knows more than its type here says.
    updateEmbeddingFunction: embeddingFunction as EmbeddingFunction | undefined,
  };
}

/** The function that is stored, built again; undefined where its class is not registered or refuses. */
export async function getEmbeddingFunction(args: {
  client: Client;
  efConfig?: EmbeddingFunctionConfiguration | undefined;
}): Promise<EmbeddingFunction | undefined> {
  return rebuild(args.efConfig, args.client).embeddingFunction as EmbeddingFunction | undefined;
}

/** What is stored for a collection that was created without naming a function. */
export async function getDefaultEFConfig(): Promise<EmbeddingFunctionConfiguration> {
  return { ...DEFAULT_FUNCTION };
}
