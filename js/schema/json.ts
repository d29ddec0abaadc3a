/** A schema's parts as the JSON that Chroma stores, and back. */
import { withSpace } from "../creation.js";
import type { EmbeddingFunction } from "../embedding-functions/function.js";
import { rebuild, serializeEmbeddingFunction } from "../embedding-functions/registry.js";
import { getSparseEmbeddingFunction } from "../embedding-functions/sparse.js";
import { type IndexConfig, SparseVectorIndexConfig, VectorIndexConfig } from "./configs.js";
import { indexAt, PLACES, setIndex, ValueTypes } from "./value-types.js";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside; every part of it may be missing.
export type Json = Record<string, any>;

export function serialize(types: ValueTypes): Json {
  const json: Json = {};
  for (const place of PLACES) {
    const index = indexAt(types, place);
    if (!index) continue;
    const [value, name] = place.json;
    json[value] ??= {};
    json[value][name] = { enabled: index.enabled, config: settingsOf(index.config) };
  }
  return json;
}

export async function deserialize(json: Json, client: unknown): Promise<ValueTypes> {
  const types = new ValueTypes();
  for (const place of PLACES) {
    const [value, name] = place.json;
    if (!json[value]) continue;
    const index = json[value][name];
    if (!index)
      Object.assign(types, { [place.value]: types[place.value] ?? new place.ValueType() });
    else {
      const config = await configOf(new place.Config(), index.config ?? {}, client);
      setIndex(types, place, Boolean(index.enabled), config);
    }
  }
  return types;
}

function settingsOf(config: IndexConfig): Json {
  const json: Json = {};
  if (!(config instanceof VectorIndexConfig || config instanceof SparseVectorIndexConfig)) {
    return json;
  }
  // A sparse function is stored by the same rules as a dense one.
  const embeddingFunction = config.embeddingFunction as EmbeddingFunction | null | undefined;
  json["embedding_function"] = serializeEmbeddingFunction({ embeddingFunction }) ?? {
    type: "legacy",
  };
  if (config.sourceKey) json["source_key"] = config.sourceKey;
  if (config instanceof SparseVectorIndexConfig) {
    if (typeof config.bm25 === "boolean") json["bm25"] = config.bm25;
    return json;
  }
  const space = withSpace({ space: config.space }, embeddingFunction).space;
  if (space) json["space"] = space;
  if (config.hnsw) json["hnsw"] = structuredClone(config.hnsw);
  if (config.spann) json["spann"] = structuredClone(config.spann);
  return json;
}

async function configOf(config: IndexConfig, json: Json, client: unknown): Promise<IndexConfig> {
  const { source_key: sourceKey, embedding_function: stored } = json;
  if (config instanceof VectorIndexConfig) {
    const { embeddingFunction } = rebuild(stored, client);
    const { hnsw, spann, space = embeddingFunction?.defaultSpace?.() } = json;
    const options = { space, embeddingFunction, sourceKey, hnsw, spann };
    return new VectorIndexConfig(options);
  }
  if (config instanceof SparseVectorIndexConfig) {
    const embeddingFunction = (await getSparseEmbeddingFunction(client, stored)) ?? null;
    return new SparseVectorIndexConfig({ sourceKey, bm25: json["bm25"], embeddingFunction });
  }
  return config;
}
